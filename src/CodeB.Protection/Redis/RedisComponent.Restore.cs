using System.Globalization;
using CodeB.Domain.Errors;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;

namespace CodeB.Protection.Redis;

public sealed partial class RedisComponent
{
    /// <summary>Whether there was a data directory before the switch: kept or none.</summary>
    private const string OldFact = "redis.old";

    /// <summary>How many keys, and how many with an end of life, the snapshot loaded.</summary>
    private const string KeysFact = "redis.keys";
    private const string ExpiringFact = "redis.expiring";

    private static readonly TimeSpan LoadLimit = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public async Task StageAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        if (run.KeptPlaceOf(Name) is { } kept)
        {
            run.Report(await FindKeptAsync(kept, run.KeptBy, cancellationToken));
            return;
        }

        var stage = New(run);
        await UnstageAsync(run, cancellationToken);
        await server.RunAsync(RedisCommands.MakeStage(settings, stage), cancellationToken: cancellationToken);
        await run.ReadAsync(
            Artifact,
            (content, token) => server.WriteAsync(RedisCommands.Receive(settings, stage), (file, t) => content.CopyToAsync(file, t), token),
            cancellationToken);
        await server.RunAsync(RedisCommands.StartStaged(settings, stage), cancellationToken: cancellationToken);
        var info = await StagedHoldsAsync(stage, "loaded the snapshot", i => i.GetValueOrDefault("loading") == "0", cancellationToken);
        var (keys, expiring) = Keys(info);
        run.Facts[KeysFact] = keys.ToString(CultureInfo.InvariantCulture);
        run.Facts[ExpiringFact] = expiring.ToString(CultureInfo.InvariantCulture);

