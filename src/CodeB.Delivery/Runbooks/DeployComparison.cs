using CodeB.Delivery.Containers;
using CodeB.Delivery.Health;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Runbooks;

/// <summary>Whether a deploy would only make again what is there already.</summary>
public static class DeployComparison
{
    /// <summary>
    /// Asks the server: the container in the context's slot runs this version from this very image, was started with the same
    /// ENV file and settings, and is healthy.
    /// </summary>
    /// <exception cref="HostException">The server cannot be asked.</exception>
    public static async Task<bool> IsRunningAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var (input, place) = (context.Input, context.Place);
        var container = await context.Engine.FindAsync(place.ContainerName, cancellationToken);
        if (container is not { IsRunning: true } || !container.BelongsTo(place) || container.Version != input.Version
            || container.Labels.GetValueOrDefault(ContainerCommands.FingerprintLabel) != DeployFingerprint.Of(input, context.Env))
        {
            return false;
        }

        // The name may have come to stand for another image since.
        var image = await context.Engine.FindImageAsync(input.Image, cancellationToken);
        if (image is null || Digest(image) != Digest(container.ImageId))
            return false;
        var gate = new HealthGate(context.Host, context.Settings, context.Time);
        return (await gate.AskAsync(place, input.Health, cancellationToken)).Status == input.Health.ExpectedStatus;
    }

    /// <summary>docker writes the algorithm before it, podman does not.</summary>
    private static string Digest(string id) => id.StartsWith("sha256:", StringComparison.Ordinal) ? id["sha256:".Length..] : id;
}
