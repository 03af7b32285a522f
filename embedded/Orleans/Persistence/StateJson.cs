using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Persistence;

/// <summary>How states are stored: as JSON of their public properties and fields.</summary>
internal static class StateJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        IncludeFields = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static byte[] Write<T>(T state) => JsonSerializer.SerializeToUtf8Bytes(state, Options);

    internal static T Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, Options)!;
}
