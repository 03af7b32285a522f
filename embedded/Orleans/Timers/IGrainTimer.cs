using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>A grain's timer; disposing of it ends it.</summary>
public interface IGrainTimer : IDisposable
{
    void Change(TimeSpan dueTime, TimeSpan period);
}

public readonly struct GrainTimerCreationOptions()
{
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
        : this()
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>Until the first tick; infinite: not before <see cref="IGrainTimer.Change"/>.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>From the end of one tick to the next; infinite: only one tick.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>Whether ticks run beside requests; otherwise they wait their turn as requests do.</summary>
    public bool Interleave { get; init; }

    /// <summary>Whether a tick counts as use, which keeps the activation.</summary>
    public bool KeepAlive { get; init; }
}
