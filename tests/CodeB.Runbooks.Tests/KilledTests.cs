using CodeB.Domain.Operations;
using CodeB.Runbooks.Faults;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Runbooks.Tests;

/// <summary>
/// Random runbooks, killed at random places (every fault point, and halfway through an effect) up to three times, and
/// resumed from the journal's last write each time.
/// </summary>
public sealed class KilledTests
{
    [Fact]
    public void Killed_anywhere_and_resumed_each_effect_ends_wholly_done_or_wholly_undone() =>
        Prop.ForAll(Plans().ToArbitrary(), plan => KilledRun.Verdict(plan).Label(plan.ToString()))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    /// <summary>Not left to chance: one kill at each single point of a runbook that succeeds, and of one that fails and is undone.</summary>
    [Theory]
    [InlineData(false, ResumePolicy.Continue)]
    [InlineData(false, ResumePolicy.Undo)]
    [InlineData(true, ResumePolicy.Continue)]
    [InlineData(true, ResumePolicy.Undo)]
    public void Every_single_point_can_be_the_last_one_before_a_kill(bool fails, ResumePolicy policy)
    {
        StepPlan[] steps = [new(true, true, false, false), new(false, false, false, false), new(true, false, false, fails)];
        var points = KilledRun.CountPoints(new Plan(steps, policy, []));

        Assert.InRange(points, steps.Length * 4, int.MaxValue);
        for (var kill = 1; kill <= points; kill++)
            Assert.True(KilledRun.Verdict(new Plan(steps, policy, [kill])), $"killed at hit {kill} of {points}");
    }

    [Fact]
    public void The_list_of_points_names_each_step_and_only_undoable_steps_have_undo_points()
    {
        var points = FaultPoints.Of(Bench.Book(Bench.Note("a") with { Undo = null }, Bench.Note("b")));

        Assert.Equal(
            ["deploy/a/before", "deploy/a/before-do", "deploy/a/after-do", "deploy/a/after",
             "deploy/b/before", "deploy/b/before-do", "deploy/b/after-do", "deploy/b/after",
             "deploy/b/before-undo", "deploy/b/after-undo", "deploy/b/undone"],
            points);
    }

    private static Gen<Plan> Plans()
    {
        var flag = Gen.Elements(true, false);
        var rarely = Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)));
        var step =
            from effect in flag
            from asks in flag
            from there in rarely
            from fails in rarely
            select new StepPlan(effect, asks, there && asks && effect, fails);
        return
            from steps in step.NonEmptyListOf()
            from undo in flag
            from kills in Gen.Choose(1, 25).ListOf()
            select new Plan([.. steps.Take(6)], undo ? ResumePolicy.Undo : ResumePolicy.Continue, [.. kills.Take(3)]);
    }
}

/// <param name="Effect">It changes the world, and so has an Undo.</param>
/// <param name="Asks">It has an IsDone.</param>
/// <param name="There">Its effect was there before the operation began.</param>
/// <param name="Fails">Its Do fails halfway, on every try.</param>
internal sealed record StepPlan(bool Effect, bool Asks, bool There, bool Fails);

/// <param name="Steps">In order.</param>
/// <param name="Policy">What a resume does.</param>
/// <param name="Kills">At which hit of a point each life of the process ends; then one that is not killed.</param>
internal sealed record Plan(StepPlan[] Steps, ResumePolicy Policy, int[] Kills)
{
    public override string ToString() => $"{Policy}, kills {string.Join(",", Kills)}: {string.Join("; ", Steps.Select(step => step.ToString()))}";
}

/// <summary>One life after another of a process that runs one operation in a world of effects that have a halfway state.</summary>
internal sealed class KilledRun : IFaultPoints
{
    private readonly Plan _plan;
    private readonly Dictionary<int, int> _world = [];
    private readonly Bench _bench = new();
    private TaskCompletionSource _died = new();
    private int _hitsLeft;
    private int _hits;

    private KilledRun(Plan plan)
    {
        _plan = plan;
        for (var i = 0; i < plan.Steps.Length; i++)
            _world[i] = plan.Steps[i].There ? 2 : 0;
    }

    public static int CountPoints(Plan plan)
    {
        var run = new KilledRun(plan);
        run.LifeAsync(int.MaxValue).GetAwaiter().GetResult();
        return run._hits;
    }

    public static bool Verdict(Plan plan)
    {
        var run = new KilledRun(plan);
        var end = run.LivesAsync().GetAwaiter().GetResult();
        if (end.State is not (OperationState.Succeeded or OperationState.Undone))
            return false;
        for (var i = 0; i < plan.Steps.Length; i++)
        {
            var step = plan.Steps[i];
            var done = step.There || (step.Effect && end.State == OperationState.Succeeded);
            if (run._world[i] != (done ? 2 : 0))
                return false;
        }

        return end.State == OperationState.Succeeded || plan.Steps.Any(step => step.Fails) || (plan.Policy == ResumePolicy.Undo && end.Resumed > 0);
    }

    public async ValueTask HitAsync(string point, CancellationToken cancellationToken)
    {
        _hits++;
        if (--_hitsLeft == 0)
            await DieAsync();
    }

    private async Task<Operation> LivesAsync()
    {
        foreach (var kill in _plan.Kills)
        {
            if (await LifeAsync(kill) is { } end)
                return end;
        }

        return await LifeAsync(int.MaxValue) ?? throw new InvalidOperationException("the last life was not to be killed");
    }

    /// <summary>A dead life's task is never awaited again, as nothing of a killed process goes on.</summary>
    private async Task<Operation?> LifeAsync(int kill)
    {
        _hitsLeft = kill;
        _died = new TaskCompletionSource();
        var runner = _bench.Runner(this);
        var book = new Runbook<Bench>("deploy", [.. _plan.Steps.Select(Make)], _plan.Policy);
        var life = _bench.Journal.Writes.Count == 0
            ? runner.RunAsync(book, _bench, Bench.Fresh, _bench.Journal)
            : runner.ResumeAsync(book, _bench, _bench.Journal.Last, _bench.Journal);
        await Task.WhenAny(life, _died.Task);
        return life.IsCompleted ? await life : null;
    }

    private Step<Bench> Make(StepPlan plan, int index) => new()
    {
        Name = $"step-{index}",
        Do = async (_, run, _) =>
        {
            if (plan.Effect)
                await ChangeAsync(index, to: plan.Fails ? 1 : 2);
            if (plan.Fails)
                throw new InvalidOperationException("as planned");
        },
        Undo = plan.Effect ? (_, _, _) => ChangeAsync(index, to: 0) : null,
        IsDone = plan.Asks && plan.Effect ? (_, _, _) => Task.FromResult(_world[index] == 2) : null,
        Inspect = (_, _, _) => Task.FromResult(""),
    };

    private async Task ChangeAsync(int index, int to)
    {
        _world[index] = 1;
        await HitAsync("halfway", CancellationToken.None);
        _world[index] = to;
    }

    private async Task DieAsync()
    {
        _died.SetResult();
        await new TaskCompletionSource().Task;
    }
}
