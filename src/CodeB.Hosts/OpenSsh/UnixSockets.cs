using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CodeB.Hosts.OpenSsh;

/// <summary>The two calls that .NET has no managed form of: a pair of connected sockets, and handing one to another process.</summary>
internal static unsafe partial class UnixSockets
{
    private const int UnixFamily = 1;
    private const int StreamCloseOnExec = 1 | 0x80000;
    private const int SocketLevel = 1;
    private const int PassRights = 1;
    private const int NoSignal = 0x4000;

    /// <summary>A connected pair: ours, for asynchronous use, and the bare descriptor to hand over and close.</summary>
    public static (Socket Ours, SafeSocketHandle Theirs) Pair()
    {
        var descriptors = stackalloc int[2];
        if (socketpair(UnixFamily, StreamCloseOnExec, 0, descriptors) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "cannot make a pair of sockets");
        var theirs = new SafeSocketHandle(descriptors[1], ownsHandle: true);
        return (new Socket(new SafeSocketHandle(descriptors[0], ownsHandle: true)), theirs);
    }

    /// <summary>Sends a descriptor with the one byte that must travel with it (OpenSSH's mm_send_fd).</summary>
    public static void SendDescriptor(Socket socket, SafeSocketHandle descriptor)
    {
        byte nothing = 0;
        var data = new IoVector { Base = &nothing, Length = 1 };
        var control = new ControlMessage
        {
            Length = 20,
            Level = SocketLevel,
            Type = PassRights,
            Descriptor = (int)descriptor.DangerousGetHandle(),
        };
        var message = new MessageHeader { Vectors = &data, VectorCount = 1, Control = &control, ControlLength = (nuint)sizeof(ControlMessage) };
        if (sendmsg((int)socket.Handle, &message, NoSignal) != 1)
            throw new SocketException(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socketpair(int domain, int type, int protocol, int* descriptors);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(int socket, MessageHeader* message, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ControlMessage
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Descriptor;
        private readonly int _padding;
    }
}
