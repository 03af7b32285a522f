using Demo.Cli;
using Demo.Data;
using Demo.Load;
using Demo.Output;

namespace Demo.Steps;

internal sealed class DeliverySteps(We we, Guestbook guestbook, Screen screen)
{
    private const int Connections = 12;
    private const int AtLeast = 200;
    private const int Entries = 200;

    /// <summary>What the load around the promote of v2 saw.</summary>
    public LoadReport? Load { get; private set; }

    public Task<Outcome> DeployV1Async(CancellationToken cancellationToken) => DeployAsync("v1", cancellationToken);

    public async Task<Outcome> PromoteV1Async(CancellationToken cancellationToken)
    {
        await we.RunAsync(cancellationToken, "promote", Guestbook.Project);
        return await PageShowsAsync("v1", cancellationToken);
    }

    public async Task<Outcome> SignAsync(CancellationToken cancellationToken)
    {
        using var client = guestbook.Site.Connect();
        for (var i = 1; i <= Entries; i++)
        {
            var answer = await Site.SignAsync(client, $"visitor {i}", $"entry {i}: Grüße, 안녕하세요", cancellationToken);
            if (answer.Status != 200)
                throw new StepException("app", $"an entry was answered with status {answer.Status}: {answer.Body}");
        }

        var rows = await PostgresContent.CountEntriesAsync(guestbook, cancellationToken);
        return rows == Entries
            ? new($"{rows} entries through Caddy and the application")
            : throw new StepException("storage", $"{Entries} entries were accepted, and the table has {rows}");
    }

    public async Task<Outcome> DeployV2Async(CancellationToken cancellationToken)
    {
        var outcome = await DeployAsync("v2", cancellationToken);
        await PageShowsAsync("v1", cancellationToken);
        return outcome with { Detail = $"{outcome.Detail}; visitors still see v1" };
    }

    public async Task<Outcome> PromoteUnderLoadAsync(CancellationToken cancellationToken)
    {
        var before = await PostgresContent.CountEntriesAsync(guestbook, cancellationToken);
        screen.Fact($"{Connections} connections ask Caddy for pages and write entries, without a break");
        var seen = Load = await SwitchUnderLoadAsync(cancellationToken);
        screen.Fact($"before: {Shown(seen.Before)}; during: {Shown(seen.During)}; after: {Shown(seen.After)}");
        screen.Fact($"{seen.Connections} connections opened, slowest answer {seen.SlowestMs} ms");
        seen.Require("v1", "v2", AtLeast);
        var rows = await PostgresContent.CountEntriesAsync(guestbook, cancellationToken);
        return rows == before + seen.Writes
            ? new($"{seen.Served} requests served, {seen.Failed} failed; {seen.Writes} entries written, none lost")
            : throw new StepException("storage", $"{seen.Writes} entries were accepted, and the table has {rows - before} more");
    }

    public async Task<Outcome> RollbackAsync(CancellationToken cancellationToken)
    {
        await we.RunAsync(cancellationToken, "rollback", Guestbook.Project);
        return await PageShowsAsync("v1", cancellationToken);
    }

    private async Task<LoadReport> SwitchUnderLoadAsync(CancellationToken cancellationToken)
    {
        var load = LoadRun.Start(guestbook.Site, Connections, cancellationToken);
        try
        {
            await load.AnswersAsync(2 * AtLeast, cancellationToken);
            load.SwitchBegins();
            await we.RunAsync(cancellationToken, "promote", Guestbook.Project);
            load.SwitchEnded();
            await load.AnswersAsync(2 * AtLeast, cancellationToken);
        }
        catch
        {
            Load = await load.StopAsync();
            throw;
        }

        return await load.StopAsync();
    }

    private async Task<Outcome> DeployAsync(string version, CancellationToken cancellationToken)
    {
        await we.RunAsync(cancellationToken, "deploy", Guestbook.Project, version, "--image", $"localhost/guestbook:{version}");
        return new($"{version} is healthy in the idle slot");
    }

    private async Task<Outcome> PageShowsAsync(string version, CancellationToken cancellationToken)
    {
        using var client = guestbook.Site.Connect();
        var answer = await Site.PageAsync(client, cancellationToken);
        return answer.Status == 200 && answer.Version == version
            ? new($"http://{Guestbook.Domain}/ shows {version}")
            : throw new StepException("app", $"http://{Guestbook.Domain}/ answers with status {answer.Status} and version '{answer.Version}', not {version}");
    }

    private static string Shown(IReadOnlyDictionary<string, int> counts) =>
        counts.Count == 0 ? "none" : string.Join(", ", counts.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} from {pair.Key}"));
}
