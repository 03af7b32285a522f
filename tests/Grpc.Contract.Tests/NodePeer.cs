using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Grpc.Contract.Tests;

/// <summary>Programs of the folder node/, run by Node.js with the packages of node/package.json.</summary>
internal sealed class NodePeer : IAsyncDisposable
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "node");
    private static readonly Lazy<Task> Installation = new(InstallAsync);

    private readonly Process _process;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _awaited = new();

    private NodePeer(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Split(' ', 2) is [var name, var value])
                Awaited(name).TrySetResult(value);
        };
        _process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Runs a program to its end; a failure shows what it wrote.</summary>
    internal static async Task RunAsync(params string[] arguments)
    {
        await Installation.Value;
        var (exitCode, output) = await RunToEndAsync("node", arguments);
        Assert.True(exitCode == 0, $"node {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
    }

    /// <summary>Starts a program that runs until it is disposed of.</summary>
    internal static async Task<NodePeer> StartAsync(params string[] arguments)
    {
        await Installation.Value;
        return new NodePeer(Start("node", arguments));
    }

    /// <summary>The rest of the first line that begins with that word.</summary>
    internal Task<string> LineAsync(string name) => Awaited(name).Task.Within($"the line '{name} …' from node");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static async Task InstallAsync()
    {
        if (File.Exists(Path.Combine(Folder, "node_modules", "@grpc", "grpc-js", "package.json")))
            return;
        var (exitCode, output) = await RunToEndAsync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"]);
        Assert.True(exitCode == 0, $"npm install ended with {exitCode}:\n{output}");
    }

    private static async Task<(int ExitCode, string Output)> RunToEndAsync(string program, string[] arguments)
    {
        using var process = Start(program, arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within 2 minutes.");
        }

        return (process.ExitCode, await output + await errors);
    }

    private static Process Start(string program, string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = Folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException(
                $"'{program}' was not found. These tests need Node.js with npm (Debian: apt-get install nodejs npm).", exception);
        }
    }

    private TaskCompletionSource<string> Awaited(string name) =>
        _awaited.GetOrAdd(name, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}
