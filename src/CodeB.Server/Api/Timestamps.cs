using Google.Protobuf.WellKnownTypes;

namespace CodeB.Server.Api;

internal static class Timestamps
{
    /// <summary>Unset stays unset.</summary>
    public static Timestamp? ToProto(this DateTimeOffset? time) => time is { } t ? Timestamp.FromDateTimeOffset(t) : null;

    public static Timestamp? ToProto(this DateTimeOffset time) => time == default ? null : Timestamp.FromDateTimeOffset(time);
}
