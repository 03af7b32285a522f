using System.Globalization;
using CodeB.Domain.Errors;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Health;

/// <summary>HTTP requests made on the server itself, so that what is measured is what the server sees.</summary>
public static class CurlCommands
{
    // What curl ends with when there is no answer: connection refused, timed out, broken off, empty; and what it may see
    // while a proxy restarts. Those are findings; every other exit code is an error.
    private static readonly int[] Answers = [0, 7, 18, 28, 35, 52, 56];

    /// <summary>GET; <see cref="HttpAnswer.Parse"/> reads its output.</summary>
    /// <param name="url">The address.</param>
    /// <param name="timeout">For the whole request.</param>
    /// <param name="connectTo">Go to this address instead of asking DNS for the URL's host.</param>
    /// <param name="header">A further header, such as <c>X-A: 1</c>.</param>
    public static Command Get(string url, TimeSpan timeout, string? connectTo = null, string? header = null)
    {
        List<string> arguments =
        [
            "-s", "--max-time", timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture),
            "--noproxy", "*", "-w", "\\n%{http_code}",
        ];
        if (connectTo is not null)
        {
            // The certificate is the site's affair and may be a moment away; on loopback there is no one in between.
            var parsed = new Uri(url);
            arguments.AddRange(["-k", "--resolve", $"{parsed.Host}:{parsed.Port}:{connectTo}"]);
        }

        if (header is not null)
            arguments.AddRange(["-H", header]);
        arguments.Add(url);
        return Command.Of("curl", [.. arguments]) with { Timeout = timeout + TimeSpan.FromSeconds(10), SuccessExitCodes = [.. Answers] };
    }

    public static async Task<HttpAnswer> GetAsync(
        this IHostSession host, string url, TimeSpan timeout, string? connectTo = null, string? header = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return HttpAnswer.Parse(await host.RunAsync(Get(url, timeout, connectTo, header), cancellationToken: cancellationToken));
        }
        catch (HostException e) when (e.ExitCode == 127)
        {
            throw DomainException.Precondition($"{host.Server.Name}: curl is missing; install it there (apt-get install curl)");
        }
    }
}

/// <summary>An HTTP answer, or that there was none.</summary>
/// <param name="Status">0 where nothing answered.</param>
/// <param name="Body">The body as text.</param>
public readonly record struct HttpAnswer(int Status, string Body)
{
    public static HttpAnswer Parse(CommandResult result)
    {
        var at = result.Output.LastIndexOf('\n');
        var status = int.TryParse(result.Output.AsSpan(at + 1).Trim(), CultureInfo.InvariantCulture, out var code) ? code : 0;
        return result.ExitCode == 0 ? new HttpAnswer(status, at > 0 ? result.Output[..at] : "") : new HttpAnswer(0, "");
    }

    public override string ToString() => Status == 0 ? "no answer" : $"status {Status}";
}
