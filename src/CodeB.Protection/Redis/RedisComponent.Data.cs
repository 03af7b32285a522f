using CodeB.Domain.Errors;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;

namespace CodeB.Protection.Redis;

/// <summary>
/// Holding writers: commands that write wait (CLIENT PAUSE WRITE), reads go on. The switch itself restarts the service, so every
/// connection is closed once; the restarted one is paused again before it has loaded its data. A client that comes back faster
/// than that may write into the new data, some milliseconds before everybody else.
/// </summary>
public sealed partial class RedisComponent
{
    private const string KeptKind = ".before-";

    /// <summary>The longest for which a Redis whose CodeB has died keeps its writers waiting.</summary>
    private static readonly TimeSpan PauseLimit = TimeSpan.FromMinutes(2);

    public Task HoldAsync(CancellationToken cancellationToken) => TryPauseAsync(cancellationToken);

    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        // A pause lives in the server's memory: one that does not run holds nobody.
        if (await AnswersAsync(cancellationToken))
            await server.RunAsync(RedisCommands.Unpause(settings, password), cancellationToken: cancellationToken);
    }

    public string? KeptPlace(RestoreRun run) => run.Facts.TryGetValue(OldFact, out var old) && old == "kept" ? Old(run) : null;

    public async Task<string> FindKeptAsync(string place, string keptBy, CancellationToken cancellationToken)
    {
        var (bytes, mark) = await KeptAsync(place, cancellationToken)
            ?? throw DomainException.NotFound($"{server.Server.Name}: the data directory {place}, kept by {keptBy}, is gone");
        return mark == keptBy ? $"{server.Server.Name}: {place} ({bytes} bytes), kept by {keptBy}" : throw NotOurs(place, keptBy, mark);
    }

    public async Task DropKeptAsync(string place, string keptBy, CancellationToken cancellationToken)
    {
        if (await KeptAsync(place, cancellationToken) is not { } kept)
            return;
        if (kept.Mark != keptBy)
            throw NotOurs(place, keptBy, kept.Mark);
        await server.RunAsync(RedisCommands.RemoveKept(place), cancellationToken: cancellationToken);
    }

    private async Task<(string Bytes, string Mark)?> KeptAsync(string place, CancellationToken cancellationToken)
    {
        var prefix = Live + KeptKind;
        if (!place.StartsWith(prefix, StringComparison.Ordinal) || !place[prefix.Length..].All(char.IsAsciiHexDigitLower))
            throw DomainException.Precondition($"{server.Server.Name}: '{place}' is not a name under which data of {Live} is kept; it stays");
        var lines = (await server.RunAsync(RedisCommands.Kept(place), cancellationToken: cancellationToken)).Output.Split('\n');
        return lines[0].Length == 0 ? null : (lines[0], lines.Length > 1 ? lines[1].Trim() : "");
    }

    /// <summary>True where Redis has taken it; false where none answers.</summary>
    private async Task<bool> TryPauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await server.RunAsync(RedisCommands.Pause(settings, password, PauseLimit), cancellationToken: cancellationToken);
            return true;
        }
        catch (HostException error) when (error.Failure == HostFailure.CommandFailed)
        {
            if (await AnswersAsync(cancellationToken))
                throw;
            return false;
        }
    }

    private DomainException NotOurs(string place, string keptBy, string mark) => DomainException.Precondition(
        $"{server.Server.Name}: {place} is marked as kept by '{mark}', not by {keptBy}; it stays as it is");
}
