using System.Globalization;
using CodeB.Delivery.Runbooks;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Protection.Components;
using CodeB.Protection.Postgres;
using CodeB.Protection.Redis;
using CodeB.Protection.Runbooks;
using CodeB.Runbooks;

namespace CodeB.Grains.Slots.Data;

/// <summary>
/// A rollback that brings the slot's data back as well (seed 000 section 5.2). Everything slow comes first, beside the live data:
/// check → safety set → stage. Then, each component with its writers held: switch Redis, switch PostgreSQL by rename, switch the
/// traffic, let the writers go, check. What was live before is renamed and kept, not dropped. A failure anywhere undoes all of
/// it: data and traffic are as they were.
/// </summary>
/// <remarks>
/// PostgreSQL's writers are held last and let go first, so that their time holds two renames and the traffic's switch and nothing
/// else; Redis restarts within its own hold. What an application sees: on PostgreSQL its open connections end and new ones are
/// refused until the release, on Redis its connection is closed once and writes wait. Requests that need the database fail for
/// that time, of both versions; afterwards both versions' pools connect again, to the data that is live then. What the leaving
/// version wrote until its writers were held is in the kept data and, up to the safety set's instant, in the set.
/// </remarks>
internal static class DataRollbackRunbook
{
    public const string SafetySetFact = "safety-set";
    public const string RestoredFromFact = "restored-from";
    private const string KeptUntilFact = "kept-until";

    /// <summary>Steps for the components to bring back, each of postgres and redis or one of them.</summary>
    public static Runbook<DataRollbackContext> Create(IReadOnlyCollection<string> components)
    {
        var names = ComponentCatalog.Check(components);
        var rollback = RollbackRunbook.Create();
        var at = rollback.Steps.ToList().FindIndex(step => step.Name == PromoteSteps.SwitchTraffic);
        return new Runbook<DataRollbackContext>(rollback.Name,
        [
            .. rollback.Steps.Take(at).Over<DataRollbackContext, PromoteContext>(c => c.Switch),
            new Step<DataRollbackContext> { Name = "reserve-data", Do = (c, run, _) => c.ReserveAsync(run.OperationId), Inspect = InspectReservationAsync },
            .. new[] { RestorePhases.CheckSet, RestorePhases.VerifySet, RestorePhases.CheckTarget }.Over<DataRollbackContext, RestoreContext>(c => c.Restore),
            SetStep.Create<DataRollbackContext>("take-safety-set", SafetySetFact, c => (c.Sets, c.Safety)),
            .. names.Select(RestorePhases.Stage).Over<DataRollbackContext, RestoreContext>(c => c.Restore),
            .. Switch(names).Over<DataRollbackContext, RestoreContext>(c => c.Restore),
            rollback.Steps[at].Over<DataRollbackContext, PromoteContext>(c => c.Switch),
            .. names.Select(RestorePhases.Release).Over<DataRollbackContext, RestoreContext>(c => c.Restore),
            RollbackRunbook.WaitForHealth.Over<DataRollbackContext, PromoteContext>(c => c.Switch),
            .. rollback.Steps.Skip(at + 1).Over<DataRollbackContext, PromoteContext>(c => c.Switch),
            .. names.Where(name => name != RedisComponent.ComponentName).Select(RestorePhases.Check).Over<DataRollbackContext, RestoreContext>(c => c.Restore),
            new Step<DataRollbackContext>
            {
                Name = "keep-old",
                Do = KeepAsync,
                Inspect = (c, _, _) => Task.FromResult($"would keep the data from before, renamed, for {Hours(c.Input.Grace)} h, for the way back"),
            },
        ]);
    }

    /// <summary>What the finished operation has kept, from its facts.</summary>
    public static KeptData KeptBy(Operation operation, string version) => new()
    {
        OperationId = operation.Id,
        Version = version,
        Until = DateTimeOffset.Parse(operation.Facts[KeptUntilFact], CultureInfo.InvariantCulture),
        Places = ComponentCatalog.Names
            .Where(name => operation.Facts.ContainsKey(KeptFact(name)))
            .ToDictionary(name => name, name => operation.Facts[KeptFact(name)]),
    };

    /// <summary>
    /// The slowest first, so that PostgreSQL is not held while Redis starts. Redis is compared while it is held and nobody writes
    /// into it; PostgreSQL, which takes no connection then, was compared before it came to its name.
    /// </summary>
    private static IEnumerable<Step<RestoreContext>> Switch(IReadOnlyList<string> names)
    {
        if (names.Contains(RedisComponent.ComponentName))
        {
            yield return RestorePhases.Hold(RedisComponent.ComponentName);
            yield return RestorePhases.SwitchHeld(RedisComponent.ComponentName);
            yield return RestorePhases.Check(RedisComponent.ComponentName);
        }

        if (names.Contains(PostgresComponent.ComponentName))
        {
            yield return RestorePhases.Hold(PostgresComponent.ComponentName);
            yield return RestorePhases.SwitchHeld(PostgresComponent.ComponentName);
        }
    }

    private static async Task<string> InspectReservationAsync(DataRollbackContext context, StepRun run, CancellationToken cancellationToken)
    {
        var busy = await context.BusyWithAsync();
        return busy.Length == 0
            ? "no other restore of this project's data runs; would keep others away"
            : throw DomainException.Precondition($"{busy} is at the project's data; wait for it (we operation watch {busy})");
    }

    private static Task KeepAsync(DataRollbackContext context, StepRun run, CancellationToken cancellationToken)
    {
        var restore = RestorePhases.WithoutSet(context.Restore, run);
        foreach (var component in context.Restore.Components.OfType<IDataComponent>())
        {
            if (component.KeptPlace(restore) is { } place)
                run.Facts[KeptFact(component.Name)] = place;
        }

        run.Facts[RestoredFromFact] = context.Restore.FromSet.Count > 0 ? context.Restore.Set.Value : context.Restore.Input.Kept!.OperationId;
        // Once and for all: a step that is repeated after a restart must not say something else.
        run.Facts.TryAdd(KeptUntilFact, (context.Restore.Clock.GetUtcNow() + context.Input.Grace).ToString("O", CultureInfo.InvariantCulture));
        run.Report($"the data from before is kept until {run.Facts[KeptUntilFact]}; 'we rollback {context.Input.Project} --restore-db' brings it back");
        return Task.CompletedTask;
    }

    private static string KeptFact(string component) => $"kept-{component}";

    private static string Hours(TimeSpan time) => time.TotalHours.ToString("0.#", CultureInfo.InvariantCulture);
}
