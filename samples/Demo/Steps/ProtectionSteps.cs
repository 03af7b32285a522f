using System.Diagnostics;
using Demo.Cli;
using Demo.Data;
using Demo.Fleet;
using Demo.Load;
using Demo.Output;

namespace Demo.Steps;

internal sealed class ProtectionSteps(We we, Servers servers, Guestbook guestbook, Screen screen)
{
    private static readonly TimeSpan BackWithin = TimeSpan.FromSeconds(20);

    private Content? _before;
    private string _slot = "";

    private Content Before => _before ?? throw new InvalidOperationException("The content was not noted.");

    public async Task<Outcome> NoteAsync(CancellationToken cancellationToken)
    {
        _slot = (await we.SlotsAsync(cancellationToken)).Active;
        _before = await Content.ReadAsync(guestbook, servers, _slot, cancellationToken);
        foreach (var counted in _before.Tables.Append(_before.Redis))
            screen.Fact($"{counted.Count,7} {counted.Name,-8} {counted.Hash}");
        screen.Fact($"{"",7} {"ENV file",-8} {_before.Env.Sha256} (mode {_before.Env.Mode})");
        return new($"{_before}", _before.DatabaseBytes);
    }

    public async Task<Outcome> BackupAsync(CancellationToken cancellationToken)
    {
        await we.RunAsync(cancellationToken, "backup", "run", Guestbook.Project);
        await we.RunAsync(cancellationToken, "backup", "list", Guestbook.Project);
        var set = await we.LatestSetAsync(cancellationToken);
        foreach (var artifact in set.Artifacts)
            screen.Fact($"{artifact.File}: {Screen.Size(artifact.PlainBytes)} content, {Screen.Size(artifact.Bytes)} stored");
        var missing = new[] { "postgres", "redis", "env" }.Except(set.Artifacts.Select(artifact => artifact.Component)).ToList();
        if (missing.Count > 0)
            throw new StepException(set.Server, $"{set.Id} holds no {string.Join(", ", missing)}");

        // Random bytes do not shrink: a smaller file cannot hold them all.
        var stored = set.Artifacts.Where(artifact => artifact.Component == "postgres").Sum(artifact => artifact.Bytes);
        const long random = (long)SampleData.Photos * SampleData.PhotoBytes;
        if (stored < random)
            throw new StepException(set.Server, $"{set.Id} holds {stored} bytes of PostgreSQL, fewer than the {random} random ones in the database");
        return new($"{set.Id} on {set.Server}, from {Screen.Size(set.Artifacts.Sum(a => a.PlainBytes))}", set.Artifacts.Sum(a => a.Bytes));
    }

    public async Task<Outcome> VerifyAsync(CancellationToken cancellationToken)
    {
        await we.RunAsync(cancellationToken, "backup", "verify", Guestbook.Project, "latest");
        var set = await we.LatestSetAsync(cancellationToken);
        screen.Fact($"and without CodeB, on {set.Server}:");
        screen.Command($"cd {set.Path} && sha256sum -c SHA256SUMS");
        var lines = (await servers.Backup.RunAsync($"cd '{set.Path}'\nls -l backup_manifest.json >&2\nsha256sum -c SHA256SUMS", cancellationToken)).Split('\n');
        foreach (var line in lines)
            screen.Output(line);
        return set.Artifacts.All(artifact => lines.Contains($"{artifact.File}: OK"))
            ? new($"every byte read back; sha256sum -c: {lines.Length} files OK", set.Artifacts.Sum(artifact => artifact.Bytes))
            : throw new StepException(set.Server, $"sha256sum -c does not know all files of {set.Id}");
    }

    public async Task<Outcome> AccidentAsync(CancellationToken cancellationToken)
    {
        var env = EnvContent.PathOf(_slot);
        screen.Fact("DROP TABLE entries; FLUSHALL; the ENV file overwritten");
        await servers.Storage.SqlAsync(Guestbook.Database, "DROP TABLE entries;", cancellationToken);
        await servers.Storage.RunAsync("redis-cli FLUSHALL", cancellationToken);
        await servers.Web.RunAsync($"echo 'DATABASE_URL=postgres://nobody@nowhere/nothing' > {env}", cancellationToken);

        var tables = await servers.Storage.SqlAsync(Guestbook.Database, "SELECT count(*) FROM pg_tables WHERE tablename = 'entries';", cancellationToken);
        var keys = await servers.Storage.RunAsync("redis-cli DBSIZE", cancellationToken);
        var file = await EnvContent.ReadAsync(servers, _slot, cancellationToken);
        using var client = guestbook.Site.Connect();
        var page = await Site.PageAsync(client, cancellationToken);
        screen.Fact($"the page answers with status {page.Status}, Redis has {keys} keys");
        return (tables, keys, page.Status) is ("0", "0", >= 500) && file != Before.Env
            ? new($"page: status {page.Status}; entries gone, no keys, ENV file damaged")
            : throw new StepException("storage", $"nothing is broken: {tables} tables, {keys} keys, page status {page.Status}, ENV file {file}");
    }

    public async Task<Outcome> RestoreAsync(CancellationToken cancellationToken)
    {
        await we.RunAsync(cancellationToken, "restore", Guestbook.Project, "latest", "--yes");
        return new("PostgreSQL, Redis and the ENV file from the set", Before.DatabaseBytes);
    }

    public async Task<Outcome> CompareAsync(CancellationToken cancellationToken)
    {
        // Read before the page is asked for: it counts its visitors in Redis.
        var now = await Content.ReadAsync(guestbook, servers, _slot, cancellationToken);
        var differences = now.DifferencesTo(Before);
        if (differences.Count > 0)
            throw new StepException("storage", $"not as before: {string.Join("; ", differences)}");
        foreach (var counted in now.Tables.Append(now.Redis))
            screen.Fact($"{counted.Count,7} {counted.Name,-8} {counted.Hash}  equal");
        screen.Fact($"{"",7} {"ENV file",-8} {now.Env.Sha256}  equal");
        var page = await PageIsBackAsync(cancellationToken);
        return new($"{now.Rows} rows, {now.Redis.Count} keys and the ENV file equal by hash; {page}", now.DatabaseBytes);
    }

    // The application's own connections to the database and to Redis have to be opened anew.
    private async Task<string> PageIsBackAsync(CancellationToken cancellationToken)
    {
        using var client = guestbook.Site.Connect();
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var page = await Site.PageAsync(client, cancellationToken);
            var entry = page.Status == 200 ? await Site.SignAsync(client, "survivor", "after the accident", cancellationToken) : page;
            if (entry.Status == 200)
                return $"{page.Version} serves and takes entries again";
            if (Stopwatch.GetElapsedTime(began) > BackWithin)
                throw new StepException("app", $"the page still answers with status {entry.Status} after {BackWithin.TotalSeconds:0} s: {entry.Body}");
            await Task.Delay(100, cancellationToken);
        }
    }
}
