using CodeB.Runbooks.Faults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;

namespace CodeB.Runbooks.Tests;

public sealed class KillFaultPointsTests
{
    [Fact]
    public async Task Only_the_named_point_kills()
    {
        var kills = 0;
        var faults = new KillFaultPoints(new FaultOptions { KillAt = "deploy/a/after-do" }, TimeProvider.System, () => kills++);

        await faults.HitAsync("deploy/a/before", default);
        Assert.Equal(0, kills);
        await faults.HitAsync("deploy/a/after-do", default);
        Assert.Equal(1, kills);
    }

    [Fact]
    public async Task A_pause_writes_the_points_name_and_ends_when_the_file_is_deleted()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var time = new ManualTime();
        var faults = new KillFaultPoints(new FaultOptions { PauseAt = "deploy/a/after", PauseFile = file }, time);

        var pause = faults.HitAsync("deploy/a/after", default).AsTask();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(file) && new FileInfo(file).Length > 0, TimeSpan.FromSeconds(10)), "the pause file was not written within 10 s");
        Assert.Equal("deploy/a/after", File.ReadAllText(file));
        Assert.False(pause.IsCompleted);

        File.Delete(file);
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    time.Advance(TimeSpan.FromMilliseconds(20));
                    return pause.IsCompleted;
                },
                TimeSpan.FromSeconds(10)),
            "the pause did not end within 10 s of its file's deletion");
        await pause;
    }

    [Fact]
    public void Fault_settings_are_refused_outside_development()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Faults("Production", "deploy/a/after"));

        Assert.Contains("Faults:KillAt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_development_the_setting_chooses_the_faults_and_without_it_there_are_none()
    {
        Assert.IsType<KillFaultPoints>(Faults("Development", "deploy/a/after"));
        Assert.Same(FaultPoints.None, Faults("Development", ""));
        Assert.Same(FaultPoints.None, Faults("Production", ""));
    }

    private static IFaultPoints Faults(string environment, string killAt)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Faults:KillAt"] = killAt })
            .Build();
        var services = new ServiceCollection().AddLogging().AddRunbooks(configuration, new HostingEnvironment { EnvironmentName = environment });
        using var provider = services.BuildServiceProvider();
        Assert.NotNull(provider.GetRequiredService<RunbookRunner>());
        return provider.GetRequiredService<IFaultPoints>();
    }
}
