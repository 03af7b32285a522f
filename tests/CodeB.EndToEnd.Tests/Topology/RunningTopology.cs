using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CodeB.EndToEnd.Tests.Topology;

/// <summary>One run of the AppHost inside this process.</summary>
public sealed class RunningTopology : IAsyncDisposable
{
    private RunningTopology(DistributedApplication app, int number)
    {
        App = app;
        Number = number;
    }

    public DistributedApplication App { get; }

    public int Number { get; }

    public string IdentityFile => $"/var/lib/codeb/topology/{Number}/id_ed25519";

    /// <summary>Starts the AppHost and waits until every server answers.</summary>
    public static async Task<RunningTopology> StartAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(limit.Token);
        var app = await builder.BuildAsync(limit.Token);
        try
        {
            await app.StartAsync(limit.Token);
            await Task.WhenAll(TopologyFixture.Servers.Append("control")
                .Select(name => app.ResourceNotifications.WaitForResourceHealthyAsync(name, limit.Token)));
            var parameter = app.Services.GetRequiredService<DistributedApplicationModel>().Resources
                .OfType<ParameterResource>().Single(resource => resource.Name == "topology");
            var number = await parameter.GetValueAsync(limit.Token);
            return new(app, int.Parse(number!, CultureInfo.InvariantCulture));
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public Task<Shell.Result> SshAsync(string server, string command) => Shell.RunAsync(
        "ssh", "-i", IdentityFile, "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR",
        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        $"root@{TopologyFixture.AddressOf(Number, server)}", command);

    public async Task DoToAsync(string server, string what)
    {
        var result = await Shell.RunAsync(Scripts.Server, what, $"{Number}", server);
        Assert.True(result.Code == 0, $"server.sh {what} {Number} {server}: {result.Errors}");
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

/// <summary>The AppHost's scripts.</summary>
internal static class Scripts
{
    public static string Server => Path.Combine(Projects.AppHost.ProjectPath, "Servers", "server.sh");

    public static string Topology => Path.Combine(Projects.AppHost.ProjectPath, "Topology", "topology.sh");

    public static string AppHost => typeof(Projects.AppHost).Assembly.Location;
}
