using CodeB.Domain.Operations;
using Microsoft.Extensions.Logging;

namespace CodeB.Runbooks;

public sealed partial class RunbookRunner
{
    [LoggerMessage(LogLevel.Information, "Operation {Id} ({Kind} {Target}) is taken up again, {State}; resumed {Times} times")]
    private partial void LogResumed(string id, string kind, string target, OperationState state, int times);

    [LoggerMessage(LogLevel.Information, "Operation {Id} ({Kind} {Target}) left the runner as {State}. {Error}")]
    private partial void LogEnded(string id, string kind, string target, OperationState state, string error);

    [LoggerMessage(LogLevel.Warning, "Operation {Id}: step {Step} failed")]
    internal partial void LogStepFailed(string id, string step, Exception exception);

    [LoggerMessage(LogLevel.Error, "Operation {Id}: step {Step} could not be undone")]
    internal partial void LogUndoFailed(string id, string step, Exception exception);
}
