using System.Diagnostics;
using System.Text;

namespace Demo.Cli;

/// <summary>What a finished program left.</summary>
internal sealed record ChildResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The last lines of what it said, errors first: for a failure's one line.</summary>
    public string LastWords =>
        string.Join(" | ", (Errors.Trim().Length > 0 ? Errors : Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(6));
}

/// <summary>A program run to its end, or ended with all its children when it is no longer wanted.</summary>
internal static class ChildProcess
{
    public static async Task<ChildResult> RunAsync(
        ProcessStartInfo start, string? input, Action<string>? onLine, CancellationToken cancellationToken)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = ReadAsync(process.StandardOutput, onLine);
        var errors = ReadAsync(process.StandardError, onLine);
        try
        {
            await WriteAsync(process.StandardInput, input, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new(process.ExitCode, await output.WaitAsync(cancellationToken), await errors.WaitAsync(cancellationToken));
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task WriteAsync(StreamWriter writer, string? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
                await writer.WriteAsync(input.AsMemory(), cancellationToken);
            writer.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything; its exit code and last words say why.
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, Action<string>? onLine)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line)
        {
            text.Append(line).Append('\n');
            onLine?.Invoke(line);
        }

        return text.ToString();
    }
}
