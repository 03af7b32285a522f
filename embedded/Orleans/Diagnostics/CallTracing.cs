using System.Diagnostics;
using Orleans.Runtime;

namespace Orleans.Diagnostics;

/// <summary>Spans of calls, one at the caller's side and one at the grain's, with Orleans' names and tags.</summary>
internal sealed class CallTracing
{
    internal bool IsListenedTo => ActivitySources.Application.HasListeners() || ActivitySources.Runtime.HasListeners();

    /// <summary>Begins the caller's span, which ends with the answer.</summary>
    internal void StartCall(Request request)
    {
        if (!IsListenedTo || !request.IsCall) return;
        var before = Activity.Current;
        var span = SourceOf(request).StartActivity(request.GetActivityName(), ActivityKind.Client);
        if (span is null) return;
        Activity.Current = before;
        SetTags(span, request, request.Source?.GrainId);
        request.CallerSpan = span;
        _ = request.AnswerTask.ContinueWith(
            static (answer, state) => End((Activity)state!, answer.Exception?.InnerException),
            span,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Runs a call within the grain's span.</summary>
    internal static async Task RunAsync(GrainCall call, Request request)
    {
        var parent = request.CallerSpan;
        using var span = SourceOf(request)
            .StartActivity(request.GetActivityName(), ActivityKind.Server, parent?.Context ?? default);
        if (span is not null)
        {
            SetTags(span, request, request.Source?.GrainId);
            foreach (var (name, value) in parent?.Baggage ?? []) span.AddBaggage(name, value);
        }

        try
        {
            await call.Invoke();
        }
        catch (Exception e)
        {
            SetError(span, e);
            throw;
        }
    }

    private static ActivitySource SourceOf(Request request) =>
        request.Method.InterfaceType.Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true
            ? ActivitySources.Runtime
            : ActivitySources.Application;

    private static void SetTags(Activity span, Request request, GrainId? source)
    {
        span.SetTag("rpc.system.name", "orleans");
        span.SetTag("orleans.rpc.service", request.GetInterfaceName());
        span.SetTag("rpc.method", $"{request.GetInterfaceName()}/{request.GetMethodName()}");
        if (!span.IsAllDataRequested) return;
        span.SetTag("orleans.rpc.target_id", request.Target.GrainId.ToString());
        if (source is { } id) span.SetTag("orleans.rpc.source_id", id.ToString());
    }

    private static void End(Activity span, Exception? exception)
    {
        SetError(span, exception);
        // Stop makes the span's parent current, here in somebody else's flow.
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    private static void SetError(Activity? span, Exception? exception)
    {
        if (exception is null || span is not { IsAllDataRequested: true }) return;
        span.SetStatus(ActivityStatusCode.Error);
        span.SetTag("exception.type", exception.GetType().FullName);
        span.SetTag("exception.message", exception.Message);
        span.SetTag("exception.stacktrace", exception.ToString());
        span.SetTag("exception.escaped", true);
    }
}
