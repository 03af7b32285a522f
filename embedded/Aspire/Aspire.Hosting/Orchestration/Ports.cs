using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

internal static class Ports
{
    // Below the range from which the kernel gives ports to outgoing connections, so that none of those takes one in between.
    private const int First = 20_000;
    private const int Last = 32_000;

    private static readonly HashSet<int> Given = [];

    public static void Allocate(IResource resource, EndpointAnnotation endpoint)
    {
        if (endpoint is { Port: { } port, TargetPort: { } targetPort } && port != targetPort)
        {
            throw new DistributedApplicationException(
                $"The endpoint '{endpoint.Name}' of '{resource.Name}' has port {port} and target port {targetPort}; "
                + "the embedded stack has no proxy between the two.");
        }

        var number = endpoint.Port ?? endpoint.TargetPort ?? Free();
        endpoint.TargetPort = number;
        endpoint.AllocatedEndpoint = new(endpoint, endpoint.TargetHost, number);
    }

    private static int Free()
    {
        lock (Given)
        {
            for (var attempt = 0; attempt < 1_000; attempt++)
            {
                var port = Random.Shared.Next(First, Last);
                if (!Given.Contains(port) && IsFree(port) && Given.Add(port))
                    return port;
            }
        }

        throw new DistributedApplicationException($"No free port between {First} and {Last}.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
