using System.Collections.Concurrent;
using System.Diagnostics;
using CodeB.EndToEnd.Tests.Topology;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>One run of <c>CodeB.Server.dll</c> as a process of the test's own.</summary>
internal sealed class CodeBProcess : IDisposable
{
    private const int KeptLines = 200;
    private const int KilledExitCode = 128 + 9;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = [];

    private CodeBProcess(Process process, Uri grpc)
    {
        _process = process;
        Api = new Api(grpc);
    }

    public Api Api { get; }

    /// <summary>The end of what it wrote, for failures.</summary>
    public string Log => string.Join('\n', _lines);

    public static async Task<CodeBProcess> StartAsync(ProcessStartInfo start, int grpc, int http)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = new CodeBProcess(new Process { StartInfo = start }, new Uri($"http://127.0.0.1:{grpc}"));
        process._process.OutputDataReceived += process.Keep;
        process._process.ErrorDataReceived += process.Keep;
        process._process.Start();
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        using var client = new HttpClient();
        await Shell.AwaitAsync("this test's CodeB healthy", StartLimit, async () =>
        {
            Assert.False(process._process.HasExited, $"CodeB has ended while it started:\n{process.Log}");
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{http}/health"));
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return process;
    }

    public async Task KilledAsync(string point)
    {
        using var limit = new CancellationTokenSource(EndLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"CodeB did not pass {point}; it says:\n{Log}");
        }

        Assert.True(_process.ExitCode == KilledExitCode, $"CodeB ended with {_process.ExitCode} instead of being killed at {point}:\n{Log}");
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task StopAsync()
    {
        if (!_process.HasExited)
            await Shell.RunAsync("kill", "-TERM", $"{_process.Id}");
        using var limit = new CancellationTokenSource(EndLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            Assert.Fail($"CodeB did not stop within {EndLimit.TotalSeconds} s of SIGTERM:\n{Log}");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        Api.Dispose();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        _lines.Enqueue(line.Data);
        if (_lines.Count > KeptLines)
            _lines.TryDequeue(out _);
    }
}
