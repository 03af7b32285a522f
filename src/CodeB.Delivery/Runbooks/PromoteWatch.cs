using System.Globalization;
using CodeB.Delivery.Health;
using CodeB.Delivery.Slots;
using CodeB.Domain.Errors;
using CodeB.Domain.Secrets;
using CodeB.Hosts.Sessions;
using CodeB.Runbooks;

namespace CodeB.Delivery.Runbooks;

/// <summary>Watches a slot that has just got the traffic. By failing it takes the switch back.</summary>
public static class PromoteWatch
{
    /// <summary>The longest watch that may be asked for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Longer than the longest watch by the time that a server may be out of CodeB's reach.</summary>
    internal static readonly TimeSpan StepTimeout = Longest + TimeSpan.FromMinutes(10);

    private const string WatchedSince = "watched-since";

    internal static async Task WatchAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        var (input, place) = (context.Input, context.Place);
        if (input.Watch <= TimeSpan.Zero)
        {
            run.Report("not watched");
            return;
        }

        // After a stop of CodeB the rest of the time is watched, and never less than it takes to tell bad luck from a failure.
        var resumed = run.Facts.TryGetValue(WatchedSince, out var begun);
        if (!resumed)
        {
            run.Facts[WatchedSince] = begun = context.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
            await run.SaveAsync(cancellationToken);
        }

        var until = DateTimeOffset.Parse(begun!, CultureInfo.InvariantCulture) + input.Watch;
        var missing = resumed ? input.WatchFailures : 1;
        for (var failures = 0; ; await Task.Delay(input.WatchInterval, context.Time, cancellationToken))
        {
            if (await AskAsync(context, run, cancellationToken) is not { } answer)
                continue;
            missing--;
            failures = answer.Status == input.Health.ExpectedStatus ? 0 : failures + 1;
            if (failures >= input.WatchFailures)
                throw await FailureAsync(context, run, answer, cancellationToken);
            var left = until - context.Time.GetUtcNow();
            if (failures == 0 && missing <= 0 && left <= TimeSpan.Zero)
                break;
            run.Report(failures == 0
                ? $"{place.Word} is healthy; watched for {Math.Max(0, Math.Ceiling(left.TotalSeconds)):0} s more"
                : $"{place.Word} gives {answer} instead of {input.Health.ExpectedStatus}, {failures} of {input.WatchFailures} times in a row before CodeB goes back");
        }

        run.Report($"{place.Word} stayed healthy for {input.Watch.TotalSeconds:0.#} s");
    }

    /// <summary>Whether the slot that had the traffic before can have it again, and what is in it.</summary>
    /// <param name="context">The promote.</param>
    /// <param name="before">blue, green, or another word for none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<WayBack> WayBackAsync(PromoteContext context, string before, CancellationToken cancellationToken)
    {
        if (SlotPlace.Parse(before) is not { } slot || slot == context.Input.Slot)
            return new WayBack("", null);
        var place = context.Traffic.Site.Place(slot);
        var asked = context.Gate.AskAsync(place, context.Input.Health, cancellationToken);
        var container = await context.Engine.FindAsync(place.ContainerName, cancellationToken);
        var answer = await asked;
        var text = container is null ? place.Word : $"{place.Word} ({container.Version})";
        var obstacle = container switch
        {
            null => $"{place.Word}, which had it before, has no container any more",
            { IsRunning: false } => $"{text}, which had it before, is {container.Status}",
            _ when answer.Status != context.Input.Health.ExpectedStatus =>
                $"{text}, which had it before, is not healthy: {answer} instead of {context.Input.Health.ExpectedStatus}",
            _ => null,
        };
        return new WayBack(text, obstacle);
    }

    /// <summary>Null where the server cannot be reached: that says nothing about the slot.</summary>
    private static async Task<HttpAnswer?> AskAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Gate.AskAsync(context.Place, context.Input.Health, cancellationToken);
        }
        catch (HostException e) when (e.Failure is HostFailure.Unreachable or HostFailure.Refused or HostFailure.ConnectionLost or HostFailure.TimedOut)
        {
            run.Report($"cannot watch {context.Place.Word}: {e.Message}");
            return null;
        }
    }

    private static async Task<DomainException> FailureAsync(
        PromoteContext context, StepRun run, HttpAnswer last, CancellationToken cancellationToken)
    {
        var (input, place) = (context.Input, context.Place);
        var before = run.Facts.TryGetValue(PromoteRunbook.TrafficBefore, out var word) ? word : "";
        var back = await WayBackAsync(context, before, cancellationToken);
        var end = back switch
        {
            { Obstacle: { } obstacle } => $"CodeB does NOT go back, for {obstacle}",
            { Text: "" } => "there was no version before it to go back to, so NOTHING is served now",
            _ => $"CodeB GOES BACK to {back.Text} by itself",
        };
        var redaction = new Redaction(context.Env.Values);
        var log = await context.Engine.LogsAsync(place.ContainerName, HealthGate.LogLines, redaction, cancellationToken);
        var tail = log.Length == 0 ? "its log is empty" : $"the end of its log:\n{log}";
        var version = input.Version.Length > 0 ? $" ({input.Version})" : "";
        return DomainException.Precondition(redaction.Apply(
            $"{end}: {context.Server}: {place.Pair} {place.Word}{version} failed {input.WatchFailures} health checks in a row after it got the traffic; "
            + $"last answer: {last} instead of {input.Health.ExpectedStatus}; {tail}"));
    }
}

/// <summary>The slot to go back to.</summary>
/// <param name="Text">Slot and version, for people; empty for none.</param>
/// <param name="Obstacle">Why it cannot take the traffic; null where it can.</param>
internal sealed record WayBack(string Text, string? Obstacle);
