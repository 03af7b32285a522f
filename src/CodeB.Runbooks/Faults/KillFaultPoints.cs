using System.Diagnostics;

namespace CodeB.Runbooks.Faults;

/// <summary>What to do to the own process at which point. Configuration section <c>Faults</c>; Development only.</summary>
public sealed class FaultOptions
{
    /// <summary>The point at which the process ends itself with SIGKILL, such as deploy/start-container/after-do. Default: none.</summary>
    public string KillAt { get; set; } = "";

    /// <summary>The point at which the run pauses. Default: none.</summary>
    public string PauseAt { get; set; } = "";

    /// <summary>Written with the point's name when the pause begins; the run goes on when somebody deletes it. Needed with PauseAt.</summary>
    public string PauseFile { get; set; } = "";

    public bool Any => KillAt.Length > 0 || PauseAt.Length > 0;
}

/// <summary>Kills or pauses its own process at one named point, for tests of what a restart makes of it.</summary>
public sealed class KillFaultPoints : IFaultPoints
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);
    private readonly FaultOptions _options;
    private readonly TimeProvider _time;
    private readonly Action _kill;

    public KillFaultPoints(FaultOptions options, TimeProvider time)
        : this(options, time, KillSelf)
    {
    }

    internal KillFaultPoints(FaultOptions options, TimeProvider time, Action kill)
    {
        if (options.PauseAt.Length > 0 && options.PauseFile.Length == 0)
            throw new ArgumentException("Faults:PauseAt needs Faults:PauseFile, the file whose deletion lets the run go on.", nameof(options));
        _options = options;
        _time = time;
        _kill = kill;
    }

    public async ValueTask HitAsync(string point, CancellationToken cancellationToken)
    {
        if (point == _options.PauseAt)
        {
            await File.WriteAllTextAsync(_options.PauseFile, point, cancellationToken);
            while (File.Exists(_options.PauseFile))
                await Task.Delay(PollEvery, _time, cancellationToken);
        }

        if (point == _options.KillAt)
            _kill();
    }

    /// <summary>On Unix this is SIGKILL: no handler, no flush, no undo.</summary>
    private static void KillSelf()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}
