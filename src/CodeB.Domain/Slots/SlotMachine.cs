using System.Globalization;
using CodeB.Domain.Errors;

namespace CodeB.Domain.Slots;

/// <summary>
/// Every legal change of a slot pair, as a function from the pair to the next one. What is not legal is refused with
/// FailedPrecondition, which says why and what to type. After the first promote exactly one slot is active, always.
/// </summary>
public static partial class SlotMachine
{
    /// <summary>How long the slot that lost the traffic is kept (seed 004, "Grace Period (48h)").</summary>
    public static readonly TimeSpan DefaultGrace = TimeSpan.FromHours(48);

    public static SlotPair Create(string project, string environment, string server, int bluePort, int greenPort, DateTimeOffset now) => new()
    {
        Project = project,
        Environment = environment,
        Server = server,
        Blue = new Slot { Port = bluePort },
        Green = new Slot { Port = greenPort },
        LastUpdated = now,
    };

    public static SlotName Other(SlotName name) => name == SlotName.Blue ? SlotName.Green : SlotName.Blue;

    /// <summary>
    /// The slot without the traffic, into which the next deploy goes. Before the first promote that is blue, or green where an
    /// adopted version waits there alone.
    /// </summary>
    public static SlotName Idle(SlotPair pair) => pair.ActiveSlot is { } active
        ? Other(active)
        : pair.Blue.State == SlotState.Empty && pair.Green.State != SlotState.Empty ? SlotName.Green : SlotName.Blue;

    /// <summary>
    /// Takes the idle slot for a new version. What was in it (its container) is the caller's to remove. Two slots hold two
    /// versions: the new one takes the place of the one in grace, to which a rollback would have gone.
    /// </summary>
    public static SlotPair BeginDeploy(SlotPair pair, string version, string image, string by, DateTimeOffset now)
    {
        var name = Idle(pair);
        var slot = pair[name];
        if (slot.State == SlotState.Deploying)
        {
            throw Refused(pair, $"slot {Word(name)} is already deploying {slot.Version}",
                $"wait for it, see 'we status {pair.Project}'");
        }

        var next = slot.State == SlotState.Deployed ? pair.Ended(name, ReleaseEnd.Replaced, by, now) : pair;
        return Next(next, now).With(name, new Slot
        {
            State = SlotState.Deploying,
            Port = slot.Port,
            Version = version,
            Image = image,
            DeployedBy = by,
        });
    }

    /// <summary>The container runs and answered its health check.</summary>
    public static SlotPair DeploySucceeded(SlotPair pair, string containerId, DateTimeOffset now)
    {
        var (name, slot) = Deploying(pair);
        return Next(pair, now).With(name, slot with
        {
            State = SlotState.Deployed,
            ContainerId = containerId,
            DeployedAt = now,
            HealthStatus = Health.Healthy,
        });
    }

    /// <summary>The slot keeps the reason until it is deployed over or cleaned up.</summary>
    public static SlotPair DeployFailed(SlotPair pair, string reason, string by, DateTimeOffset now)
    {
        var (name, slot) = Deploying(pair);
        return Next(pair.Ended(name, ReleaseEnd.Failed, by, now, reason), now).With(name, Failed(slot, reason) with { ContainerId = "" });
    }

    /// <summary>A deploy that failed before it touched the idle slot: what was in the slot still holds.</summary>
    /// <param name="pair">The pair as it is.</param>
    /// <param name="before">The pair as <see cref="BeginDeploy"/> found it.</param>
    /// <param name="now">The time.</param>
    public static SlotPair DeployWithdrawn(SlotPair pair, SlotPair before, DateTimeOffset now)
    {
        var (name, _) = Deploying(pair);
        return Next(pair, now).With(name, before[name]) with { History = before.History };
    }

    /// <summary>What the last health check of a slot's container said.</summary>
    public static SlotPair HealthChecked(SlotPair pair, SlotName name, bool healthy, DateTimeOffset now)
    {
        if (pair[name].State is not (SlotState.Deployed or SlotState.Active or SlotState.Grace))
        {
            throw Refused(pair, $"slot {Word(name)} is {Word(pair[name].State)} and has no container to check",
                $"deploy first: 'we deploy {pair.Project}'");
        }

        return Next(pair, now).With(name, pair[name] with { HealthStatus = healthy ? Health.Healthy : Health.Unhealthy });
    }

