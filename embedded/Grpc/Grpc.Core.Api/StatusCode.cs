namespace Grpc.Core;

/// <summary>How a call ended, with the numbers that travel in <c>grpc-status</c>.</summary>
public enum StatusCode
{
    /// <summary>Success.</summary>
    OK = 0,

    /// <summary>The call was cancelled, typically by the caller.</summary>
    Cancelled = 1,

    /// <summary>An error without a code, for example an exception in a handler.</summary>
    Unknown = 2,

    /// <summary>The arguments are wrong whatever the state of the system is.</summary>
    InvalidArgument = 3,

    /// <summary>The deadline passed before the call finished; the operation may have been done all the same.</summary>
    DeadlineExceeded = 4,

    /// <summary>The requested thing does not exist.</summary>
    NotFound = 5,

    /// <summary>The thing to create exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and is not allowed to do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota or a size limit was reached.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the operation needs.</summary>
    FailedPrecondition = 9,

    /// <summary>The operation lost a race, for example a stale write; the caller may start again.</summary>
    Aborted = 10,

    /// <summary>A position past the valid range.</summary>
    OutOfRange = 11,

    /// <summary>The service, the method or the encoding is not supported here.</summary>
    Unimplemented = 12,

    /// <summary>An invariant is broken, or the peer does not speak the protocol.</summary>
    Internal = 13,

    /// <summary>The service cannot be reached now; trying again may help.</summary>
    Unavailable = 14,

    /// <summary>Data was lost or damaged beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller did not say, or could not prove, who they are.</summary>
    Unauthenticated = 16,
}
