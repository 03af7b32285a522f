using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Demo.Load;

/// <summary>The application behind Caddy.</summary>
/// <param name="Address">The app server's address.</param>
/// <param name="Domain">The Host header by which Caddy knows the project.</param>
internal sealed partial record Site(string Address, string Domain)
{
    /// <summary>A client with one connection of its own, kept alive.</summary>
    /// <param name="connected">Called whenever it opens a connection.</param>
    public HttpClient Connect(Action? connected = null) => new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = 1,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            connected?.Invoke();
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri($"http://{Address}/"),
        Timeout = TimeSpan.FromSeconds(10),
        DefaultRequestHeaders = { Host = Domain },
    };

    /// <summary>The front page, which reads the database and counts in Redis.</summary>
    public static async Task<Answer> PageAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync("", cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return new((int)response.StatusCode, PageVersion().Match(body).Groups[1].Value, body);
    }

    /// <summary>A new entry, which writes to the database.</summary>
    public static async Task<Answer> SignAsync(HttpClient client, string author, string message, CancellationToken cancellationToken)
    {
        using var response = await client.PostAsJsonAsync("api/entries", new { author, message }, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return new((int)response.StatusCode, EntryVersion().Match(body).Groups[1].Value, body);
    }

    [GeneratedRegex("<title>Guestbook ([^<]+)</title>")]
    private static partial Regex PageVersion();

    [GeneratedRegex("\"version\":\"([^\"]+)\"")]
    private static partial Regex EntryVersion();
}

/// <summary>What came back, and the version that says it made it; empty where none does.</summary>
internal sealed record Answer(int Status, string Version, string Body);
