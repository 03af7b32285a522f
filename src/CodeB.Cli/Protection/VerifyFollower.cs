using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;
using Spectre.Console;

namespace CodeB.Cli.Protection;

/// <summary>Follows the verification of a set. Unlike an operation it stops when the caller hangs up.</summary>
internal static class VerifyFollower
{
    public static async Task<int> FollowAsync(Invocation we, BackupService.BackupServiceClient client, VerifySetRequest request)
    {
        using var call = client.VerifySet(request, we.Stream);
        VerifyResult? result = null;
        var started = we.Terminal.Time.GetTimestamp();
        if (we.Terminal.Live is { } console && !we.Json)
            await console.Live(new Text("")).StartAsync(live => ReadAsync(update => live.UpdateTarget(new Markup(Render(update)))));
        else
            await ReadAsync(PlainLines(we));

        if (result is null)
            throw new CommandException(ExitCode.Failed, "INTERNAL", $"CodeB at {we.Address.OriginalString} ended the verification without a result", "CodeB's log says more");
        if (!result.Ok)
        {
            throw new CommandException(
                ExitCode.Failed,
                "DATA_LOSS",
                $"set {result.Set} is not intact: {string.Join("; ", result.Problems)}",
                $"`we backup list {request.Project}` shows the other sets; `we backup run {request.Project}` writes a new one");
        }

        if (!we.Json)
        {
            var time = Units.Duration(we.Terminal.Time.GetElapsedTime(started));
            we.Line(request.Quick
                ? $"set {result.Set}: names and sizes are right ({time})"
                : $"set {result.Set}: intact, {Units.Bytes(result.BytesRead)} read in {time}");
        }

        return ExitCode.Success;

        async Task ReadAsync(Action<VerifyUpdate> show)
        {
            while (await call.ResponseStream.MoveNext(we.Interrupted))
            {
                var update = call.ResponseStream.Current;
                result = update.Result ?? result;
                show(update);
            }
        }

        string Render(VerifyUpdate update) =>
            $"{Markup.Escape(PlainText.Clean(update.Artifact))}  {LiveView.Bar(update.BytesTotal == 0 ? 1 : (double)update.BytesDone / update.BytesTotal)}"
            + $" {Units.Bytes(update.BytesDone)}  {Units.Rate(update.BytesDone, we.Terminal.Time.GetElapsedTime(started))}";
    }

    /// <summary>A line when an artifact begins; with --json every update.</summary>
    private static Action<VerifyUpdate> PlainLines(Invocation we)
    {
        var artifact = "";
        return update =>
        {
            if (we.Json)
            {
                we.WriteJson(update);
            }
            else if (update.Artifact.Length > 0 && update.Artifact != artifact)
            {
                artifact = update.Artifact;
                we.Line($"{Units.Clock(we.Terminal.Time.GetUtcNow())}  {artifact}  {(update.BytesTotal > 0 ? Units.Bytes(update.BytesTotal) : "")}".TrimEnd());
            }
        };
    }
}
