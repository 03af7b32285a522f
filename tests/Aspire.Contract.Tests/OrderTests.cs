using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Contract.Tests;

public sealed class OrderTests
{
    private const string Forever = "while :; do sleep 0.05; done";

    [Fact]
    public async Task A_dependent_starts_after_its_dependency_is_healthy_and_its_ready_subscribers_were_called()
    {
        var healthy = false;
        var calls = new List<string>();
        await using var host = new Host();
        host.Builder.Services.AddHealthChecks().AddCheck("flag", () => Volatile.Read(ref healthy) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        var first = host.AddShell("first", Forever).WithHealthCheck("flag")
            .OnResourceReady((_, _, _) => Note("ready"));
        host.AddShell("second", Forever).WaitFor(first)
            .OnBeforeResourceStarted((_, _, _) => Note("second starts"));
        await host.StartAsync();
        await host.StateAsync("second", snapshot => snapshot.State?.Text == KnownResourceStates.Waiting);
        await host.StateAsync("first", snapshot => snapshot.State?.Text == KnownResourceStates.Running);

        Volatile.Write(ref healthy, true);

        await host.App.ResourceNotifications.WaitForResourceHealthyAsync("second", host.Limit);
        Assert.Equal(["ready", "second starts"], calls);

        Task Note(string call)
        {
            lock (calls)
                calls.Add(call);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_dependent_on_completion_starts_after_the_right_exit_code()
    {
        await using var host = new Host();
        var setUp = host.AddShell("setup", "exit 3");
        host.AddShell("after", "echo started").WaitForCompletion(setUp, exitCode: 3);
        await host.StartAsync();

        await host.LineAsync("after", "started");
    }

    [Fact]
    public async Task A_dependent_fails_to_start_when_its_dependency_ends_badly()
    {
        await using var host = new Host();
        host.Builder.Services.Configure<ResourceNotificationServiceOptions>(o => o.DefaultWaitBehavior = WaitBehavior.StopOnResourceUnavailable);
        var setUp = host.AddShell("setup", "exit 1");
        host.AddShell("after", "echo started").WaitForCompletion(setUp);
        await host.StartAsync();

        Assert.Equal(KnownResourceStates.FailedToStart, (await host.EndedAsync("after")).State?.Text);
        await Assert.ThrowsAsync<DistributedApplicationException>(() => host.App.ResourceNotifications.WaitForResourceHealthyAsync(
            "after", WaitBehavior.StopOnResourceUnavailable, host.Limit));
    }

    [Fact]
    public async Task A_resource_cannot_wait_for_itself()
    {
        await using var host = new Host();
        var alone = host.AddShell("alone", Forever);

        Assert.Throws<DistributedApplicationException>(() => alone.WaitFor(alone));
    }

    [Fact]
    public async Task Subscribers_are_called_before_anything_starts_and_may_still_change_the_model()
    {
        await using var host = new Host();
        var late = host.AddShell("late", "echo L=$L");
        host.Builder.Eventing.Subscribe<BeforeStartEvent>((_, _) =>
        {
            late.WithEnvironment("L", "changed");
            return Task.CompletedTask;
        });
        await host.StartAsync();

        Assert.Equal("changed", await host.LineAsync("late", "L="));
    }
}
