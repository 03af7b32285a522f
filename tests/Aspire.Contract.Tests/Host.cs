using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Aspire.Contract.Tests;

/// <summary>One application of a test's own resources, stopped at the test's end.</summary>
internal sealed class Host : IAsyncDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));
    private DistributedApplication? _app;

    public Host(params string[] args)
    {
        Builder = DistributedApplicationTestingBuilder.Create(args);
        Builder.Configuration["Logging:LogLevel:Default"] = "None";
    }

    public IDistributedApplicationTestingBuilder Builder { get; }

    public DistributedApplication App => _app ?? throw new InvalidOperationException("The application is not started.");

    /// <summary>Every wait of a test ends with this.</summary>
    public CancellationToken Limit => _limit.Token;

    public IResourceBuilder<ExecutableResource> AddShell(string name, string script) =>
        Builder.AddExecutable(name, "sh", ".", "-c", script);

    public async Task<Host> StartAsync()
    {
        _app = await Builder.BuildAsync(Limit);
        await _app.StartAsync(Limit);
        return this;
    }

    /// <summary>Waits for the line, and fails with what was there instead when the time is up.</summary>
    public async Task<string> LineAsync(string resource, Func<string, bool> isIt)
    {
        var seen = new List<string>();
        var logs = (ResourceLoggerService)App.Services.GetService(typeof(ResourceLoggerService))!;
        try
        {
            await foreach (var batch in logs.WatchAsync(await IdOfAsync(resource)).WithCancellation(Limit))
            {
                foreach (var line in batch)
                {
                    // The real host puts a time before each line.
                    var content = line.Content[(line.Content.LastIndexOf("Z ", StringComparison.Ordinal) is var at and >= 0 ? at + 2 : 0)..];
                    if (isIt(content))
                        return content;
                    seen.Add(content);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Reported below with what was seen.
        }

        throw new TimeoutException($"No such line of '{resource}'; there were: {string.Join(" | ", seen)}");
    }

    public async Task<string> LineAsync(string resource, string start) =>
        (await LineAsync(resource, line => line.StartsWith(start, StringComparison.Ordinal)))[start.Length..];

    public async Task<CustomResourceSnapshot> StateAsync(string resource, Func<CustomResourceSnapshot, bool> isIt) =>
        (await App.ResourceNotifications.WaitForResourceAsync(resource, e => isIt(e.Snapshot), Limit)).Snapshot;

    public Task<CustomResourceSnapshot> EndedAsync(string resource) => StateAsync(
        resource, snapshot => snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text));

    /// <summary>Asks again until the condition holds, for what no event tells of.</summary>
    public static async Task AwaitAsync(string what, Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"Not within 10 s: {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        await Builder.DisposeAsync();
        _limit.Dispose();
    }

    private async Task<string> IdOfAsync(string resource) =>
        (await App.ResourceNotifications.WaitForResourceAsync(resource, _ => true, Limit)).ResourceId;
}
