using System.Globalization;

namespace Grpc.Core;

/// <summary>Names and encodings of gRPC over HTTP/2 (grpc/doc/PROTOCOL-HTTP2.md).</summary>
internal static class Wire
{
    internal const string ContentType = "application/grpc";
    internal const string StatusHeader = "grpc-status";
    internal const string MessageHeader = "grpc-message";
    internal const string TimeoutHeader = "grpc-timeout";
    internal const string EncodingHeader = "grpc-encoding";
    internal const string AcceptEncodingHeader = "grpc-accept-encoding";
    internal const string Identity = "identity";
    internal const string Gzip = "gzip";

    /// <summary>The encodings that a message may arrive in.</summary>
    internal const string SupportedEncodings = "identity,gzip";

    /// <summary>In these packages this header asks for compressed sending, which is not implemented here.</summary>
    internal const string CompressionRequestHeader = "grpc-internal-encoding-request";

    internal const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    /// <summary>The longest deadline that fits into the eight digits of grpc-timeout.</summary>
    internal static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(99_999_999);

    /// <summary>A timer's longest wait; deadlines beyond it wait again.</summary>
    internal static readonly TimeSpan MaxTimerWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private static readonly string[] StatusTexts = [.. Enumerable.Range(0, 17).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    internal static string StatusText(StatusCode code) =>
        (uint)code < StatusTexts.Length ? StatusTexts[(int)code] : ((int)code).ToString(CultureInfo.InvariantCulture);

    internal static bool IsGrpcContentType(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is ';' or '+');

    /// <summary>Adds a header as metadata; the values of a binary one are split at commas, with or without padding.</summary>
    internal static void AddHeader(Metadata metadata, string key, string value)
    {
        if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
        {
            metadata.Add(key, value);
            return;
        }

        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
            metadata.Add(key, Convert.FromBase64String(part.PadRight((part.Length + 3) / 4 * 4, '=')));
    }

    /// <summary>The time left as grpc-timeout: at most eight digits, rounded up, never zero.</summary>
    internal static string EncodeTimeout(TimeSpan timeout)
    {
        const long MaxValue = 99_999_999;
        if (timeout <= TimeSpan.Zero)
            return "1n";
        var milliseconds = (timeout.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
        return milliseconds <= MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min((milliseconds + 999) / 1000, MaxValue)}S");
    }

    internal static bool TryDecodeTimeout(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;
        TimeSpan? decoded = text[^1] switch
        {
            'H' => TimeSpan.FromHours(value),
            'M' => TimeSpan.FromMinutes(value),
            'S' => TimeSpan.FromSeconds(value),
            'm' => TimeSpan.FromMilliseconds(value),
            'u' => TimeSpan.FromMicroseconds(value),
            'n' => TimeSpan.FromTicks(value / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
        timeout = decoded.GetValueOrDefault();
        if (timeout > MaxTimeout)
            timeout = MaxTimeout;
        return decoded is not null;
    }

    /// <summary>An exception with those inside it, in one line.</summary>
    internal static string Describe(Exception exception)
    {
        var text = $"{exception.GetType().Name}: {exception.Message}";
        return exception.InnerException is null ? text : $"{text} {Describe(exception.InnerException)}";
    }
}
