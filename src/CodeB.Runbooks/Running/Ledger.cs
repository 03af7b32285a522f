using CodeB.Domain.Errors;
using CodeB.Domain.Operations;

namespace CodeB.Runbooks.Running;

/// <summary>
/// The running operation's one truth: changes it by copies, writes it to the journal and tells the watchers. After a
/// failed write it refuses everything, for then somebody else may own the operation.
/// </summary>
internal sealed class Ledger(Operation operation, IJournal journal, IProgress<OperationEvent>? progress, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Operation _operation = operation;
    private DomainException? _broken;
    private long _sequence;

    public Operation Current
    {
        get
        {
            lock (_gate)
                return _operation;
        }
    }

    public DateTimeOffset Now => time.GetUtcNow();

    public void Change(Func<Operation, Operation> change)
    {
        lock (_gate)
            _operation = change(_operation);
    }

    public void ChangeStep(int index, Func<StepRecord, StepRecord> change) => Change(now =>
    {
        var steps = new List<StepRecord>(now.Steps);
        steps[index] = change(steps[index]);
        return now with { Steps = steps };
    });

    /// <summary>A write that was begun is finished: cancelling it would leave unknown what the journal says.</summary>
    /// <exception cref="DomainException">Aborted, now and on every later call.</exception>
    public async Task SaveAsync()
    {
        ThrowIfBroken();
        var now = Current;
        try
        {
            await journal.SaveAsync(now, CancellationToken.None);
        }
        catch (Exception e)
        {
            _broken = new DomainException(
                ErrorCode.Aborted,
                $"{now.Kind} {now.Target}: the journal of operation {now.Id} could not be written ({StepError.Text(e)}); the run stopped there and touched nothing further",
                inner: e);
            throw _broken;
        }
    }

    public void ThrowIfBroken()
    {
        if (_broken is not null)
            throw _broken;
    }

    /// <summary>Numbered and handed over under one lock, so that the order of the numbers is the order of arrival.</summary>
    public void Tell(string message, int? step = null, long bytesDone = 0, long bytesTotal = 0)
    {
        if (progress is null)
            return;
        lock (_gate)
        {
            var record = step is { } index ? _operation.Steps[index] : null;
            progress.Report(new OperationEvent
            {
                OperationId = _operation.Id,
                Sequence = ++_sequence,
                At = time.GetUtcNow(),
                State = _operation.State,
                Step = record?.Name ?? "",
                StepState = record?.State ?? StepState.Pending,
                Message = message,
                BytesDone = bytesDone,
                BytesTotal = bytesTotal,
            });
        }
    }
}
