using System.Text.Encodings.Web;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Publishing;

/// <summary><c>--operation publish --publisher manifest --output-path FILE</c>: writes the manifest and runs nothing.</summary>
internal sealed class ManifestPublisher(
    DistributedApplicationModel model, DistributedApplicationExecutionContext executionContext, IConfiguration configuration)
{
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        var path = configuration["Publishing:OutputPath"]
            ?? throw new DistributedApplicationException("The '--output-path [path]' option was not specified.");
        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
            path = Path.Combine(path, "aspire-manifest.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var stream = new FileStream(path, FileMode.Create);
        await using (stream.ConfigureAwait(false))
        {
            var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
            var writer = new Utf8JsonWriter(stream, options);
            await using (writer.ConfigureAwait(false))
            {
                var context = new ManifestPublishingContext(executionContext, path, writer, cancellationToken);
                writer.WriteStartObject();
                writer.WriteString("$schema", "https://json.schemastore.org/aspire-8.0.json");
                writer.WriteStartObject("resources");
                foreach (var resource in model.Resources)
                    await context.WriteResourceAsync(resource).ConfigureAwait(false);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
        }
    }
}
