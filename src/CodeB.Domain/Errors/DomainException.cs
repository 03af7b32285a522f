namespace CodeB.Domain.Errors;

/// <summary>What kind of wrong it is. The names are those of gRPC's status codes, to which they map one to one.</summary>
public enum ErrorCode
{
    InvalidArgument,
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    Unavailable,
    DeadlineExceeded,
    ResourceExhausted,
    PermissionDenied,
    Unauthenticated,
    Aborted,
    DataLoss,
    Internal,
}

/// <summary>
/// An error that is part of the domain: its message is written for the person who made the call, and says what happened,
/// where, and what to type instead. It never carries a secret.
/// </summary>
[GenerateSerializer]
[Alias("codeb.DomainException")]
public class DomainException : Exception
{
    public DomainException(ErrorCode code, string message, string? field = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Field = field;
    }

    [Id(0)]
    public ErrorCode Code { get; }

    /// <summary>The request's field that broke the rule (proto name), for <see cref="ErrorCode.InvalidArgument"/>.</summary>
    [Id(1)]
    public string? Field { get; }

    public static DomainException Invalid(string field, string message) =>
        new(ErrorCode.InvalidArgument, $"{field}: {message}", field);

    public static DomainException NotFound(string message) => new(ErrorCode.NotFound, message);

    public static DomainException AlreadyExists(string message) => new(ErrorCode.AlreadyExists, message);

    public static DomainException Precondition(string message) => new(ErrorCode.FailedPrecondition, message);
}
