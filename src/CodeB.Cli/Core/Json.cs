using System.Text;
using System.Text.Json;
using Google.Protobuf;

namespace CodeB.Cli.Core;

/// <summary>
/// JSON output: protobuf's JSON form with the field names of the .proto files (snake_case) and with fields that have their
/// default value, one document a line. As in protobuf everywhere, 64-bit numbers are strings and instants RFC 3339.
/// </summary>
internal static class Json
{
    private static readonly JsonFormatter Formatter =
        new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithFormatDefaultValues(true));

    public static string Of(IMessage message) => Formatter.Format(message);

    public static string OfError(CommandException error)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteString("code", error.Status);
            writer.WriteString("message", error.Message);
            writer.WriteString("field", error.Field);
            writer.WriteString("hint", error.Hint);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
