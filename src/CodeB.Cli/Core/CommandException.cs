namespace CodeB.Cli.Core;

/// <summary>Ends a command: what happened and where, and in the hint what to type next.</summary>
internal sealed class CommandException(int exitCode, string status, string message, string hint = "", string field = "") : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>Name of the gRPC status that says it, such as NOT_FOUND.</summary>
    public string Status { get; } = status;

    public string Hint { get; } = hint;

    /// <summary>The request's field that is wrong, if it is one.</summary>
    public string Field { get; } = field;

    public static CommandException Usage(string message, string hint, string field = "") =>
        new(Core.ExitCode.Usage, "INVALID_ARGUMENT", message, hint, field);

    public static CommandException Refused(string message, string hint) =>
        new(Core.ExitCode.Refused, "FAILED_PRECONDITION", message, hint);

    public static CommandException Interrupted(string message, string hint) =>
        new(Core.ExitCode.Interrupted, "CANCELLED", message, hint);
}
