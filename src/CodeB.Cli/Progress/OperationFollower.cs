using System.Runtime.CompilerServices;
using CodeB.Cli.Core;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Progress;

/// <summary>Follows an operation to its end, whichever command started it, and says how it ended.</summary>
internal static class OperationFollower
{
    /// <param name="we">The command that follows.</param>
    /// <param name="start">Makes the call.</param>
    /// <param name="dryRun">A plan is expected: nothing moves.</param>
    public static async Task<int> FollowAsync(
        Invocation we, Func<CallOptions, AsyncServerStreamingCall<OperationUpdate>> start, bool dryRun = false)
    {
        using var call = start(we.Stream);
        var progress = new OperationProgress();
        RpcException? end = null;
        try
        {
            await View(we, dryRun).ShowAsync(progress, ReadAsync(call, we.Interrupted));
        }
        catch (Exception error) when (we.Interrupted.IsCancellationRequested && error is RpcException or OperationCanceledException)
        {
            throw Detached(we, progress);
        }
        catch (RpcException error)
        {
            end = error;
        }

        if (progress.Plan is { } plan)
            return end is null ? ShowPlan(we, plan) : throw end;
        if (progress.Operation is null)
            throw (Exception?)end ?? NoAnswer(we);
        if (!progress.IsFinished)
            throw Lost(we, progress, end);
        return ShowEnd(we, progress.Operation);
    }

    private static IProgressView View(Invocation we, bool dryRun) => we switch
    {
        { Json: true } => new JsonView(we),
        { Terminal.Live: { } console } when !dryRun => new LiveView(we, console),
        _ => new PlainView(we),
    };

    private static async IAsyncEnumerable<OperationUpdate> ReadAsync(
        AsyncServerStreamingCall<OperationUpdate> call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await call.ResponseStream.MoveNext(cancellationToken))
            yield return call.ResponseStream.Current;
    }

    private static int ShowPlan(Invocation we, Plan plan)
    {
        var obstacles = plan.Findings.Count(finding => !finding.Ok);
        if (!we.Json)
        {
            we.Line($"{plan.Kind} {plan.Target}: dry run, nothing was touched");
            foreach (var finding in plan.Findings)
                we.Line($"  {(finding.Ok ? "ok     " : "not ok ")}  {finding.Step,-20}  {finding.Message}");
        }

        if (obstacles == 0)
            return ExitCode.Success;
        throw CommandException.Refused(
            $"{plan.Kind} {plan.Target} would not succeed: {obstacles} of {plan.Findings.Count} steps found an obstacle",
            "remove what is marked `not ok`, then try the dry run again");
    }

    private static int ShowEnd(Invocation we, Operation operation)
    {
        var time = Units.Duration(operation.StartedAt, operation.FinishedAt);
        if (operation.State == OperationState.Succeeded)
        {
            if (we.Json)
                return ExitCode.Success;
            if (operation.Facts.ContainsKey("unchanged"))
            {
                we.Line($"{operation.Kind} {operation.Target}: unchanged: {operation.Steps.LastOrDefault()?.Detail}");
                return ExitCode.Success;
            }

            we.Line($"{operation.Kind} {operation.Target}: succeeded{(time.Length > 0 ? $" in {time}" : "")}");
            // Some facts are documents that steps hand on to each other; --json has them too.
            foreach (var (name, value) in operation.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal))
            {
                if (value.Length <= 100 && value.IndexOfAny(['\n', '{', '[']) < 0)
                    we.Line($"  {name}: {value}");
            }

            return ExitCode.Success;
        }

        var result = operation.State == OperationState.Undone
            ? "everything it had done was undone"
            : operation.NotUndone.Count > 0 ? $"NOT undone: {string.Join("; ", operation.NotUndone)}" : "see its steps";
        throw new CommandException(
            ExitCode.Failed,
            operation.ErrorCode.Length > 0 ? operation.ErrorCode : "UNKNOWN",
            $"{operation.Kind} {operation.Target} failed: {operation.Error} ({result})",
            $"`we operation show {operation.Id}` shows the steps");
    }

    private static CommandException Detached(Invocation we, OperationProgress progress) => progress.Operation is { } operation
        ? CommandException.Interrupted(
            $"no longer following: {operation.Kind} {operation.Target} goes on",
            $"`we operation watch {operation.Id}` follows it again, `we operation cancel {operation.Id}` stops and undoes it")
        : CommandException.Interrupted(
            $"interrupted before CodeB at {we.Address.OriginalString} had answered", "`we operation list --running` shows whether it began");

    private static CommandException Lost(Invocation we, OperationProgress progress, RpcException? end) => new(
        ExitCode.Unavailable,
        "UNAVAILABLE",
        end is null || RpcErrors.IsTransport(end)
            ? $"the connection to CodeB at {we.Address.OriginalString} was lost while {progress.Operation!.Kind} {progress.Operation.Target} was running"
            : end.Status.Detail,
        $"it goes on there, or is taken up after a restart: `we operation watch {progress.Operation!.Id}`");

    private static CommandException NoAnswer(Invocation we) => new(
        ExitCode.Failed, "INTERNAL", $"CodeB at {we.Address.OriginalString} ended the call without saying anything", "CodeB's log says more");
}
