using System.Globalization;
using System.Text.Json;
using CodeB.Domain.Errors;

namespace CodeB.Delivery.Traffic;

/// <summary>
/// Looks through Caddy's whole configuration before it is loaded: what would keep the edge from working must not cost the
/// other sites a reload.
/// </summary>
public static class EdgeConfig
{
    /// <param name="json">What <c>caddy adapt</c> gives.</param>
    /// <param name="settings">The edge's settings.</param>
    /// <param name="server">The server's name, for the error.</param>
    /// <exception cref="DomainException">FailedPrecondition, naming what the user's Caddyfile must say otherwise.</exception>
    public static void Check(string json, TrafficSettings settings, string server)
    {
        using var document = JsonDocument.Parse(json);
        var config = document.RootElement;
        CheckCatchAll(config, settings, settings.HttpPort, $"':{settings.HttpPort} {{' or 'http:// {{'", server);
        if (settings.Tls == TlsMode.None)
            return;
        CheckCatchAll(config, settings, settings.HttpsPort, $"':{settings.HttpsPort} {{' or 'https:// {{'", server);
        CheckAsk(config, settings, server);
    }

    private static void CheckCatchAll(JsonElement config, TrafficSettings settings, int port, string examples, string server)
    {
        // Caddy makes one route of all sites without a name; each of them is a handler in it.
        var all = Routes(config, port).Where(route => !NamesHost(route)).SelectMany(Handlers).ToList();
        var version = EdgeFile.Version(settings);
        if (!all.Exists(site => site.Contains(version, StringComparison.Ordinal)))
        {
            throw DomainException.Precondition(
                $"{server}: {settings.CaddyFile} does not take CodeB's edge in on port {port}; add the line 'import {settings.SitesDirectory}/*.caddy' at its end");
        }

        if (all.Count > 1)
        {
            throw DomainException.Precondition(
                $"{server}: {settings.CaddyFile} has a site for all host names on port {port} already ({examples}); "
                + "give it the names it is for, or remove it: CodeB serves its domains by name and leaves all named sites alone");
        }
    }

    private static void CheckAsk(JsonElement config, TrafficSettings settings, string server)
    {
        var ask = Find(config, "apps", "tls", "automation", "on_demand", "ask") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        if (ask == EdgeFile.AskUrl(settings))
            return;
        var wanted = $"on_demand_tls {{ ask {EdgeFile.AskUrl(settings)} }} (on three lines)";
        throw DomainException.Precondition(ask is null
            ? $"{server}: without a question first, anybody could have certificates issued; in the global options at the top of {settings.CaddyFile} say {wanted}, or turn TLS off (Delivery:Tls=None)"
            : $"{server}: {settings.CaddyFile} asks {ask} before certificates are issued, which does not know CodeB's domains; say {wanted} instead, or turn TLS off (Delivery:Tls=None)");
    }

    private static IEnumerable<JsonElement> Routes(JsonElement config, int port)
    {
        if (Find(config, "apps", "http", "servers") is not { ValueKind: JsonValueKind.Object } servers)
            yield break;
        foreach (var server in servers.EnumerateObject())
        {
            if (!Listens(server.Value, port) || Find(server.Value, "routes") is not { ValueKind: JsonValueKind.Array } routes)
                continue;
            foreach (var route in routes.EnumerateArray())
                yield return route;
        }
    }

    // A site bound to one address of the machine has that address for itself.
    private static bool Listens(JsonElement server, int port)
    {
        var suffix = port.ToString(CultureInfo.InvariantCulture);
        return Find(server, "listen") is { ValueKind: JsonValueKind.Array } listen
            && listen.EnumerateArray().Any(address => address.GetString() is { } text && (text == $":{suffix}" || text == $"0.0.0.0:{suffix}" || text == $"[::]:{suffix}"));
    }

    private static IEnumerable<string> Handlers(JsonElement route) =>
        Find(route, "handle") is { ValueKind: JsonValueKind.Array } handlers ? handlers.EnumerateArray().Select(handler => handler.GetRawText()) : [];

    private static bool NamesHost(JsonElement route) =>
        Find(route, "match") is { ValueKind: JsonValueKind.Array } match && match.EnumerateArray().All(set => set.TryGetProperty("host", out _));

    private static JsonElement? Find(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element;
    }
}
