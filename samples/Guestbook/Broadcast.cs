using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;

namespace Guestbook;

/// <summary>The WebSocket room: who joins is greeted with the version; what one sends, all receive.</summary>
internal sealed class Broadcast(string version)
{
    private readonly ConcurrentDictionary<Guid, Member> _members = [];

    public int Members => _members.Count;

    public async Task JoinAsync(WebSocket socket, CancellationToken stopping)
    {
        var id = Guid.NewGuid();
        var member = new Member(socket);
        _members[id] = member;
        try
        {
            await member.SendAsync(Encoding.UTF8.GetBytes($"welcome to {version}"), stopping);
            var buffer = new byte[4096];
            while (await ReceiveAsync(socket, buffer, stopping) is { } length)
            {
                foreach (var other in _members.Values)
                    await other.SendAsync(buffer.AsMemory(0, length), stopping);
            }

            if (socket.State is WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The receive that was cancelled has aborted the socket: the client sees the end and connects anew.
        }
        catch (WebSocketException)
        {
            // A client that is gone without a goodbye: it leaves the room, nothing else follows.
        }
        finally
        {
            _members.TryRemove(id, out _);
        }
    }

    /// <summary>The length of a whole message, or null at the end. A message longer than the buffer ends the connection.</summary>
    private static async Task<int?> ReceiveAsync(WebSocket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.MessageType is WebSocketMessageType.Close)
                return null;
            if (part.EndOfMessage)
                return length;
            if (length == buffer.Length)
            {
                await socket.CloseAsync(WebSocketCloseStatus.MessageTooBig, "at most 4096 bytes", cancellationToken);
                return null;
            }
        }
    }

    private sealed class Member(WebSocket socket)
    {
        private readonly SemaphoreSlim _sending = new(1);

        public async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
        {
            await _sending.WaitAsync(cancellationToken);
            try
            {
                if (socket.State is WebSocketState.Open)
                    await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            }
            catch (WebSocketException)
            {
                // Gone in this moment; its own loop takes it out of the room.
            }
            finally
            {
                _sending.Release();
            }
        }
    }
}
