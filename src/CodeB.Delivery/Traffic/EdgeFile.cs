using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CodeB.Delivery.Traffic;

/// <summary>
/// CodeB's part of Caddy's configuration. It names no project, domain or port: those are looked up for each request in the
/// edge's folder, so that no change of them needs a reload (docs/traffic-switch.md says why). Sites that name a host keep
/// precedence, for Caddy looks at these first.
/// </summary>
public static class EdgeFile
{
    /// <summary>Answered by Caddy itself with the open gate, to requests from the server alone.</summary>
    public const string ProbePath = "/.codeb/slot";

    /// <summary>Answered with <see cref="Version"/>, to requests from the server alone.</summary>
    public const string VersionPath = "/.codeb/edge";

    /// <summary>With it, a request from the server itself is served over http where others are redirected to https.</summary>
    public const string ThroughHeader = "X-CodeB-Through";

    /// <summary>Begins the file: tells whose it is.</summary>
    public const string Owner = "# CodeB's edge: written by CodeB, overwritten by its updates.";

    // Small letters, digits and inner hyphens; nothing that means something in a path or a pattern.
    private const string Label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";

    // A gate that is renamed between Caddy's look into the folder and its look at the file is found by the next try.
    private const int Tries = 6;

    /// <summary>Tells two texts apart, so that a running Caddy can be asked for the one it has.</summary>
    public static string Version(TrafficSettings settings) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Render(settings, "VERSION"))))[..16];

    public static string Render(TrafficSettings settings) => Render(settings, Version(settings));

    /// <summary>What Caddy's global options must say, so that only domains of the edge get certificates.</summary>
    public static string AskUrl(TrafficSettings settings) => $"http://{settings.AskAddress}/";

    private static string Render(TrafficSettings settings, string version)
    {
        var text = new StringBuilder($"{Owner}\n{Routes(settings, version)}http:// {{\n\timport codeb_edge\n}}\n");
        if (settings.Tls != TlsMode.None)
            text.Append(Https(settings)).Append(Ask(settings));
        return text.ToString();
    }

    // A route keeps its order; of its handle blocks the first that matches is the only one.
    private static string Routes(TrafficSettings settings, string version) => $$"""
        (codeb_edge) {
        	route {
        		@codeb_version {
        			path {{VersionPath}}
        			remote_ip 127.0.0.1 ::1
        		}
        		respond @codeb_version "{{version}}"

        		@codeb_odd header_regexp Host "[A-Z]|\.(:[0-9]+)?$"
        		route @codeb_odd {
        {{Lower()}}
        			request_header Host "\.(:[0-9]+)?$" "$1"
        		}

        		@codeb_host header_regexp host Host "^({{Label}}(?:\.{{Label}})*)(?::[0-9]+)?$"
        		handle @codeb_host {
        			route {
        				@codeb_gate file {
        					root {{settings.EdgeDirectory}}
        					try_files{{Repeat(" /domains/{re.host.1}/*-*")}}
        				}
        				handle @codeb_gate {
        					route {
        						@codeb_probe {
        							path {{ProbePath}}
        							remote_ip 127.0.0.1 ::1
        						}
        						handle @codeb_probe {
        							respond "{http.matchers.file.relative}"
        						}
        {{ToHttps(settings)}}						@codeb_port vars_regexp port {http.matchers.file.relative} "-([0-9]+)$"
        						handle @codeb_port {
        							reverse_proxy 127.0.0.1:{re.port.1} {
        								lb_try_duration {{Milliseconds(settings.RetryFor)}}
        								lb_try_interval 50ms
        								transport http {
        									keepalive {{Milliseconds(settings.KeepIdleFor)}}
        								}
        							}
        						}
        						respond "the gate of {re.host.1} names no port" 503
        					}
        				}

        				@codeb_known file {
        					root {{settings.EdgeDirectory}}
        					try_files /domains/{re.host.1}/
        				}
        				handle @codeb_known {
        					header Retry-After 1
        					respond "no version is active behind {re.host.1}" 503
        				}

        				@codeb_redirect file {
        					root {{settings.EdgeDirectory}}
        					try_files{{Repeat(" /redirects/{re.host.1}/*")}}
        				}
        				handle @codeb_redirect {
        					route {
        						@codeb_target vars_regexp target {http.matchers.file.relative} "/([^/]+)$"
        						redir @codeb_target {{(RedirectsToHttps(settings) ? "https" : "{scheme}")}}://{re.target.1}{uri} 308
        					}
        				}

        				respond "nothing is served under the name {re.host.1} here" 404
        			}
        		}

        		respond "nothing is served under this name here" 404
        	}
        }

        """;

    private static string Https(TrafficSettings settings) => $$"""
        https:// {
        	tls {
        		on_demand
        {{(settings.Tls == TlsMode.Internal ? "\t\tissuer internal\n" : "")}}	}
        	import codeb_edge
        }

        """;

    // The names that no public authority vouches for are let through for the user's own sites: Caddy asks for those as well,
    // has them signed by its own authority, and refuses them by itself where it has none.
    private static string Ask(TrafficSettings settings) => $$"""
        {{AskUrl(settings).TrimEnd('/')}} {
        	bind {{settings.AskAddress[..settings.AskAddress.LastIndexOf(':')]}}
        	route {
        		@codeb_internal vars_regexp {http.request.uri.query.domain} "(^|\.)(localhost|local)$|^[0-9]{1,3}(\.[0-9]{1,3}){3}$|^[0-9a-f.]*:[0-9a-f:.]*$"
        		respond @codeb_internal 200
        		@codeb_name vars_regexp name {http.request.uri.query.domain} "^({{Label}}(?:\.{{Label}})*)$"
        		handle @codeb_name {
        			route {
        				@codeb_served file {
        					root {{settings.EdgeDirectory}}
        					try_files /domains/{re.name.1}/ /redirects/{re.name.1}/
        				}
        				respond @codeb_served 200
        				respond 404
        			}
        		}
        		respond 404
        	}
        }

        """;

    private static bool RedirectsToHttps(TrafficSettings settings) => settings is { Tls: not TlsMode.None, RedirectToHttps: true };

    private static string ToHttps(TrafficSettings settings) => RedirectsToHttps(settings)
        ? $$"""
        						@codeb_plain {
        							protocol http
        							not {
        								header {{ThroughHeader}} *
        								remote_ip 127.0.0.1 ::1
        							}
        						}
        						handle @codeb_plain {
        							redir https://{re.host.1}{uri} 308
        						}

        """
        : "";

    // Caddy has no function for it: a replacement a letter, for requests that need it alone.
    private static string Lower() => string.Join('\n', Enumerable.Range('A', 26).Select(c => $"\t\t\trequest_header Host {(char)c} {(char)(c + 32)}"));

    private static string Repeat(string pattern) => string.Concat(Enumerable.Repeat(pattern, Tries));

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "ms";
}