    /// <summary>
    /// Empties the idle slot, whatever is in it. A grace that has not ended is given up only when asked with
    /// <paramref name="force"/>.
    /// </summary>
    public static SlotPair CleanUp(SlotPair pair, string by, DateTimeOffset now, bool force = false)
    {
        var name = Idle(pair);
        var slot = pair[name];
        switch (slot.State)
        {
            case SlotState.Empty:
                throw Refused(pair, $"slot {Word(name)} is empty: there is nothing to clean up", $"see 'we slots {pair.Project}'");
            case SlotState.Deploying:
                throw Refused(pair, $"slot {Word(name)} is deploying {slot.Version}", $"wait for it, see 'we status {pair.Project}'");
            case SlotState.Grace when !force && !GraceEnded(slot, now):
                throw Refused(pair, $"slot {Word(name)} keeps {slot.Version} for a rollback until {Stamp(slot.GraceUntil)}",
                    $"give that up with 'we cleanup {pair.Project} -e {pair.Environment} --force'");
        }

        var next = slot.State == SlotState.Deployed ? pair.Ended(name, ReleaseEnd.CleanedUp, by, now) : pair;
        return DataGivenUp(Next(next, now), slot.KeptBy, now).With(name, new Slot { Port = slot.Port });
    }

    /// <summary>A clean-up ended in the middle: its container may be gone, so the slot is no way back any more.</summary>
    public static SlotPair CleanUpFailed(SlotPair pair, string reason, string by, DateTimeOffset now)
    {
        var name = Idle(pair);
        var slot = pair[name];
        if (slot.State is SlotState.Empty or SlotState.Deploying)
        {
            throw Refused(pair, $"slot {Word(name)} is {Word(slot.State)}: no clean-up is under way",
                $"begin one: 'we cleanup {pair.Project} -e {pair.Environment}'");
        }

        var next = slot.State == SlotState.Deployed ? pair.Ended(name, ReleaseEnd.Failed, by, now, reason) : pair;
        return Next(next, now).With(name, Failed(slot, reason));
    }

    /// <summary>
    /// Keeps the backup sets taken while the slot had the traffic. They belong to its release: the slot loses them when it gets
    /// the traffic again, for then they would bring back older data than its users last saw.
    /// </summary>
    public static SlotPair SnapshotsTaken(SlotPair pair, SlotName name, string dbSnapshot, string redisSnapshot, DateTimeOffset now)
    {
        if (pair[name].State is not (SlotState.Active or SlotState.Grace))
        {
            throw Refused(pair, $"slot {Word(name)} is {Word(pair[name].State)} and never had the data",
                $"see 'we slots {pair.Project}'");
        }

        return Next(pair, now).With(name, pair[name] with { DbSnapshot = dbSnapshot, RedisSnapshot = redisSnapshot });
    }

    /// <summary>True where the idle slot's grace has ended and <see cref="CleanUp"/> is due.</summary>
    public static bool GraceExpired(SlotPair pair, DateTimeOffset now) =>
        pair[Idle(pair)] is { State: SlotState.Grace } slot && GraceEnded(slot, now);

    private static bool GraceEnded(Slot slot, DateTimeOffset now) => slot.GraceUntil is { } until && until <= now;

    private static (SlotName Name, Slot Slot) Deploying(SlotPair pair)
    {
        var name = Idle(pair);
        return pair[name].State == SlotState.Deploying
            ? (name, pair[name])
            : throw Refused(pair, $"slot {Word(name)} is {Word(pair[name].State)}: no deploy is under way",
                $"begin one: 'we deploy {pair.Project}'");
    }

    private static Slot Failed(Slot slot, string reason) => slot with
    {
        State = SlotState.Failed,
        HealthStatus = Health.Unhealthy,
        GraceUntil = null,
        Reason = SlotHistory.Shortened(reason),
    };

    private static SlotPair Next(SlotPair pair, DateTimeOffset now) => pair with { LastUpdated = now };

    private static DomainException Refused(SlotPair pair, string why, string instead) =>
        DomainException.Precondition($"{pair.Project}/{pair.Environment}: {why}; {instead}");

    private static string Word(SlotName name) => name == SlotName.Blue ? "blue" : "green";

    private static string Word(SlotState state) => state.ToString().ToLowerInvariant();

    private static string Stamp(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "?";
}
