namespace CodeB.Grains.Tests.Simulation;

/// <summary>
/// The real clock, on which short waits between two looks at a server take next to no time. Limits, which are longer, stay as
/// they are.
/// </summary>
internal sealed class ShortWaits : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero && dueTime <= Short ? dueTime / 100 : dueTime, period);
}
