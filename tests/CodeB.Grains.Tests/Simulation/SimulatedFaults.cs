using System.Collections.Concurrent;
using CodeB.Hosts.Sessions;
using CodeB.Runbooks.Faults;

namespace CodeB.Grains.Tests.Simulation;

/// <summary>What goes wrong during one operation.</summary>
internal enum FaultKind
{
    None,

    /// <summary>CodeB stops at one of the runner's fault points.</summary>
    CrashAtPoint,

    /// <summary>CodeB stops before a command has had its effect.</summary>
    CrashBeforeCommand,

    /// <summary>CodeB stops after a command has had its effect, without having heard of it.</summary>
    CrashAfterCommand,

    /// <summary>The server is away from a command on.</summary>
    OutageBeforeCommand,

    /// <summary>The connection is lost with a command's answer, and the server is away from then on.</summary>
    OutageAfterCommand,

    /// <summary>Somebody cancels at one of the runner's fault points.</summary>
    Cancel,
}

/// <summary>A fault, where it strikes, and for how many commands the server is away.</summary>
internal sealed record Fault(FaultKind Kind, int At, int Length)
{
    public static readonly Fault Never = new(FaultKind.None, 0, 0);
}

/// <summary>Strikes once with the fault that was armed, at the server's commands or at the runner's points.</summary>
internal sealed class SimulatedFaults : IFaultPoints
{
    private readonly ConcurrentDictionary<string, int> _refused = new();
    private readonly Lock _gate = new();
    private Fault _fault = Fault.Never;
    private int _commands;
    private int _points;
    private TaskCompletionSource _struck = NewSignal();

    /// <summary>Ends when CodeB is to be stopped or cancelled now; the run waits there.</summary>
    public Task Struck
    {
        get
        {
            lock (_gate)
                return _struck.Task;
        }
    }

    public int RefusedBy(string server) => _refused.GetValueOrDefault(server);

    public void Arm(Fault fault)
    {
        lock (_gate)
        {
            _fault = fault;
            (_commands, _points) = (0, 0);
            _struck = NewSignal();
        }
    }

    public async Task<T> AroundAsync<T>(string server, string command, Func<T> work, CancellationToken cancellationToken)
    {
        // Real commands take their time; without a break a whole operation would run as one turn.
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var now = Next();
        if (now.Away && !now.Effect)
            throw Away(server, command);
        if (now.Crash && !now.Effect)
            await StopAsync(cancellationToken);
        var result = work();
        if (now.Away)
            throw Away(server, command);
        if (now.Crash)
            await StopAsync(cancellationToken);
        return result;
    }

    public async ValueTask HitAsync(string point, CancellationToken cancellationToken)
    {
        FaultKind kind;
        lock (_gate)
        {
            if (_fault.Kind is not (FaultKind.CrashAtPoint or FaultKind.Cancel) || ++_points != _fault.At)
                return;
            kind = _fault.Kind;
            if (kind == FaultKind.Cancel)
                _struck.TrySetResult();
        }

        if (kind == FaultKind.CrashAtPoint)
            await StopAsync(cancellationToken);
    }

    private (bool Away, bool Crash, bool Effect) Next()
    {
        lock (_gate)
        {
            var at = ++_commands;
            return _fault.Kind switch
            {
                FaultKind.CrashBeforeCommand => (false, at == _fault.At, false),
                FaultKind.CrashAfterCommand => (false, at == _fault.At, true),
                FaultKind.OutageBeforeCommand => (at >= _fault.At && at - _fault.At < _fault.Length, false, false),
                FaultKind.OutageAfterCommand => (at >= _fault.At && at - _fault.At < _fault.Length, false, at == _fault.At),
                _ => (false, false, true),
            };
        }
    }

    /// <summary>Waits as a frozen process would, until the activation is ended.</summary>
    private async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            _struck.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    private HostException Away(string server, string command)
    {
        _refused.AddOrUpdate(server, 1, (_, count) => count + 1);
        return new HostException(HostFailure.ConnectionLost, server, command, $"{server}: {command}: the connection was lost");
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
