using Grpc.Core;

namespace CodeB.Cli.Core;

/// <summary>The one place where a gRPC status becomes an exit code and a text.</summary>
internal static class RpcErrors
{
    /// <summary>Trailer in which CodeB names the request's field that broke a rule.</summary>
    public const string FieldTrailer = "codeb-field";

    /// <summary>The connection could not be made or broke; no answer of CodeB's says so.</summary>
    public static bool IsTransport(RpcException error) =>
        error.Status.DebugException is not null
        && error.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown;

    public static CommandException Translate(RpcException error, Invocation we)
    {
        if (IsTransport(error))
        {
            return new CommandException(
                ExitCode.Unavailable,
                "UNAVAILABLE",
                $"CodeB is not reachable at {we.Address.OriginalString} ({Cause(error)})",
                "start it with `./codeb up`, or say where it is: --address URL or CODEB_ADDRESS");
        }

        var message = error.Status.Detail.Length > 0 ? error.Status.Detail : $"{we.CommandPath} failed";
        var hint = message.Contains('`', StringComparison.Ordinal) ? "" : Hint(error.StatusCode, we);
        return new CommandException(ExitCodeOf(error.StatusCode), Name(error.StatusCode), message, hint, error.Trailers.GetValue(FieldTrailer) ?? "");
    }

    public static int ExitCodeOf(StatusCode code) => code switch
    {
        StatusCode.OK => ExitCode.Success,
        StatusCode.InvalidArgument => ExitCode.Usage,
        StatusCode.NotFound => ExitCode.NotFound,
        StatusCode.FailedPrecondition or StatusCode.AlreadyExists => ExitCode.Refused,
        StatusCode.Unavailable or StatusCode.DeadlineExceeded => ExitCode.Unavailable,
        _ => ExitCode.Failed,
    };

    /// <summary>FailedPrecondition is FAILED_PRECONDITION.</summary>
    public static string Name(StatusCode code) => string.Concat(
        code.ToString().Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));

    private static string Hint(StatusCode code, Invocation we) => code switch
    {
        StatusCode.InvalidArgument => $"`{we.CommandPath} --help` shows what it takes",
        StatusCode.NotFound when we.CommandPath.StartsWith("we server", StringComparison.Ordinal) => "`we server list` shows the servers",
        StatusCode.NotFound when we.CommandPath.StartsWith("we operation", StringComparison.Ordinal) => "`we operation list` shows the operations",
        StatusCode.NotFound => "`we project list` shows the projects and their environments",
        StatusCode.FailedPrecondition => "`we status` shows how things stand, `we operation list --running` what is under way",
        StatusCode.AlreadyExists => "`we project list` and `we server list` show what there is",
        StatusCode.Unavailable => "try again; `we status --check` shows which servers answer",
        StatusCode.DeadlineExceeded => $"CodeB at {we.Address.OriginalString} did not answer in time; `we operation list --running` shows what is under way",
        StatusCode.Unauthenticated or StatusCode.PermissionDenied => "ask whoever runs CodeB for access",
        _ => "CodeB's log says more",
    };

    private static string Cause(RpcException error)
    {
        var innermost = error.Status.DebugException!;
        while (innermost.InnerException is { } inner)
            innermost = inner;
        return innermost.Message;
    }
}
