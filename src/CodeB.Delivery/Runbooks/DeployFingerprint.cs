using System.Security.Cryptography;
using System.Text.Json;
using CodeB.Delivery.EnvFiles;

namespace CodeB.Delivery.Runbooks;

/// <summary>
/// A digest of what a version's container is started with beside its image: the ENV file and the project's settings. Where it
/// is the same, a second deploy of the version would change nothing.
/// </summary>
internal static class DeployFingerprint
{
    /// <summary>SHA-256 in hexadecimal.</summary>
    public static string Of(DeployInput input, IReadOnlyDictionary<string, string> env)
    {
        // In a fixed order, and without what another slot or another way to the same image would change.
        var settings = JsonSerializer.SerializeToUtf8Bytes(new
        {
            input.ContainerPort,
            input.MemoryBytes,
            input.Cpus,
            StopSeconds = input.StopTimeout.TotalSeconds,
            Labels = input.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => new[] { label.Key, label.Value }),
            input.ReleaseCommand,
        });
        return Convert.ToHexStringLower(SHA256.HashData([.. EnvFile.Render(env), 0, .. settings]));
    }
}
