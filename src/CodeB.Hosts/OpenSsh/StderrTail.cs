using System.Globalization;
using System.Net.Sockets;
using System.Text;
using CodeB.Hosts.Commands;

namespace CodeB.Hosts.OpenSsh;

/// <summary>Reads a command's stderr to its end, keeps the last part, and takes out the script's own two lines.</summary>
internal sealed class StderrTail
{
    private const int Kept = 64 * 1024;
    private readonly List<byte> _bytes = [];
    private readonly TaskCompletionSource<int> _group = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The remote process group, as soon as the script has told it. Cancelled when it ends without telling.</summary>
    public Task<int> Group => _group.Task;

    /// <summary>The exit codes of a pipe's parts; null for a single command or a pipe that was cut short.</summary>
    public int[]? PartCodes { get; private set; }

    public string Text => Encoding.UTF8.GetString([.. _bytes]);

    public async Task ReadAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer)) > 0)
                Add(buffer.AsSpan(0, read));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The run was given up; what was read so far is what the error shows.
        }
        TakeCodes();
        _group.TrySetCanceled();
    }

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        if (!_group.Task.IsCompleted && TakeLine(RemoteScript.GroupMark, last: false) is { } line)
            _group.TrySetResult(int.Parse(line, CultureInfo.InvariantCulture));
        if (_bytes.Count > 2 * Kept)
            _bytes.RemoveRange(0, _bytes.Count - Kept);
    }

    internal void TakeCodes()
    {
        if (TakeLine(RemoteScript.CodesMark, last: true) is not { } line)
            return;
        PartCodes = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split(':').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray())
            .OrderBy(pair => pair[0])
            .Select(pair => pair[1])];
    }

    private string? TakeLine(byte mark, bool last)
    {
        var start = last ? _bytes.LastIndexOf(mark) : _bytes.IndexOf(mark);
        if (start < 0)
            return null;
        var end = _bytes.IndexOf((byte)'\n', start);
        if (end < 0)
            return null;
        var line = Encoding.ASCII.GetString([.. _bytes.GetRange(start + 1, end - start - 1)]);
        if (line.Any(character => !char.IsAsciiDigit(character) && character is not (':' or ' ')) || line.Length == 0)
            return null;
        _bytes.RemoveRange(start, end - start + 1);
        return line;
    }
}
