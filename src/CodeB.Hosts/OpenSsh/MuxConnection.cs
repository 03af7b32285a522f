using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace CodeB.Hosts.OpenSsh;

/// <summary>
/// One conversation with an ssh master over its control socket, as OpenSSH's PROTOCOL.mux (version 4) describes it. It is
/// what <c>ssh -S</c> speaks; spoken here, a command costs no process on this side, its arguments stand in no process list,
/// and an exit code of 255 is not mistaken for a broken connection.
/// </summary>
internal sealed class MuxConnection : IDisposable
{
    private const uint Hello = 0x00000001;
    private const uint NewSession = 0x10000002;
    private const uint OpenForward = 0x10000006;
    private const uint CloseForward = 0x10000007;
    private const uint Ok = 0x80000001;
    private const uint PermissionDenied = 0x80000002;
    private const uint Failure = 0x80000003;
    private const uint ExitMessage = 0x80000004;
    private const uint SessionOpened = 0x80000006;
    private const uint Version = 4;
    private const uint LocalForward = 1;
    private const uint SocketInsteadOfPort = unchecked((uint)-2);
    private const int LongestPacket = 256 * 1024;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path;

    public MuxConnection(string controlPath) => _path = controlPath;

    /// <summary>Starts a command with the three descriptors, which the master takes over.</summary>
    /// <exception cref="SocketException">The master is gone; nothing was started.</exception>
    /// <exception cref="MuxRefusedException">The server opened no session.</exception>
    public async Task StartAsync(string command, SafeSocketHandle input, SafeSocketHandle output, SafeSocketHandle error, CancellationToken cancellationToken)
    {
        await _socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancellationToken);
        var request = new Packet(NewSession).Number(0).Text("").Number(0).Number(0).Number(0).Number(0).Number(uint.MaxValue).Text("").Text(command);
        await SendAsync((byte[])[.. new Packet(Hello).Number(Version).Bytes(), .. request.Bytes()], cancellationToken);
        UnixSockets.SendDescriptor(_socket, input);
        UnixSockets.SendDescriptor(_socket, output);
        UnixSockets.SendDescriptor(_socket, error);
        await ExpectAsync(SessionOpened, cancellationToken);
    }

    /// <summary>The command's exit code, or null when the conversation ended without one.</summary>
    public async Task<int?> WaitForExitAsync()
    {
        try
        {
            while (true)
            {
                var (type, body) = await ReceiveAsync(CancellationToken.None);
                if (type == ExitMessage)
                    return BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(4));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>Completes when the channel is closed on both sides: only then does the server count the session as gone.</summary>
    public async Task WaitForCloseAsync()
    {
        try
        {
            while (true)
                await ReceiveAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or EndOfStreamException)
        {
            // That is the end that was waited for.
        }
    }

    /// <summary>Opens or closes a forwarding of a port on 127.0.0.1 to a port (or socket file) of the server.</summary>
    public static async Task ForwardAsync(string controlPath, bool open, int localPort, string remote, int? remotePort, CancellationToken cancellationToken)
    {
        using var mux = new MuxConnection(controlPath);
        await mux._socket.ConnectAsync(new UnixDomainSocketEndPoint(controlPath), cancellationToken);
        var request = new Packet(open ? OpenForward : CloseForward).Number(0).Number(LocalForward).Text("127.0.0.1").Number((uint)localPort)
            .Text(remote).Number(remotePort is { } port ? (uint)port : SocketInsteadOfPort);
        await mux.SendAsync((byte[])[.. new Packet(Hello).Number(Version).Bytes(), .. request.Bytes()], cancellationToken);
        await mux.ExpectAsync(Ok, cancellationToken);
    }

    public void Dispose() => _socket.Dispose();

    private async Task ExpectAsync(uint expected, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (type, body) = await ReceiveAsync(cancellationToken);
            if (type == expected)
                return;
            if (type is Failure or PermissionDenied)
                throw new MuxRefusedException(body.Length > 8 ? Encoding.UTF8.GetString(body.AsSpan(8)) : "no reason given");
            if (type == Hello && BinaryPrimitives.ReadUInt32BigEndian(body) != Version)
                throw new MuxRefusedException("this ssh speaks another version of the multiplexing protocol");
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
    }

    private async Task<(uint Type, byte[] Body)> ReceiveAsync(CancellationToken cancellationToken)
    {
        var head = await ReceiveExactlyAsync(8, cancellationToken);
        var length = BinaryPrimitives.ReadInt32BigEndian(head) - 4;
        if (length is < 0 or > LongestPacket)
            throw new EndOfStreamException("the ssh master sent a packet of impossible length");
        return (BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4)), await ReceiveExactlyAsync(length, cancellationToken));
    }

    private async Task<byte[]> ReceiveExactlyAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        for (var have = 0; have < count;)
        {
            var read = await _socket.ReceiveAsync(bytes.AsMemory(have), cancellationToken);
            if (read == 0)
                throw new EndOfStreamException("the ssh master closed its control socket");
            have += read;
        }
        return bytes;
    }

    private sealed class Packet
    {
        private readonly MemoryStream _bytes = new();

        public Packet(uint type)
        {
            Number(0);
            Number(type);
        }

        public Packet Number(uint value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
            _bytes.Write(bytes);
            return this;
        }

        public Packet Text(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Number((uint)bytes.Length);
            _bytes.Write(bytes);
            return this;
        }

        public byte[] Bytes()
        {
            var bytes = _bytes.ToArray();
            BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - 4);
            return bytes;
        }
    }
}

/// <summary>The master, or the server behind it, declined: nothing was started.</summary>
internal sealed class MuxRefusedException(string reason) : Exception(reason);
