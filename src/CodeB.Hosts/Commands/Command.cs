using System.Collections.Immutable;

namespace CodeB.Hosts.Commands;

/// <summary>
/// A command line as data: built by pure functions, read by tests, quoted and run by a session in one place.
/// Arguments are passed to the program exactly as they are; no shell interprets them.
/// </summary>
public sealed record Command(string Program, ImmutableArray<string> Arguments)
{
    public static Command Of(string program, params ReadOnlySpan<string> arguments) => new(program, [.. arguments]);

    /// <summary>
    /// Variables set for the program. Values travel on the session's standard input, not in any process' arguments, so
    /// secrets (PGPASSWORD, REDISCLI_AUTH) may stand here. They never appear in logs, errors or traces.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public string? WorkingDirectory { get; init; }

    /// <summary>The account to run as when it is not the login account (through runuser; the login account must be root).</summary>
    public string? RunAs { get; init; }

    /// <summary>A program whose standard input is this one's standard output; any failing part fails the whole.</summary>
    public Command? PipeTo { get; init; }

    /// <summary>Limit for the whole run; then the remote process group is ended and <c>TimedOut</c> is the error.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Exit codes that are not errors.</summary>
    public ImmutableArray<int> SuccessExitCodes { get; init; } = [0];
}
