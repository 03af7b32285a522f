using System.Globalization;
using System.Text.RegularExpressions;
using CodeB.Delivery.Slots;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;

namespace CodeB.Delivery.Traffic;

/// <summary>A slot pair behind Caddy.</summary>
public sealed partial record TrafficSite
{
    /// <exception cref="DomainException">InvalidArgument: an address is not one that may stand in Caddy's configuration.</exception>
    public TrafficSite(ProjectName project, EnvironmentName environment, int bluePort, int greenPort, IReadOnlyList<string> addresses)
    {
        if (addresses.Count == 0)
            throw DomainException.Invalid("addresses", $"{project}/{environment} has no domain; set one, such as 'http://{project}.example.com'");
        foreach (var address in addresses)
        {
            if (address.Length > 253 || !AddressRule().IsMatch(address))
            {
                throw DomainException.Invalid(
                    "addresses", "each is a domain with an optional http:// or https:// before and an optional :port behind, or a :port alone");
            }
        }

        Project = project;
        Environment = environment;
        BluePort = bluePort;
        GreenPort = greenPort;
        Addresses = addresses;
    }

    public ProjectName Project { get; }

    public EnvironmentName Environment { get; }

    public int BluePort { get; }

    public int GreenPort { get; }

    /// <summary>Caddy's site addresses: example.com (https), http://example.com, :8080.</summary>
    public IReadOnlyList<string> Addresses { get; }

    public string Name => $"{Project}/{Environment}";

    public SlotPlace Place(SlotName slot) => new(Project, Environment, slot, slot == SlotName.Blue ? BluePort : GreenPort);

    public string SiteFile(TrafficSettings settings) => $"{settings.SitesDirectory}/{Project}-{Environment}.caddy";

    public string GateDirectory(TrafficSettings settings) => $"{settings.GatesDirectory}/{Project}/{Environment}";

    public string GateFile(TrafficSettings settings, SlotName slot) => $"{GateDirectory(settings)}/{SlotPlace.WordOf(slot)}";

    /// <summary>The URL under which the server reaches the first address through its own Caddy.</summary>
    public string Url(TrafficSettings settings, string path)
    {
        var match = AddressRule().Match(Addresses[0]);
        var (scheme, host, port) = (match.Groups["scheme"].Value, match.Groups["host"].Value, match.Groups["port"].Value);
        if (scheme.Length == 0)
            scheme = host.Length == 0 || port == settings.HttpPort.ToString(CultureInfo.InvariantCulture) ? "http" : "https";
        if (port.Length == 0)
            port = (scheme == "http" ? settings.HttpPort : settings.HttpsPort).ToString(CultureInfo.InvariantCulture);
        host = host.Length == 0 ? "localhost" : host.Replace("*", "any", StringComparison.Ordinal);
        return $"{scheme}://{host}:{port}{path}";
    }

    [GeneratedRegex(@"\A((?<scheme>https?)://)?(?=[a-z0-9*:])(?<host>(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*)?(:(?<port>[0-9]{1,5}))?\z")]
    private static partial Regex AddressRule();
}
