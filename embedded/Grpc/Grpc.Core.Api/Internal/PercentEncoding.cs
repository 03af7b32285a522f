using System.Buffers;
using System.Text;

namespace Grpc.Core;

/// <summary>grpc-message: UTF-8 in which every byte but printable ASCII, and the percent sign, is written as %XX.</summary>
internal static class PercentEncoding
{
    private static readonly SearchValues<char> Literal = SearchValues.Create(
        " !\"#$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    internal static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Literal))
            return text;
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (Literal.Contains((char)value))
                encoded.Append((char)value);
            else
                encoded.Append('%').Append(value.ToString("X2"));
        }

        return encoded.ToString();
    }

    /// <summary>What is not a valid escape stays as it is, as the protocol asks.</summary>
    internal static string Decode(string text) => text.Contains('%') ? Uri.UnescapeDataString(text) : text;
}
