using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// One run of an AppHost's entry point on a thread of its own. It stands still where it builds until the test builds, and
/// where it starts until the test starts; it ends when the test stops the application.
/// </summary>
internal sealed class EntryPointRun : IAsyncDisposable
{
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = New<DistributedApplicationBuilder>();
    private readonly TaskCompletionSource<DistributedApplication> _application = New<DistributedApplication>();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _build = new();
    private volatile bool _isAbandoned;

    private EntryPointRun()
    {
    }

    /// <summary>The AppHost's builder with everything that its entry point added, once it is about to build.</summary>
    public Task<DistributedApplicationBuilder> Builder => _builder.Task;

    public static EntryPointRun Start(
        Assembly assembly, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    {
        var entryPoint = assembly.EntryPoint ?? throw new InvalidOperationException($"'{assembly.GetName().Name}' has no entry point.");
        var run = new EntryPointRun();
        var interception = new EntryPointInterception
        {
            Assembly = assembly,
            Configure = configure,
            Created = _ => { },
            BeforeBuild = run.HoldBuild,
            Built = run.HoldStart,
        };
        var thread = new Thread(() => run.Run(entryPoint, args, interception)) { IsBackground = true, Name = "AppHost" };
        thread.Start();
        return run;
    }

    public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken)
    {
        _build.Set();
        return _application.Task.WaitAsync(cancellationToken);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var application = await _application.Task.ConfigureAwait(false);
        _start.TrySetResult();
        var first = await Task.WhenAny(application.Started, _ended.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        await first.ConfigureAwait(false);
        if (first != application.Started)
            throw new InvalidOperationException("The AppHost's entry point ended without running the application.");
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_application.Task.IsCompletedSuccessfully || !_start.Task.IsCompleted)
            return;
        var application = await _application.Task.ConfigureAwait(false);
        if (application.Started.IsCompletedSuccessfully && !_ended.Task.IsCompleted)
            ((IHostApplicationLifetime)application.Services.GetService(typeof(IHostApplicationLifetime))!).StopApplication();
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_start.Task.IsCompleted)
        {
            await ((Task)StopAsync(CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        // Never started: let the entry point run out of the place where it stands.
        _isAbandoned = true;
        _start.TrySetCanceled();
        _build.Set();
        await _ended.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static TaskCompletionSource<T> New<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void HoldBuild(DistributedApplicationBuilder builder)
    {
        _builder.TrySetResult(builder);
        _build.Wait();
        ObjectDisposedException.ThrowIf(_isAbandoned, typeof(IDistributedApplicationTestingBuilder));
    }

    private void HoldStart(DistributedApplication application)
    {
        application.Gate = _start.Task;
        _application.TrySetResult(application);
    }

    private void Run(MethodInfo entryPoint, string[] args, EntryPointInterception interception)
    {
        EntryPointInterception.Current = interception;
        try
        {
            var result = entryPoint.Invoke(null, BindingFlags.DoNotWrapExceptions, null, entryPoint.GetParameters().Length == 0 ? [] : [args], null);
            (result as Task)?.GetAwaiter().GetResult();
            Fail(new InvalidOperationException("The AppHost's entry point ended without building an application."));
            _ended.TrySetResult();
        }
        catch (Exception e)
        {
            Fail(e);
            _ended.TrySetException(e);
            // Observed here: a test that never looks must not take the process down.
            _ = _ended.Task.Exception;
        }

        void Fail(Exception e)
        {
            if (_builder.TrySetException(e))
                _ = _builder.Task.Exception;
            if (_application.TrySetException(e))
                _ = _application.Task.Exception;
        }
    }
}
