using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Contract.Tests;

public sealed class StopTests
{
    [Fact]
    public async Task A_stopped_resource_gets_SIGTERM_first()
    {
        var file = Path.GetTempFileName();
        try
        {
            await using (var host = new Host())
            {
                host.AddShell("polite", $"trap 'echo goodbye > {file}; exit 0' TERM; echo up; while :; do sleep 0.05; done");
                await host.StartAsync();
                await host.LineAsync("polite", "up");
                await host.App.StopAsync(host.Limit);
            }

            Assert.Equal("goodbye\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_stopped_resource_takes_its_own_children_along()
    {
        int child;
        await using (var host = new Host())
        {
            host.AddShell("parent", "sh -c 'while :; do sleep 0.05; done' & echo child $!; wait");
            await host.StartAsync();
            child = int.Parse(await host.LineAsync("parent", "child "), CultureInfo.InvariantCulture);
            await host.App.StopAsync(host.Limit);
        }

        // A dead process that nobody has waited for yet has an empty command line.
        var commandLine = $"/proc/{child}/cmdline";
        await Host.AwaitAsync(
            $"the end of process {child}", () => !File.Exists(commandLine) || File.ReadAllBytes(commandLine).Length == 0);
    }

    [Fact]
    public async Task Commands_stop_a_resource_and_start_it_again()
    {
        await using var host = new Host();
        host.AddShell("again", "echo run $$; while :; do sleep 0.05; done");
        await host.StartAsync();
        var first = await host.LineAsync("again", "run ");

        var stop = await host.App.ResourceCommands.ExecuteCommandAsync(Find(host, "again"), KnownResourceCommands.StopCommand, host.Limit);
        await host.EndedAsync("again");
        var start = await host.App.ResourceCommands.ExecuteCommandAsync(Find(host, "again"), KnownResourceCommands.StartCommand, host.Limit);

        Assert.True(stop.Success, stop.ErrorMessage);
        Assert.True(start.Success, start.ErrorMessage);
        var second = await host.LineAsync("again", line => line.StartsWith("run ", StringComparison.Ordinal) && line != $"run {first}");
        Assert.NotEqual($"run {first}", second);
    }

    [Fact]
    public async Task An_explicitly_started_resource_waits_for_its_command()
    {
        await using var host = new Host();
        host.AddShell("manual", "echo run").WithExplicitStart();
        await host.StartAsync();
        await host.StateAsync("manual", snapshot => snapshot.State?.Text == KnownResourceStates.NotStarted);

        await host.App.ResourceCommands.ExecuteCommandAsync(Find(host, "manual"), KnownResourceCommands.StartCommand, host.Limit);

        await host.LineAsync("manual", "run");
    }

    private static IResource Find(Host host, string name) => host.Builder.Resources.Single(resource => resource.Name == name);
}
