using System.Net;
using System.Net.Sockets;

namespace CodeB.Testing;

/// <summary>
/// Ports for programs that a test starts. They are below those that the system gives to outgoing connections, for between the
/// choice and the program's start another suite's client could be given the same one.
/// </summary>
public static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;

    private static int _next = Random.Shared.Next(Count);

    /// <summary>One that nobody listens on, and that this process has not handed out lately.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _next) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // In use: the next one.
            }
        }
    }
}
