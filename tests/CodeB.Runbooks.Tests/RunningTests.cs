using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using static CodeB.Runbooks.Tests.Bench;

namespace CodeB.Runbooks.Tests;

public sealed class RunningTests
{
    private readonly Bench _bench = new();

    [Fact]
    public async Task Steps_are_done_in_order_and_the_operation_succeeds()
    {
        var end = await _bench.RunAsync(Book(Note("a"), Note("b")));

        Assert.Equal(["do:a", "do:b"], _bench.Did);
        Assert.Equal(OperationState.Succeeded, end.State);
        Assert.Equal("deploy", end.Kind);
        Assert.All(end.Steps, step => Assert.Equal(StepState.Done, step.State));
        Assert.Equal(OperationState.Succeeded, _bench.Journal.Last.State);
    }

    [Fact]
    public async Task A_failed_step_undoes_itself_and_those_before_it_in_reverse()
    {
        var end = await _bench.RunAsync(Book(Note("a"), Note("b"), Failing("c", DomainException.NotFound("no such image")), Note("d")));

        Assert.Equal(["do:a", "do:b", "undo:c", "undo:b", "undo:a"], _bench.Did);
        Assert.Equal(OperationState.Undone, end.State);
        Assert.Equal("c: no such image", end.Error);
        Assert.Equal(nameof(ErrorCode.NotFound), end.ErrorCode);
        Assert.Equal(StepState.Pending, end.Steps[3].State);
    }

    [Fact]
    public async Task What_cannot_be_undone_is_named_and_the_rest_is_undone_all_the_same()
    {
        var stubborn = Note("b") with { Undo = (_, _, _) => throw DomainException.Precondition("volume is busy") };

        var end = await _bench.RunAsync(Book(Note("a"), stubborn, Failing("c", new InvalidOperationException("boom"))));

        Assert.Equal(OperationState.Failed, end.State);
        Assert.Equal(["b: volume is busy"], end.NotUndone);
        Assert.Equal(nameof(ErrorCode.Internal), end.ErrorCode);
        Assert.Contains("undo:a", _bench.Did);
        Assert.Equal(StepState.UndoFailed, end.Steps[1].State);
    }

    [Fact]
    public async Task A_step_found_done_is_skipped_and_never_undone()
    {
        var there = Note("a") with { IsDone = (_, _, _) => Task.FromResult(true) };

        var end = await _bench.RunAsync(Book(there, Failing("b", new InvalidOperationException("boom"))));

        Assert.Equal(["undo:b"], _bench.Did);
        Assert.Equal(StepState.Skipped, end.Steps[0].State);
    }

    [Fact]
    public async Task Cancelling_by_the_user_undoes_and_the_undo_is_not_cancelled_with_it()
    {
        using var cancel = new CancellationTokenSource();
        var undoToken = new CancellationToken(true);
        var waits = Note("b") with
        {
            Do = async (_, _, token) =>
            {
                await cancel.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            },
            Undo = (bench, _, token) =>
            {
                undoToken = token;
                return bench.Noted("undo:b");
            },
        };

        var end = await _bench.RunAsync(Book(Note("a"), waits), cancel.Token);

        Assert.Equal(["do:a", "undo:b", "undo:a"], _bench.Did);
        Assert.Equal(OperationState.Undone, end.State);
        Assert.Equal("b: cancelled", end.Error);
        Assert.False(undoToken.IsCancellationRequested);
    }

    [Fact]
    public async Task Stopping_the_process_leaves_the_journal_running_and_a_resume_finishes_it()
    {
        using var stopping = new CancellationTokenSource();
        var first = true;
        var interrupted = Note("b") with
        {
            Do = async (bench, _, token) =>
            {
                if (first)
                {
                    first = false;
                    await stopping.CancelAsync();
                    await Task.Delay(Timeout.Infinite, token);
                }

                await bench.Noted("do:b");
            },
        };
        var book = Book(Note("a"), interrupted, Note("c"));

        var left = await _bench.RunAsync(book, stopping: stopping.Token);
        Assert.Equal(OperationState.Running, left.State);
        Assert.Equal(StepState.Running, _bench.Journal.Last.Steps[1].State);

        var end = await _bench.ResumeAsync(book);
        Assert.Equal(["do:a", "do:b", "do:c"], _bench.Did);
        Assert.Equal(OperationState.Succeeded, end.State);
        Assert.Equal(1, end.Resumed);
    }

    [Fact]
    public async Task A_step_past_its_limit_is_cancelled_and_the_error_names_operation_step_and_limit()
    {
        var begun = new TaskCompletionSource();
        var slow = Note("wait-for-health") with
        {
            Timeout = TimeSpan.FromSeconds(30),
            Do = (_, _, token) =>
            {
                begun.SetResult();
                return Task.Delay(Timeout.Infinite, token);
            },
        };

        var run = _bench.RunAsync(Book(slow));
        await begun.Task;
        _bench.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(run.IsCompleted);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        var end = await run.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(nameof(ErrorCode.DeadlineExceeded), end.ErrorCode);
        Assert.Equal("wait-for-health: not finished within its limit of 30 s (deploy worb/production, operation op-1)", end.Error);
        Assert.Equal(["undo:wait-for-health"], _bench.Did);
    }

