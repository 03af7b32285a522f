using CodeB.Domain.Errors;

namespace CodeB.Runbooks.Running;

/// <summary>How a step's exception reads in the journal.</summary>
internal static class StepError
{
    public static string Text(Exception exception) => exception switch
    {
        DomainException domain => domain.Message,
        OperationCanceledException => "cancelled",
        _ => $"{exception.GetType().Name}: {exception.Message}",
    };

    public static ErrorCode Code(Exception exception) => exception switch
    {
        DomainException domain => domain.Code,
        OperationCanceledException => ErrorCode.Aborted,
        _ => ErrorCode.Internal,
    };
}

/// <summary>A step that did not even answer to its cancellation: it may still be at work, so nothing of it can be undone now.</summary>
internal sealed class StuckStepException(string message) : DomainException(ErrorCode.DeadlineExceeded, message);
