using Microsoft.Extensions.Logging;

namespace CodeB.Grains.Operations;

internal static partial class OperationLog
{
    [LoggerMessage(LogLevel.Warning, "Resuming {Kind} {Id} of {Target}: CodeB had stopped in the middle of it")]
    public static partial void Resuming(this ILogger logger, string kind, string id, string target);

    [LoggerMessage(LogLevel.Error, "{Kind} {Id} was abandoned")]
    public static partial void Abandoned(this ILogger logger, string kind, string id, Exception error);

    [LoggerMessage(LogLevel.Information, "{Kind} {Id} stopped with CodeB and goes on with its next start: {Reason}")]
    public static partial void Stopped(this ILogger logger, string kind, string id, string reason);

    [LoggerMessage(LogLevel.Warning, "The end of {Id} could not be noted in the index; it will be tried again")]
    public static partial void TidyUpFailed(this ILogger logger, string id, Exception error);

    [LoggerMessage(LogLevel.Warning, "The grace of {Pair} has ended, and its clean-up is put off: {Step}: {Message}")]
    public static partial void CleanUpPutOff(this ILogger logger, string pair, string step, string message);

    [LoggerMessage(LogLevel.Warning, "The data of {Pair} that {Rollback} kept may go, and its drop is put off: {Step}: {Message}")]
    public static partial void DropPutOff(this ILogger logger, string pair, string rollback, string step, string message);
}
