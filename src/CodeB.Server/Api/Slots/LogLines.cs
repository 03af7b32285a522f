using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace CodeB.Server.Api.Slots;

/// <summary>Bytes of a log as lines, as they come and in bounded memory.</summary>
internal static class LogLines
{
    /// <summary>A longer line goes on in the next one.</summary>
    internal const int LongestLine = 256 * 1024;

    public static async Task ReadAsync(Stream log, Func<string, Task> write, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(log, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                await write(Text(rest.Slice(0, end)));
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (rest.Length >= LongestLine || (read.IsCompleted && !rest.IsEmpty))
            {
                await write(Text(rest));
                rest = rest.Slice(rest.End);
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                break;
        }

        await reader.CompleteAsync();
    }

    private static string Text(ReadOnlySequence<byte> line) => Encoding.UTF8.GetString(line).TrimEnd('\r');
}
