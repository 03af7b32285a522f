using StackExchange.Redis;

namespace Guestbook;

/// <summary>The visits, counted in Redis. The connection is opened on first use and tried again after a failure.</summary>
internal sealed class Visits(ConfigurationOptions options) : IDisposable
{
    private readonly SemaphoreSlim _opening = new(1);
    private ConnectionMultiplexer? _connection;

    public async Task<long> CountAsync() => await (await OpenAsync()).GetDatabase().StringIncrementAsync("guestbook:visits");

    public async Task PingAsync() => await (await OpenAsync()).GetDatabase().PingAsync();

    public void Dispose()
    {
        _connection?.Dispose();
        _opening.Dispose();
    }

    private async Task<ConnectionMultiplexer> OpenAsync()
    {
        if (_connection is { } open)
            return open;
        await _opening.WaitAsync();
        try
        {
            return _connection ??= await ConnectionMultiplexer.ConnectAsync(options);
        }
        finally
        {
            _opening.Release();
        }
    }
}
