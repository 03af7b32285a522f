using System.Text;

namespace CodeB.Protection.Config;

/// <summary>Tells texts from other files.</summary>
internal static class Text
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null where the bytes are no text: not UTF-8, or with a NUL.</summary>
    public static string? Of(byte[] content)
    {
        if (content.AsSpan().Contains((byte)0))
            return null;
        try
        {
            return Strict.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
