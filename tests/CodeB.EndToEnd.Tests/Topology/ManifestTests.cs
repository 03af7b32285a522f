namespace CodeB.EndToEnd.Tests.Topology;

public sealed class ManifestTests
{
    /// <summary>
    /// When it fails: <c>dotnet artifacts/embedded/bin/AppHost/release/AppHost.dll --operation publish --publisher manifest
    /// --output-path aspire-manifest.json</c> writes it anew.
    /// </summary>
    [Fact]
    public async Task The_manifest_is_what_the_AppHost_publishes()
    {
        var root = Path.GetDirectoryName(Projects.AppHost.ProjectPath)!;
        // Beside the original, because its paths are relative to its folder.
        var written = Path.Combine(root, $".aspire-manifest.{Environment.ProcessId}.json");
        try
        {
            var publish = await Shell.RunAsync(
                "dotnet", Scripts.AppHost, "--operation", "publish", "--publisher", "manifest", "--output-path", written);
            Assert.True(publish.Code == 0, publish.Errors);

            var expected = await File.ReadAllTextAsync(Path.Combine(root, "aspire-manifest.json"));
            var actual = await File.ReadAllTextAsync(written);
            Assert.Equal(expected.TrimEnd(), actual.TrimEnd());
        }
        finally
        {
            File.Delete(written);
        }
    }
}