    [Fact]
    public async Task A_step_that_ignores_its_cancellation_is_left_behind_and_named_as_not_undone()
    {
        var begun = new TaskCompletionSource();
        var deaf = Note("b") with
        {
            Timeout = TimeSpan.FromSeconds(30),
            Do = (_, _, _) =>
            {
                begun.SetResult();
                return new TaskCompletionSource().Task;
            },
        };

        var run = _bench.RunAsync(Book(Note("a"), deaf));
        await begun.Task;
        _bench.Time.Advance(TimeSpan.FromSeconds(41));
        var end = await run.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(OperationState.Failed, end.State);
        Assert.Equal(["do:a", "undo:a"], _bench.Did);
        Assert.StartsWith("b: not finished within", Assert.Single(end.NotUndone), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_journal_that_cannot_be_written_stops_the_run_with_aborted_and_touches_nothing_further(int write)
    {
        _bench.Journal.FailAt = write;

        var error = await Assert.ThrowsAsync<DomainException>(() => _bench.RunAsync(Book(Note("a"), Note("b"))));

        Assert.Equal(ErrorCode.Aborted, error.Code);
        Assert.Contains("stale ETag", error.Message, StringComparison.Ordinal);
        Assert.Equal(new[] { "do:a", "do:b" }.Take(write / 2), _bench.Did);
    }

    [Fact]
    public async Task A_step_that_swallows_the_journals_error_does_not_hide_it()
    {
        var swallows = Note("a") with
        {
            Do = async (_, run, token) =>
            {
                _bench.Journal.FailAt = 1;
                await Record.ExceptionAsync(() => run.SaveAsync(token));
            },
        };

        var error = await Assert.ThrowsAsync<DomainException>(() => _bench.RunAsync(Book(swallows, Note("b"))));

        Assert.Equal(ErrorCode.Aborted, error.Code);
        Assert.Empty(_bench.Did);
    }

    [Fact]
    public async Task Facts_saved_within_a_step_survive_in_the_journal_before_its_effect()
    {
        var atEffect = "";
        var step = Note("a") with
        {
            Do = async (bench, run, token) =>
            {
                run.Facts["container"] = "c-1";
                await run.SaveAsync(token);
                atEffect = bench.Journal.Last.Facts["container"];
            },
        };

        await _bench.RunAsync(Book(step));

        Assert.Equal("c-1", atEffect);
    }

    [Fact]
    public async Task Events_are_numbered_without_gaps_and_bytes_are_told_ten_times_a_second_at_most()
    {
        var copies = Note("a") with
        {
            Do = (bench, run, _) =>
            {
                for (var i = 1; i <= 1000; i++)
                {
                    run.Report(i, 1000);
                    bench.Time.Advance(TimeSpan.FromMilliseconds(1));
                }

                return Task.CompletedTask;
            },
        };

        var end = await _bench.RunAsync(Book(copies));

        Assert.Equal(Enumerable.Range(1, _bench.Events.Count).Select(i => (long)i), _bench.Events.Select(e => e.Sequence));
        var bytes = _bench.Events.Count(e => e.StepState == StepState.Running && e.BytesDone > 0);
        Assert.InRange(bytes, 9, 11);
        Assert.Equal(1000, end.Steps[0].BytesDone);
        Assert.Contains(_bench.Events, e => e.StepState == StepState.Done && e.BytesDone == 1000);
    }

    [Fact]
    public async Task A_dry_run_asks_every_step_goes_on_past_a_failed_check_and_touches_nothing()
    {
        var offline = Note("b") with { Inspect = (_, _, _) => throw new DomainException(ErrorCode.Unavailable, "app does not answer") };

        var findings = await _bench.Runner().InspectAsync(Book(Note("a"), offline, Note("c")), _bench, Fresh, CancellationToken.None);

        Assert.Equal([true, false, true], findings.Select(finding => finding.Ok));
        Assert.Equal("would do c", findings[2].Message);
        Assert.Equal(nameof(ErrorCode.Unavailable), findings[1].ErrorCode);
        Assert.Empty(_bench.Did);
        Assert.Empty(_bench.Journal.Writes);
        Assert.Empty(_bench.Events);
    }

    [Fact]
    public async Task A_journal_of_another_versions_steps_fails_and_names_what_had_been_begun()
    {
        await _bench.Journal.SaveAsync(
            Fresh with { Steps = [new() { Name = "gone", State = StepState.Done, StartedAt = _bench.Time.GetUtcNow() }] }, default);

        var end = await _bench.ResumeAsync(Book(Note("a")));

        Assert.Equal(OperationState.Failed, end.State);
        Assert.StartsWith("gone:", Assert.Single(end.NotUndone), StringComparison.Ordinal);
        Assert.Empty(_bench.Did);
    }

    [Fact]
    public void A_runbook_with_two_steps_of_one_name_is_refused() =>
        Assert.Throws<ArgumentException>(() => _bench.Runner().Plan(Book(Note("a"), Note("a")), Fresh));

    private static Step<Bench> Failing(string name, Exception error) => Note(name) with { Do = (_, _, _) => throw error };
}
