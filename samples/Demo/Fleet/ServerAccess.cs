using System.Diagnostics;
using Demo.Cli;
using Demo.Steps;

namespace Demo.Fleet;

/// <summary>
/// A server as its owner reaches it: plain ssh, host key pinned, nothing of CodeB in between. What the demo proves, it looks
/// up this way.
/// </summary>
internal sealed record ServerAccess(string Name, string Address, string HostKey, string IdentityFile)
{
    /// <summary>Runs a shell script on the server and returns its output. The script goes in on standard input, so that no process list shows it.</summary>
    /// <exception cref="StepException">It did not succeed.</exception>
    public async Task<string> RunAsync(string script, CancellationToken cancellationToken) =>
        await SshAsync("bash -s", $"set -euo pipefail\n{script}\n", cancellationToken);

    /// <summary>Runs SQL as the account that owns the cluster.</summary>
    /// <exception cref="StepException">It did not succeed.</exception>
    public Task<string> SqlAsync(string database, string sql, CancellationToken cancellationToken) => SshAsync(
        $"cd / && exec runuser -u postgres -- psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname={database}",
        sql,
        cancellationToken);

    private async Task<string> SshAsync(string command, string input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("ssh",
        [
            "-F", "none", "-i", IdentityFile, "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR",
            "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null",
            "-o", $"KnownHostsCommand=/bin/echo {Address} {HostKey}",
            $"root@{Address}", command,
        ]);
        var result = await ChildProcess.RunAsync(start, input, null, cancellationToken);
        return result.ExitCode == 0
            ? result.Output.TrimEnd()
            : throw new StepException(Name, $"exit code {result.ExitCode} over ssh: {result.LastWords}");
    }
}
