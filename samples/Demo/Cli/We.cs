using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Demo.Fleet;
using Demo.Output;
using Demo.Steps;

namespace Demo.Cli;

/// <summary>CodeB's command line, run as a program of its own, as a user types it. Each command line is shown.</summary>
internal sealed class We(Servers servers, Screen screen)
{
    private static readonly string Program = typeof(We).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "CliProgram").Value!;

    /// <summary>Runs a command and shows what it says.</summary>
    /// <exception cref="StepException">It did not succeed.</exception>
    public Task RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync(string.Join(' ', arguments), arguments, null, screen.Output, cancellationToken);

    /// <summary>The same with a file's content on standard input, which is not shown.</summary>
    public Task RunWithInputAsync(string input, string fileName, CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync($"{string.Join(' ', arguments)} < {fileName}", arguments, input, screen.Output, cancellationToken);

    /// <summary>Runs a command with <c>--json</c> and returns what it answered.</summary>
    public async Task<JsonElement> ReadAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        string[] all = [.. arguments, "--json"];
        var result = await RunAsync(string.Join(' ', all), all, null, null, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(result.Output);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new StepException("codeb", $"we {string.Join(' ', all)}: no JSON answer ({error.Message}): {result.LastWords}");
        }
    }

    private async Task<ChildResult> RunAsync(
        string shown, string[] arguments, string? input, Action<string>? onLine, CancellationToken cancellationToken)
    {
        screen.Command($"we {shown}");
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]);
        start.Environment["CODEB_ADDRESS"] = servers.Grpc.ToString().TrimEnd('/');
        var result = await ChildProcess.RunAsync(start, input, onLine, cancellationToken);
        return result.ExitCode == 0
            ? result
            : throw new StepException("codeb", $"we {shown}: exit code {result.ExitCode}: {result.LastWords}");
    }
}
