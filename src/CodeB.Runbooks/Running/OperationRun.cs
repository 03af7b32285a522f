using System.Diagnostics;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Runbooks.Faults;

namespace CodeB.Runbooks.Running;

/// <summary>
/// One run of one operation. A step that the journal shows as started is this operation's: it was found not done before
/// it was journalled as running, so a resume may finish it and an undo may take it back.
/// </summary>
internal sealed class OperationRun<TContext>(
    Runbook<TContext> runbook,
    TContext context,
    Ledger ledger,
    RunbookRunner log,
    TimeProvider time,
    IFaultPoints faults,
    CancellationToken cancel,
    CancellationToken stopping)
{
    private enum Outcome
    {
        Done,
        Failed,
        Stopped,
    }

    public async Task<Operation> ForwardAsync()
    {
        ledger.Tell(ledger.Current.Resumed > 0 ? "resumed" : "started");
        for (var i = 0; i < runbook.Steps.Count; i++)
        {
            if (Record(i).State is StepState.Done or StepState.Skipped)
                continue;
            if (stopping.IsCancellationRequested)
                return ledger.Current;
            if (cancel.IsCancellationRequested)
            {
                await TurnBackAsync(ErrorCode.Aborted, $"cancelled before step {runbook.Steps[i].Name}");
                return await BackAsync();
            }

            switch (await StepAsync(i))
            {
                case Outcome.Stopped:
                    return ledger.Current;
                case Outcome.Failed:
                    return await BackAsync();
            }
        }

        return await FinishAsync(OperationState.Succeeded, "succeeded");
    }

    public async Task<Operation> ResumeAsync()
    {
        var now = ledger.Current;
        if (!now.Steps.Select(step => step.Name).SequenceEqual(runbook.Steps.Select(step => step.Name)))
            return await GiveUpAsync();
        if (now.State == OperationState.Undoing)
            return await BackAsync();
        var complete = now.Steps.All(step => step.State is StepState.Done or StepState.Skipped);
        if (runbook.OnResume == ResumePolicy.Continue || complete)
            return await ForwardAsync();
        await TurnBackAsync(ErrorCode.Aborted, $"CodeB stopped in the middle of it; a {now.Kind} is then undone");
        return await BackAsync();
    }

    private async Task<Outcome> StepAsync(int index)
    {
        var step = runbook.Steps[index];
        var begun = Record(index).StartedAt is not null;
        await HitAsync(step, FaultPoints.Before);

        using var activity = RunbookTelemetry.StartStep(ledger.Current, step.Name, undo: false);
        var since = time.GetTimestamp();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, stopping);
        var run = new JournalledStep(ledger, index, time);
        var found = false;
        var failure = step.IsDone is null
            ? null
            : await TryAsync(async token => found = await step.IsDone(context, run, token), step.Timeout, either.Token);
        if (failure is null && !found)
        {
            ledger.ChangeStep(index, record => record with { State = StepState.Running, StartedAt = record.StartedAt ?? ledger.Now });
            await ledger.SaveAsync();
            ledger.Tell(begun ? "taken up again" : "started", index);
            await HitAsync(step, FaultPoints.BeforeDo);
            failure = await TryAsync(token => step.Do(context, run, token), step.Timeout, either.Token);
            if (failure is null)
                await HitAsync(step, FaultPoints.AfterDo);
        }

        run.Close();
        if (failure is not null && stopping.IsCancellationRequested)
            return Outcome.Stopped;
        if (failure is not StuckStepException)
            run.WriteDown();
        if (failure is not null)
        {
            await FailAsync(index, failure);
            End(activity, index, since, Record(index).Detail);
            return Outcome.Failed;
        }

        ledger.ChangeStep(index, record => record with
        {
            State = found && !begun ? StepState.Skipped : StepState.Done,
            FinishedAt = ledger.Now,
            Detail = found && record.Detail.Length == 0 ? "found done" : record.Detail,
        });
        await ledger.SaveAsync();
        End(activity, index, since, "");
        ledger.Tell(Record(index).Detail, index, Record(index).BytesDone, Record(index).BytesTotal);
        await HitAsync(step, FaultPoints.After);
        return Outcome.Done;
    }

    private async Task FailAsync(int index, Exception failure)
    {
        var step = runbook.Steps[index];
        log.LogStepFailed(ledger.Current.Id, step.Name, failure);
        var byUser = cancel.IsCancellationRequested && failure is OperationCanceledException;
        var text = byUser ? "cancelled" : StepError.Text(failure);
        var stuck = failure is StuckStepException;
        ledger.ChangeStep(index, record => record with
        {
            State = stuck ? StepState.UndoFailed : StepState.Failed,
            FinishedAt = ledger.Now,
            Detail = text,
        });
        if (stuck)
            ledger.Change(now => now with { NotUndone = [.. now.NotUndone, $"{step.Name}: {text}"] });
        await TurnBackAsync(StepError.Code(failure), $"{step.Name}: {text}");
        ledger.Tell(text, index);
    }

    private async Task TurnBackAsync(ErrorCode code, string error)
    {
        ledger.Change(now => now with { State = OperationState.Undoing, Error = error, ErrorCode = code.ToString() });
        await ledger.SaveAsync();
        ledger.Tell(error);
    }

    private async Task<Operation> BackAsync()
    {
        for (var i = runbook.Steps.Count - 1; i >= 0; i--)
        {
            var record = Record(i);
            var ours = record.StartedAt is not null
                && record.State is (StepState.Running or StepState.Done or StepState.Failed or StepState.Undoing);
            if (!ours)
                continue;
            if (runbook.Steps[i].Undo is null)
            {
                if (record.State == StepState.Running)
                    ledger.ChangeStep(i, now => now with { State = StepState.Failed, FinishedAt = ledger.Now, Detail = "interrupted" });
                continue;
            }

            if (stopping.IsCancellationRequested || await UndoAsync(i) == Outcome.Stopped)
                return ledger.Current;
        }

        return ledger.Current.NotUndone.Count == 0
            ? await FinishAsync(OperationState.Undone, "undone")
            : await FinishAsync(OperationState.Failed, "failed; not everything could be undone");
    }

    private async Task<Outcome> UndoAsync(int index)
    {
        var step = runbook.Steps[index];
        using var activity = RunbookTelemetry.StartStep(ledger.Current, step.Name, undo: true);
        var since = time.GetTimestamp();
        ledger.ChangeStep(index, record => record with { State = StepState.Undoing });
        await ledger.SaveAsync();
        ledger.Tell("undoing", index);
        await HitAsync(step, FaultPoints.BeforeUndo);

        var run = new JournalledStep(ledger, index, time);
        var failure = await TryAsync(token => step.Undo!(context, run, token), step.Timeout, stopping);
        if (failure is null)
            await HitAsync(step, FaultPoints.AfterUndo);
        run.Close();
        if (failure is not null && stopping.IsCancellationRequested)
            return Outcome.Stopped;
        if (failure is not StuckStepException)
            run.WriteDown();
        var text = failure is null ? "" : StepError.Text(failure);
        ledger.ChangeStep(index, record => record with
        {
            State = failure is null ? StepState.Undone : StepState.UndoFailed,
            FinishedAt = ledger.Now,
            Detail = failure is null ? record.Detail : text,
        });
        if (failure is not null)
        {
            log.LogUndoFailed(ledger.Current.Id, step.Name, failure);
            ledger.Change(now => now with { NotUndone = [.. now.NotUndone, $"{step.Name}: {text}"] });
        }

        await ledger.SaveAsync();
        End(activity, index, since, text);
        ledger.Tell(text, index);
        await HitAsync(step, FaultPoints.Undone);
        return failure is null ? Outcome.Done : Outcome.Failed;
    }

    /// <summary>The journal is of another version's runbook: what it had begun is named, for nobody here can undo it.</summary>
    private async Task<Operation> GiveUpAsync()
    {
        ledger.Change(now => now with
        {
            Error = $"the journal's steps are not those of this version's {runbook.Name}; it can neither go on nor be undone",
            ErrorCode = nameof(ErrorCode.FailedPrecondition),
            NotUndone =
            [
                .. now.NotUndone,
                .. now.Steps.Where(step => step.StartedAt is not null && step.State is not (StepState.Undone or StepState.UndoFailed))
                    .Select(step => $"{step.Name}: {step.State} in another version of CodeB"),
            ],
        });
        return await FinishAsync(OperationState.Failed, "failed");
    }

    private async Task<Operation> FinishAsync(OperationState state, string message)
    {
        ledger.Change(now => now with { State = state, FinishedAt = ledger.Now });
        await ledger.SaveAsync();
        ledger.Tell(message);
        return ledger.Current;
    }

    /// <summary>A journal that failed inside the step ends the run even if the step swallowed the exception.</summary>
    private async Task<Exception?> TryAsync(Func<CancellationToken, Task> work, TimeSpan limit, CancellationToken token)
    {
        Exception? failure = null;
        try
        {
            await TimeLimit.RunAsync(work, limit, ledger.Current, time, token);
        }
        catch (Exception e)
        {
            failure = e;
        }

        ledger.ThrowIfBroken();
        return failure;
    }

    private StepRecord Record(int index) => ledger.Current.Steps[index];

    private ValueTask HitAsync(Step<TContext> step, string point) =>
        faults.HitAsync(FaultPoints.Name(runbook.Name, step.Name, point), stopping);

    private void End(Activity? activity, int index, long since, string error) =>
        RunbookTelemetry.StepEnded(activity, ledger.Current, Record(index), time.GetElapsedTime(since), error);
}
