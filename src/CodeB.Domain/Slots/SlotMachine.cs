using System.Globalization;
using CodeB.Domain.Errors;

namespace CodeB.Domain.Slots;

/// <summary>
/// Every legal change of a slot pair, as a function from the pair to the next one. What is not legal is refused with
/// FailedPrecondition, which says why and what to type. After the first promote exactly one slot is active, always.
/// </summary>
public static class SlotMachine
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

    /// <summary>The slot without the traffic, into which the next deploy goes: blue before the first promote.</summary>
    public static SlotName Idle(SlotPair pair) => pair.ActiveSlot is { } active ? Other(active) : SlotName.Blue;

    /// <summary>
    /// Takes the idle slot for a new version. What was in it (its container) is the caller's to remove;
    /// replaceGrace gives up the way back to a slot whose grace has not ended yet.
    /// </summary>
    public static SlotPair BeginDeploy(
        SlotPair pair, string version, string image, string by, DateTimeOffset now, bool replaceGrace = false)
    {
        var name = Idle(pair);
        var slot = pair[name];
        if (slot.State == SlotState.Deploying)
        {
            throw Refused(pair, $"slot {Word(name)} is already deploying {slot.Version}",
                $"wait for it, see 'we status {pair.Project}'");
        }

        if (slot.State == SlotState.Grace && !replaceGrace && !GraceEnded(slot, now))
        {
            throw Refused(pair, $"slot {Word(name)} keeps {slot.Version} for a rollback until {Stamp(slot.GraceUntil)}",
                $"give that up with 'we deploy {pair.Project} --replace-grace', or go back with 'we rollback {pair.Project}'");
        }

        return Next(pair, now).With(name, new Slot
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

    public static SlotPair DeployFailed(SlotPair pair, DateTimeOffset now)
    {
        var (name, slot) = Deploying(pair);
        return Next(pair, now).With(name, slot with { State = SlotState.Failed, ContainerId = "", HealthStatus = Health.Unhealthy });
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

    /// <summary>Gives the traffic to the deployed slot; the one that had it goes into grace.</summary>
    public static SlotPair Promote(SlotPair pair, string by, DateTimeOffset now, TimeSpan? grace = null)
    {
        var name = Idle(pair);
        var slot = pair[name];
        switch (slot.State)
        {
            case SlotState.Deployed when slot.HealthStatus == Health.Healthy:
                return Switch(pair, name, by, now, grace);
            case SlotState.Deployed:
                throw Refused(pair, $"slot {Word(name)} has {slot.Version}, which is {slot.HealthStatus}",
                    $"look at its log and deploy again: 'we deploy {pair.Project}'");
            case SlotState.Grace:
                throw Refused(pair, $"slot {Word(name)} is in grace: its {slot.Version} was active before",
                    $"to make it active again type 'we rollback {pair.Project}'");
            case SlotState.Deploying:
                throw Refused(pair, $"slot {Word(name)} is still deploying {slot.Version}",
                    $"wait for it, see 'we status {pair.Project}'");
            default:
                throw Refused(pair, $"slot {Word(name)} is {Word(slot.State)}: nothing is deployed to promote",
                    $"deploy first: 'we deploy {pair.Project}'");
        }
    }

    /// <summary>Gives the traffic back to the slot in grace; the one that had it goes into grace itself, so the rollback can be undone.</summary>
    public static SlotPair Rollback(SlotPair pair, string by, DateTimeOffset now, TimeSpan? grace = null)
    {
        var name = Idle(pair);
        if (pair[name].State != SlotState.Grace)
        {
            throw Refused(pair, $"slot {Word(name)} is {Word(pair[name].State)}, not in grace: there is no version to go back to",
                $"deploy the version you want: 'we deploy {pair.Project}'");
        }

        return Switch(pair, name, by, now, grace);
    }

    /// <summary>Empties the idle slot. A grace that has not ended is given up only when asked with <paramref name="force"/>.</summary>
    public static SlotPair CleanUp(SlotPair pair, DateTimeOffset now, bool force = false)
    {
        var name = Idle(pair);
        var slot = pair[name];
        switch (slot.State)
        {
            case SlotState.Empty:
                throw Refused(pair, $"slot {Word(name)} is empty: there is nothing to clean up", $"see 'we status {pair.Project}'");
            case SlotState.Deploying:
                throw Refused(pair, $"slot {Word(name)} is deploying {slot.Version}", $"wait for it, see 'we status {pair.Project}'");
            case SlotState.Grace when !force && !GraceEnded(slot, now):
                throw Refused(pair, $"slot {Word(name)} keeps {slot.Version} for a rollback until {Stamp(slot.GraceUntil)}",
                    "give that up with --force");
        }

        return Next(pair, now).With(name, new Slot { Port = slot.Port });
    }

    /// <summary>Keeps the names of the snapshots taken when the slot lost the traffic.</summary>
    public static SlotPair SnapshotsTaken(SlotPair pair, SlotName name, string dbSnapshot, string redisSnapshot, DateTimeOffset now)
    {
        if (pair[name].State is not (SlotState.Active or SlotState.Grace))
        {
            throw Refused(pair, $"slot {Word(name)} is {Word(pair[name].State)} and never had the data",
                $"see 'we status {pair.Project}'");
        }

        return Next(pair, now).With(name, pair[name] with { DbSnapshot = dbSnapshot, RedisSnapshot = redisSnapshot });
    }

    /// <summary>True where the idle slot's grace has ended and <see cref="CleanUp"/> is due.</summary>
    public static bool GraceExpired(SlotPair pair, DateTimeOffset now) =>
        pair[Idle(pair)] is { State: SlotState.Grace } slot && GraceEnded(slot, now);

    private static bool GraceEnded(Slot slot, DateTimeOffset now) => slot.GraceUntil is { } until && until <= now;

    private static SlotPair Switch(SlotPair pair, SlotName to, string by, DateTimeOffset now, TimeSpan? grace)
    {
        var next = Next(pair, now);
        if (pair.ActiveSlot is { } from)
        {
            next = next.With(from, pair[from] with { State = SlotState.Grace, GraceUntil = now + (grace ?? DefaultGrace) });
        }

        return next.With(to, pair[to] with { State = SlotState.Active, PromotedAt = now, PromotedBy = by, GraceUntil = null }) with
        {
            ActiveSlot = to,
        };
    }

    private static (SlotName Name, Slot Slot) Deploying(SlotPair pair)
    {
        var name = Idle(pair);
        return pair[name].State == SlotState.Deploying
            ? (name, pair[name])
            : throw Refused(pair, $"slot {Word(name)} is {Word(pair[name].State)}: no deploy is under way",
                $"begin one: 'we deploy {pair.Project}'");
    }

    private static SlotPair Next(SlotPair pair, DateTimeOffset now) => pair with { LastUpdated = now };

    private static DomainException Refused(SlotPair pair, string why, string instead) =>
        DomainException.Precondition($"{pair.Project}/{pair.Environment}: {why}; {instead}");

    private static string Word(SlotName name) => name == SlotName.Blue ? "blue" : "green";

    private static string Word(SlotState state) => state.ToString().ToLowerInvariant();

    private static string Stamp(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "?";
}
