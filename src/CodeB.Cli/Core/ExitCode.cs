namespace CodeB.Cli.Core;

/// <summary>What the program ends with. Scripts rely on the numbers; <c>we --help</c> documents them.</summary>
public static class ExitCode
{
    public const int Success = 0;

    /// <summary>The operation failed or was undone, a check or a verification found something wrong, or CodeB reported another error.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong, or CodeB answered INVALID_ARGUMENT.</summary>
    public const int Usage = 2;

    public const int NotFound = 3;

    /// <summary>FAILED_PRECONDITION, ALREADY_EXISTS, a dry run that found an obstacle, or a confirmation that was not given.</summary>
    public const int Refused = 4;

    /// <summary>CodeB could not be reached, did not answer in time, or answered UNAVAILABLE.</summary>
    public const int Unavailable = 5;

    /// <summary>Ctrl-C. An operation that had begun goes on.</summary>
    public const int Interrupted = 130;
}
