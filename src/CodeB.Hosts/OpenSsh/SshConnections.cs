using CodeB.Hosts.Sessions;

namespace CodeB.Hosts.OpenSsh;

/// <summary>
/// The connections to one server. Opens one at a time, on demand; hands out places on them; drops those that are gone, so
/// that the next call opens a new one.
/// </summary>
internal sealed class SshConnections(ServerEndpoint server, OpenSshOptions options, string controlPrefix, string knownHostsPath, HostTelemetry telemetry)
    : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly List<SshMaster> _masters = [];
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _opened;
    private bool _closed;

    /// <summary>A place for one command; disposing it gives the place back.</summary>
    public async Task<Place> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource? turn = null;
            bool mayOpen;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                _masters.RemoveAll(master => !master.IsAlive);
                var free = _masters.Where(master => HasRoom(master)).MinBy(master => master.InUse);
                if (free is not null)
                {
                    free.InUse++;
                    return new Place(this, free);
                }
                mayOpen = _masters.Count < options.ConnectionsPerServer;
                if (_masters.Count > 0)
                    _waiting.Enqueue(turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            if (turn is null)
            {
                await OpenAsync(mustBeFirst: true, cancellationToken);
            }
            else if (!await IsSetAsync(turn.Task, mayOpen ? options.PatienceBeforeNextConnection : TimeSpan.FromSeconds(5), cancellationToken) && mayOpen)
            {
                await OpenAsync(mustBeFirst: false, cancellationToken);
            }
        }
    }

    /// <summary>Any living connection, for what takes no place: forwarding.</summary>
    public async Task<SshMaster> AnyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                if (_masters.Find(master => master.IsAlive) is { } alive)
                    return alive;
            }
            await OpenAsync(mustBeFirst: true, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<SshMaster> masters;
        lock (_lock)
        {
            _closed = true;
            masters = [.. _masters];
            _masters.Clear();
        }
        await _opening.WaitAsync();
        try
        {
            await Task.WhenAll(masters.Select(master => master.DisposeAsync().AsTask()));
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task OpenAsync(bool mustBeFirst, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            lock (_lock)
            {
                _masters.RemoveAll(master => !master.IsAlive);
                // Somebody else opened one, or made room, while this caller waited for the door.
                if (mustBeFirst ? _masters.Count > 0 : _masters.Exists(master => HasRoom(master)))
                    return;
                if (_masters.Count >= options.ConnectionsPerServer)
                    return;
            }
            var path = $"{controlPrefix}{++_opened}";
            var master = await SshMaster.StartAsync(server, options, path, knownHostsPath, cancellationToken);
            telemetry.Connected(server, master);
            bool closed;
            lock (_lock)
            {
                closed = _closed;
                if (!closed)
                    _masters.Add(master);
            }
            if (closed)
                await master.DisposeAsync();
            else
                Wake(options.CommandsPerConnection);
        }
        finally
        {
            _opening.Release();
        }
    }

    private bool HasRoom(SshMaster master) => master.InUse < Math.Min(master.Places, options.CommandsPerConnection);

    // The server allows fewer sessions than assumed (MaxSessions): the connection gets as many places as it has shown to hold.
    private bool Shrink(SshMaster master)
    {
        lock (_lock)
        {
            if (master.InUse <= 1)
                return false;
            master.Places = Math.Min(master.Places, master.InUse - 1);
            return true;
        }
    }

    private static async Task<bool> IsSetAsync(Task task, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(patience, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void GiveBack(SshMaster master)
    {
        lock (_lock)
            master.InUse--;
        Wake(1);
    }

    private void Wake(int count)
    {
        lock (_lock)
        {
            // A waiter that gave up has left its turn behind; waking it again does no harm, others look every 5 s.
            while (count > 0 && _waiting.TryDequeue(out var turn))
            {
                if (turn.TrySetResult())
                    count--;
            }
        }
    }

    internal readonly struct Place(SshConnections connections, SshMaster master) : IDisposable
    {
        public SshMaster Master => master;

        /// <summary>Notes that the server refused this place. False when it was the only one, so that trying again is of no use.</summary>
        public bool Refused() => connections.Shrink(master);

        public void Dispose() => connections.GiveBack(master);
    }
}
