using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Contract.Tests;

public sealed class ManifestTests
{
    [Fact]
    public async Task An_executable_is_written_with_expressions_in_place_of_values()
    {
        var resources = await PublishAsync(host =>
        {
            var password = host.Builder.AddParameter("password", secret: true);
            var web = host.AddShell("web", "true")
                .WithHttpEndpoint(targetPort: 8080)
                .WithEnvironment("PASSWORD", password)
                .WithEnvironment("URL", $"x{password}");
            host.AddShell("client", "true").WithEnvironment("WEB", web.GetEndpoint("http"));
        });
        var web = resources.GetProperty("web");

        Assert.Equal("executable.v0", web.GetProperty("type").GetString());
        Assert.Equal("sh", web.GetProperty("command").GetString());
        Assert.Equal(["-c", "true"], web.GetProperty("args").EnumerateArray().Select(arg => arg.GetString()));
        Assert.Equal("{password.value}", web.GetProperty("env").GetProperty("PASSWORD").GetString());
        Assert.Equal("x{password.value}", web.GetProperty("env").GetProperty("URL").GetString());
        Assert.Equal(8080, web.GetProperty("bindings").GetProperty("http").GetProperty("targetPort").GetInt32());
        Assert.Equal("http", web.GetProperty("bindings").GetProperty("http").GetProperty("scheme").GetString());
        Assert.Equal("{web.bindings.http.url}", resources.GetProperty("client").GetProperty("env").GetProperty("WEB").GetString());
    }

    [Fact]
    public async Task A_parameter_is_written_as_an_input_and_its_value_is_not()
    {
        var asked = false;
        var resources = await PublishAsync(host =>
        {
            host.Builder.AddParameter("secret", new GenerateParameterDefault { MinLength = 22, Special = false }, secret: true);
            host.Builder.AddParameter("lazy", () => (asked = true).ToString());
        });
        var input = resources.GetProperty("secret").GetProperty("inputs").GetProperty("value");

        Assert.Equal("{secret.inputs.value}", resources.GetProperty("secret").GetProperty("value").GetString());
        Assert.True(input.GetProperty("secret").GetBoolean());
        Assert.Equal(22, input.GetProperty("default").GetProperty("generate").GetProperty("minLength").GetInt32());
        Assert.Equal("parameter.v0", resources.GetProperty("lazy").GetProperty("type").GetString());
        Assert.False(asked);
    }

    [Fact]
    public async Task What_is_excluded_is_not_written_and_what_writes_itself_does()
    {
        var resources = await PublishAsync(host =>
        {
            host.AddShell("tool", "true").ExcludeFromManifest();
            host.AddShell("own", "true").WithManifestPublishingCallback(context => context.Writer.WriteString("type", "own.v0"));
        });

        Assert.False(resources.TryGetProperty("tool", out _));
        Assert.Equal("own.v0", resources.GetProperty("own").GetProperty("type").GetString());
    }

    private static async Task<JsonElement> PublishAsync(Action<Host> model)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.json");
        try
        {
            await using var host = new Host("--operation", "publish", "--publisher", "manifest", "--output-path", path);
            model(host);
            await using (var app = await host.Builder.BuildAsync(host.Limit))
                await app.RunAsync(host.Limit);
            using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(path, host.Limit));
            return manifest.RootElement.GetProperty("resources").Clone();
        }
        finally
        {
            File.Delete(path);
        }
    }
}
