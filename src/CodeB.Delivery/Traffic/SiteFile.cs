using System.Globalization;
using CodeB.Domain.Slots;

namespace CodeB.Delivery.Traffic;

/// <summary>
/// A slot pair's site in Caddy's configuration. It is the same before and after every switch: where the traffic goes is
/// looked up for each request in the gate folder (docs/traffic-switch.md says why).
/// </summary>
public static class SiteFile
{
    /// <summary>Answered by Caddy itself with the slot's word, to requests from the server alone.</summary>
    public const string ProbePath = "/.codeb/slot";

    /// <summary>First line of the file: tells whose it is.</summary>
    public static string Owner(TrafficSite site) => $"# {site.Name}: written by CodeB, overwritten when its domains or ports change";

    // blue, green, and blue again: between two looks the file may be renamed, and a third look finds it.
    public static string Render(TrafficSite site, TrafficSettings settings) => $$"""
        {{Owner(site)}}
        {{string.Join(", ", site.Addresses)}} {
        	@live file {
        		root {{site.GateDirectory(settings)}}
        		try_files /blue /green /blue
        	}
        	handle @live {
        		@probe {
        			path {{ProbePath}}
        			remote_ip 127.0.0.1 ::1
        		}
        		@blue vars {http.matchers.file.relative} /blue
        		handle @probe {
        			respond {http.matchers.file.relative}
        		}
        		handle @blue {
        			{{Proxy(site, settings, SlotName.Blue)}}
        		}
        		handle {
        			{{Proxy(site, settings, SlotName.Green)}}
        		}
        	}
        	handle {
        		header Retry-After 1
        		respond "no version of {{site.Name}} is active" 503
        	}
        }

        """;

    public static string Upstream(TrafficSite site, SlotName slot) => $"127.0.0.1:{site.Place(slot).Port}";

    private static string Proxy(TrafficSite site, TrafficSettings settings, SlotName slot) => $$"""
        reverse_proxy {{Upstream(site, slot)}} {
        				lb_try_duration {{Milliseconds(settings.RetryFor)}}
        				lb_try_interval 50ms
        			}
        """;

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "ms";
}
