using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>Each resource's output, kept to a bounded backlog and streamed to whoever watches.</summary>
public class ResourceLoggerService
{
    private readonly ConcurrentDictionary<string, Log> _logs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Set by the builder: the lines also go to the application's own log, as <c>{AppHost}.Resources.{name}</c>.</summary>
    internal Func<string, ILogger>? Forward { get; set; }

    public ILogger GetLogger(IResource resource) => GetLogger(resource.Name);

    public ILogger GetLogger(string resourceName) => LogOf(resourceName);

    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync(resource.Name);

    /// <summary>The backlog first, then new lines until the resource's log is completed.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => LogOf(resourceName).WatchAsync();

    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource) => GetAllAsync(resource.Name);

    /// <summary>The backlog alone.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield return LogOf(resourceName).Backlog();
    }

    public void Complete(IResource resource) => Complete(resource.Name);

    public void Complete(string name) => LogOf(name).Complete();

    internal void Append(string resourceName, string line, bool isError) => LogOf(resourceName).Append(line, isError);

    private Log LogOf(string name) => _logs.GetOrAdd(name, static (key, self) => new(self.Forward?.Invoke(key)), this);

    private sealed class Log(ILogger? forward) : ILogger
    {
        private const int Kept = 10_000;

        private readonly Lock _lock = new();
        private readonly Queue<LogLine> _lines = [];
        private readonly List<Channel<LogLine>> _watchers = [];
        private int _count;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        void ILogger.Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception);
            Keep(exception is null ? text : $"{text}{Environment.NewLine}{exception}", logLevel >= LogLevel.Error);
            forward?.Log(logLevel, eventId, state, exception, formatter);
        }

        /// <summary>A line of the process's own; many programs write all their log to standard error, so that alone is no error.</summary>
        public void Append(string content, bool isError)
        {
            Keep(content, isError);
            forward?.Log(LogLevel.Information, 0, content, null, static (text, _) => text);
        }

        private void Keep(string content, bool isError)
        {
            lock (_lock)
            {
                var line = new LogLine(++_count, content, isError);
                _lines.Enqueue(line);
                if (_lines.Count > Kept)
                    _lines.Dequeue();
                foreach (var watcher in _watchers)
                    watcher.Writer.TryWrite(line);
            }
        }

        public LogLine[] Backlog()
        {
            lock (_lock)
                return [.. _lines];
        }

        public void Complete()
        {
            lock (_lock)
            {
                foreach (var watcher in _watchers)
                    watcher.Writer.TryComplete();
            }
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var channel = Channel.CreateUnbounded<LogLine>();
            LogLine[] backlog;
            lock (_lock)
            {
                backlog = [.. _lines];
                _watchers.Add(channel);
            }

            try
            {
                if (backlog.Length > 0)
                    yield return backlog;
                await foreach (var line in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                    yield return [line];
            }
            finally
            {
                lock (_lock)
                    _watchers.Remove(channel);
            }
        }
    }
}
