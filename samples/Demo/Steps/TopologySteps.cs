using System.Diagnostics;
using Demo.Fleet;
using Demo.Output;

namespace Demo.Steps;

internal sealed class TopologySteps(Servers servers, Screen screen)
{
    public async Task<Outcome> UpAsync(CancellationToken cancellationToken)
    {
        screen.Fact("four servers with sshd, disks and addresses of their own, a control database and CodeB");
        var began = Stopwatch.GetTimestamp();
        await servers.StartAsync(cancellationToken);
        var healthy = Screen.Seconds(Stopwatch.GetElapsedTime(began));
        screen.Fact($"healthy after {healthy} s; app {servers.Web.Address}, storage {servers.Storage.Address}, backup {servers.Backup.Address}");
        screen.Fact($"ssh -i {servers.Storage.IdentityFile} root@{servers.Storage.Address} logs in, as long as this runs");
        await servers.ImagesAsync(cancellationToken);
        screen.Command($"export CODEB_ADDRESS={servers.Grpc.ToString().TrimEnd('/')}");
        return new($"all healthy in {healthy} s, then the sample's images loaded");
    }

    public async Task<Outcome> DownAsync(CancellationToken cancellationToken)
    {
        await servers.StopAsync();
        return new("no process, network, mount or file left");
    }
}
