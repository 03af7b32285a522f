using Grpc.Core;

namespace CodeB.Server.Api;

/// <summary>Who calls, for deployedBy, startedBy and the like.</summary>
internal static class Caller
{
    /// <summary>Request header in which a client names its user.</summary>
    public const string ActorHeader = "codeb-actor";

    private const int MaxLength = 64;

    public static string Name(this ServerCallContext context)
    {
        var given = context.RequestHeaders.GetValue(ActorHeader);
        if (string.IsNullOrWhiteSpace(given))
            return "anonymous";
        var clean = new string([.. given.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@')]);
        return clean.Length switch { 0 => "anonymous", > MaxLength => clean[..MaxLength], _ => clean };
    }
}