        // Both forms of the data stand there then, and whichever the service is configured to load holds every key.
        await server.RunAsync(RedisCommands.Staged(settings, stage, "CONFIG", "SET", "appendonly", "yes"), cancellationToken: cancellationToken);
        await StagedHoldsAsync(
            stage,
            "written the append-only files",
            i => i.GetValueOrDefault("aof_enabled") == "1" && i.GetValueOrDefault("aof_rewrite_in_progress") == "0"
                && i.GetValueOrDefault("aof_rewrite_scheduled") == "0" && i.GetValueOrDefault("aof_last_bgrewrite_status") == "ok",
            cancellationToken);
        await server.RunAsync(RedisCommands.StopStaged(stage), cancellationToken: cancellationToken);
        await server.RunAsync(RedisCommands.CleanStage(stage), cancellationToken: cancellationToken);
        run.Report($"{keys} keys loaded beside the live data");
    }

    public async Task UnstageAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        // What was kept was not made by the staging.
        if (run.KeptPlaceOf(Name) is not null)
            return;
        await server.RunAsync(RedisCommands.StopStaged(New(run)), cancellationToken: cancellationToken);
        await server.RunAsync(RedisCommands.Remove(New(run)), cancellationToken: cancellationToken);
    }

    public async Task SwitchAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        var there = await ExistingAsync(run, cancellationToken);
        if (there.Contains(New(run)))
        {
            if (!run.Facts.ContainsKey(OldFact))
            {
                run.Facts[OldFact] = there.Contains(Live) ? "kept" : "none";
                await run.SaveAsync(cancellationToken);
            }

            await StopAsync(save: true, cancellationToken);
            await server.RunAsync(RedisCommands.Swap(Live, Old(run), New(run), run.OperationId), cancellationToken: cancellationToken);
        }
        else if (!run.Facts.ContainsKey(OldFact))
        {
            throw DomainException.Precondition($"{Where}: the restored data directory {New(run)} is missing");
        }

        await StartAsync(cancellationToken);
    }

    public async Task SwitchBackAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        if (!run.Facts.TryGetValue(OldFact, out var old))
            return;
        var there = await ExistingAsync(run, cancellationToken);
        if (!there.Contains(New(run)) && old == "none")
        {
            await StopAsync(save: false, cancellationToken);
            await server.RunAsync(RedisCommands.Rename(Live, New(run)), cancellationToken: cancellationToken);
            return;
        }

        if (there.Contains(Old(run)))
        {
            await StopAsync(save: false, cancellationToken);
            await server.RunAsync(
                RedisCommands.Swap(Live, New(run), Old(run), run.KeptBy.Length > 0 ? run.KeptBy : run.OperationId),
                cancellationToken: cancellationToken);
        }

        if (old == "kept")
            await StartAsync(cancellationToken);
    }

    public async Task<string> CheckAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        var (keys, _) = Keys(await InfoAsync(cancellationToken));
        if (run.KeptPlaceOf(Name) is not null)
            return $"{keys} keys, as they were kept";
        var loaded = long.Parse(run.Facts[KeysFact], CultureInfo.InvariantCulture);
        var expiring = long.Parse(run.Facts[ExpiringFact], CultureInfo.InvariantCulture);
        // Keys may have ended their life meanwhile, and applications may have written again.
        return keys >= loaded - expiring
            ? $"{keys} keys, {loaded} were in the set"
            : throw new DomainException(ErrorCode.DataLoss, $"{Where}: has {keys} keys after the restore, the set had {loaded} ({expiring} of them expiring)");
    }

    public Task DropOldAsync(RestoreRun run, CancellationToken cancellationToken) =>
        server.RunAsync(RedisCommands.Remove(Old(run)), cancellationToken: cancellationToken);

    private async Task StopAsync(bool save, CancellationToken cancellationToken)
    {
        if (save && await AnswersAsync(cancellationToken))
        {
            // A server that keeps nothing by itself would otherwise take its last writes along, and the way back with them.
            await server.RunAsync(
                RedisCommands.Live(settings, password, "SAVE") with { Timeout = TimeSpan.FromMinutes(10) }, cancellationToken: cancellationToken);
            // The save may have taken longer than the pause.
            await TryPauseAsync(cancellationToken);
        }

        await server.RunAsync(RedisCommands.Service(settings.StopCommand), cancellationToken: cancellationToken);
        await HoldsAsync($"{Where} stops", async token => !await AnswersAsync(token), TimeSpan.FromMinutes(1), cancellationToken);
    }

    /// <summary>Starts the service with its writers held: the pause is the first thing it is told, while it still loads.</summary>
    private async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await AnswersAsync(cancellationToken))
            await server.RunAsync(RedisCommands.Service(settings.StartCommand), cancellationToken: cancellationToken);
        await HoldsAsync($"{Where} answers", TryPauseAsync, LoadLimit, cancellationToken);
        await HoldsAsync(
            $"{Where} has loaded its data",
            async token => await AnswersAsync(token) && (await InfoAsync(token)).GetValueOrDefault("loading") == "0",
            LoadLimit,
            cancellationToken);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await InfoAsync(cancellationToken);
            return true;
        }
        catch (DomainException error) when (error is HostException { Failure: HostFailure.CommandFailed } || error is not HostException)
        {
            return false;
        }
    }

    private async Task<Dictionary<string, string>> StagedHoldsAsync(
        string stage, string what, Func<Dictionary<string, string>, bool> condition, CancellationToken cancellationToken)
    {
        Dictionary<string, string> info = [];
        await HoldsAsync(
            $"the Redis in {stage} has {what}",
            async token =>
            {
                try
                {
                    info = await InfoAsync(RedisCommands.Staged(settings, stage, "INFO"), token);
                    return condition(info);
                }
                catch (DomainException error) when (error is HostException { Failure: HostFailure.CommandFailed } || error is not HostException)
                {
                    var state = (await server.RunAsync(RedisCommands.StagedState(stage), cancellationToken: token)).Output.Trim();
                    return state == "alive" || state.Length == 0
                        ? false
                        : throw DomainException.Precondition($"{server.Server.Name}: the Redis in {stage} ended before it had {what}: {state}");
                }
            },
            LoadLimit,
            cancellationToken);
        return info;
    }

    private static async Task HoldsAsync(string what, Func<CancellationToken, Task<bool>> condition, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            while (!await condition(both.Token))
                await Task.Delay(Step, both.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DomainException(ErrorCode.DeadlineExceeded, $"waited {limit.TotalSeconds:0} s in vain until {what}");
        }
    }

    private async Task<HashSet<string>> ExistingAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        var result = await server.RunAsync(RedisCommands.Existing(Live, Old(run), New(run)), cancellationToken: cancellationToken);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>The sums over the databases' lines: <c>db0:keys=100,expires=1,avg_ttl=0</c>.</summary>
    private static (long Keys, long Expiring) Keys(Dictionary<string, string> info)
    {
        var (keys, expiring) = (0L, 0L);
        foreach (var (name, value) in info)
        {
            if (!name.StartsWith("db", StringComparison.Ordinal) || !value.StartsWith("keys=", StringComparison.Ordinal))
                continue;
            var fields = value.Split(',').Select(f => f.Split('=')).ToDictionary(f => f[0], f => long.Parse(f[1], CultureInfo.InvariantCulture));
            keys += fields["keys"];
            expiring += fields["expires"];
        }

        return (keys, expiring);
    }

    private string Live => $"{Parent()}/{settings.DataDirectory.TrimEnd('/').Split('/')[^1]}";

    private string New(RestoreRun run) => run.KeptPlaceOf(Name) ?? $"{Live}.restore-{run.Id}";

    private string Old(RestoreRun run) => $"{Live}{KeptKind}{run.Id}";
}
