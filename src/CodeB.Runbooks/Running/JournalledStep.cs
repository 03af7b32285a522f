namespace CodeB.Runbooks.Running;

/// <summary>The view of one step of a real run. Its facts enter the operation only through <see cref="WriteDown"/>.</summary>
internal sealed class JournalledStep : StepRun
{
    private static readonly TimeSpan BytesEvery = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly Ledger _ledger;
    private readonly int _index;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, string> _facts;
    private string? _detail;
    private long _bytesDone;
    private long _bytesTotal;
    private long? _toldAt;
    private bool _closed;

    public JournalledStep(Ledger ledger, int index, TimeProvider time)
    {
        _ledger = ledger;
        _index = index;
        _time = time;
        _facts = new Dictionary<string, string>(ledger.Current.Facts);
        OperationId = ledger.Current.Id;
    }

    public override string OperationId { get; }

    public override IDictionary<string, string> Facts => _facts;

    public override async Task SaveAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closed, this);
        WriteDown();
        await _ledger.SaveAsync();
    }

    public override void Report(string message)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _detail = message;
            _ledger.Tell(message, _index, _bytesDone, _bytesTotal);
        }
    }

    public override void Report(long bytesDone, long bytesTotal)
    {
        lock (_gate)
        {
            _bytesDone = bytesDone;
            _bytesTotal = bytesTotal;
            if (_closed || (_toldAt is { } last && _time.GetElapsedTime(last) < BytesEvery))
                return;
            _toldAt = _time.GetTimestamp();
            _ledger.Tell("", _index, bytesDone, bytesTotal);
        }
    }

    /// <summary>Takes facts, detail and bytes over into the operation.</summary>
    public void WriteDown()
    {
        lock (_gate)
        {
            _ledger.Change(now => now with { Facts = new Dictionary<string, string>(_facts) });
            _ledger.ChangeStep(_index, record => record with
            {
                Detail = _detail ?? record.Detail,
                BytesDone = Math.Max(record.BytesDone, _bytesDone),
                BytesTotal = Math.Max(record.BytesTotal, _bytesTotal),
            });
        }
    }

    /// <summary>What a step that did not stop says later is no longer heard.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
    }
}

/// <summary>The view of a step in a dry run: its facts are for the steps after it and for nobody else.</summary>
internal sealed class InspectedStep(string operationId, Dictionary<string, string> facts) : StepRun
{
    public override string OperationId => operationId;

    public override IDictionary<string, string> Facts => facts;

    public override Task SaveAsync(CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A dry run has no journal: Inspect must not save.");

    /// <summary>Nobody watches a dry run: what it found is what Inspect returns.</summary>
    public override void Report(string message)
    {
    }

    /// <inheritdoc cref="Report(string)"/>
    public override void Report(long bytesDone, long bytesTotal)
    {
    }
}
