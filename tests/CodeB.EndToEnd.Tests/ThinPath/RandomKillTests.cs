using System.Globalization;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>
/// Random operations on one slot pair, each cut off by kill -9 of CodeB at a random moment, while clients keep asking the
/// application. CODEB_RANDOM_KILLS says how often (default: <see cref="DefaultKills"/>), CODEB_RANDOM_SEED repeats a choice of
/// operations and moments.
/// </summary>
[Collection(KilledCodeB.Collection)]
public sealed class RandomKillTests(KilledCodeB killed)
{
    private const int DefaultKills = 8;
    private static readonly TimeSpan Finished = TimeSpan.FromSeconds(90);

    private readonly int _seed = Setting("CODEB_RANDOM_SEED", Random.Shared.Next());
    private readonly Dictionary<string, int> _ends = [];

    [Fact]
    public async Task Kills_at_random_moments_of_random_operations_lose_no_request_and_leave_one_active_slot()
    {
        var random = new Random(_seed);
        var kills = Setting("CODEB_RANDOM_KILLS", DefaultKills);
        await killed.StartAsync();
        await using var visitors = new Visitors(killed.Worb, count: 2);
        var done = 0;
        var story = "";
        try
        {
            while (done < kills)
            {
                var (kind, call, moment) = Choose(random, await killed.Worb.SlotsAsync(killed.CodeB.Api), done);
                story = $"kill {done + 1} of {kills}, seed {_seed}, {kind} after {moment.TotalMilliseconds:0} ms";
                await killed.NoteActiveAsync();
                done += await KillAsync(call, moment, random);
                await SettledAsync(kind);
                Assert.True(visitors.Failures.IsEmpty, string.Join('\n', visitors.Failures));
            }
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"{story}: {e.Message}\n{(killed.CodeB.IsRunning ? killed.CodeB.Process.Log : "")}", e);
        }

        await visitors.StopAsync();
        Assert.True(visitors.Failures.IsEmpty, string.Join('\n', visitors.Failures));
        Assert.True(visitors.Answers > 0, "nobody asked the application");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{done} kills, seed {_seed}, {visitors.Answers} requests, 0 failed; {string.Join(", ", _ends.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} {e.Value}"))}");
        await killed.CodeB.StopAsync();
    }

    /// <summary>Some kills hit the start that takes the operation up again, too.</summary>
    private async Task<int> KillAsync(Func<Api, AsyncServerStreamingCall<OperationUpdate>> call, TimeSpan moment, Random random)
    {
        var running = FollowAsync(call(killed.CodeB.Api));
        // The moment itself is what is random: there is nothing to wait for.
        await Task.WhenAny(running, Task.Delay(moment, TestContext.Current.CancellationToken));
        await killed.CodeB.KillAsync();
        await running;
        await killed.StartAsync();
        if (random.Next(4) > 0)
            return 1;
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(400)), TestContext.Current.CancellationToken);
        await killed.CodeB.KillAsync();
        await killed.StartAsync();
        return 2;
    }

    private async Task SettledAsync(string kind)
    {
        var api = killed.CodeB.Api;
        var operation = await api.NewestFinishedAsync(killed.Worb.Target, Finished);
        Assert.True(operation.State is OperationState.Succeeded or OperationState.Undone, $"{operation.Kind} {operation.State}: {operation.Error}");
        Assert.True(operation.NotUndone.Count == 0, string.Join('\n', operation.NotUndone));
        await killed.AgreesAsync(api);
        Assert.Equal("", await killed.Worb.LeftoversAsync());
        var end = $"{kind} {(operation.Resumed > 0 ? "resumed, " : "")}{operation.State.ToString().ToLowerInvariant()}";
        _ends[end] = _ends.GetValueOrDefault(end) + 1;
    }

    private (string Kind, Func<Api, AsyncServerStreamingCall<OperationUpdate>> Call, TimeSpan Moment) Choose(Random random, SlotPair pair, int turn)
    {
        var (project, environment) = (killed.Worb.Name, killed.Worb.Environment);
        var idle = pair.ActiveSlot == "blue" ? pair.Green : pair.Blue;
        var dice = random.Next(10);
        return idle.State switch
        {
            SlotState.Deployed when dice < 7 => (
                "promote", api => api.Slots.Promote(new PromoteRequest { Project = project, Environment = environment }), Within(2500)),
            SlotState.Grace when dice < 5 => (
                "rollback", api => api.Slots.Rollback(new RollbackRequest { Project = project, Environment = environment }), Within(2500)),
            SlotState.Deployed or SlotState.Grace or SlotState.Failed when dice == 9 => (
                "cleanup", api => api.Slots.CleanUp(new CleanUpRequest { Project = project, Environment = environment, Force = true }), Within(1500)),
            _ when dice == 8 => ("missing", Deploy("localhost/guestbook:missing"), Within(1000)),
            _ => ("deploy", Deploy($"localhost/guestbook:v{1 + (turn % 2)}"), Within(3500)),
        };

        TimeSpan Within(int milliseconds) => TimeSpan.FromMilliseconds(random.Next(milliseconds));

        Func<Api, AsyncServerStreamingCall<OperationUpdate>> Deploy(string image) => api => api.Slots.Deploy(new DeployRequest
        {
            Project = project,
            Environment = environment,
            Version = image.EndsWith("missing", StringComparison.Ordinal) ? "v3" : image[^2..],
            Image = image,
            Force = true,
        });
    }

    /// <summary>To its end, whichever it is: a broken connection is what a kill looks like.</summary>
    private static async Task FollowAsync(AsyncServerStreamingCall<OperationUpdate> call)
    {
        try
        {
            await Api.EndAsync(call);
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
            return;
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
