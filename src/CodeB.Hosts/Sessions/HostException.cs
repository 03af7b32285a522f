using CodeB.Domain.Errors;

namespace CodeB.Hosts.Sessions;

/// <summary>Why a remote call failed. Each asks for another answer, so they are never mixed up.</summary>
public enum HostFailure
{
    /// <summary>No answer from the address: off, cut off, or a wrong address.</summary>
    Unreachable,

    /// <summary>Something answered and said no: connection refused, key not accepted.</summary>
    Refused,

    /// <summary>The host key is not the pinned one.</summary>
    HostKeyMismatch,

    /// <summary>The connection broke while the command ran; whether it finished is unknown.</summary>
    ConnectionLost,

    /// <summary>The command's own time limit ran out; its process group was ended.</summary>
    TimedOut,

    /// <summary>The command ran and ended with a non-zero exit code.</summary>
    CommandFailed,
}

/// <summary>A remote call's failure: host, command (secrets removed) and the end of its stderr.</summary>
public sealed class HostException : DomainException
{
    public HostException(HostFailure failure, string host, string command, string message, int? exitCode = null, string errorOutput = "", Exception? inner = null)
        : base(CodeOf(failure), message, null, inner)
    {
        Failure = failure;
        Host = host;
        Command = command;
        ExitCode = exitCode;
        ErrorOutput = errorOutput;
    }

    public HostFailure Failure { get; }

    public string Host { get; }

    public string Command { get; }

    public int? ExitCode { get; }

    /// <summary>The last part of the command's stderr.</summary>
    public string ErrorOutput { get; }

    private static ErrorCode CodeOf(HostFailure failure) => failure switch
    {
        HostFailure.Unreachable or HostFailure.Refused or HostFailure.ConnectionLost => ErrorCode.Unavailable,
        HostFailure.TimedOut => ErrorCode.DeadlineExceeded,
        _ => ErrorCode.FailedPrecondition,
    };
}
