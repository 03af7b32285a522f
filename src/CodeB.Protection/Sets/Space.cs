using System.Globalization;
using CodeB.Domain.Errors;
using CodeB.Hosts.Sessions;

namespace CodeB.Protection.Sets;

/// <summary>Room on a server's disks.</summary>
public static class Space
{
    public static async Task<long> FreeAsync(IHostSession server, string path, CancellationToken cancellationToken) =>
        long.Parse((await server.RunAsync(SetCommands.FreeBytes(path), cancellationToken: cancellationToken)).Output, CultureInfo.InvariantCulture);

    public static DomainException TooLittle(string host, string path, long needed, long free) => new(
        ErrorCode.ResourceExhausted, $"{host}:{path}: too little room: {needed} bytes are needed, {free} are free");

    public static bool IsFull(HostException error) =>
        error.Failure == HostFailure.CommandFailed
        && (error.ErrorOutput.Contains("No space left on device", StringComparison.Ordinal)
            || error.ErrorOutput.Contains("Disk quota exceeded", StringComparison.Ordinal));
}
