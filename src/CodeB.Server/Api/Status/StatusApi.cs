using System.Reflection;
using CodeB.Domain.Errors;
using CodeB.Grains.Abstractions.Backups;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Server.Api.Backups;
using CodeB.Server.Api.Operations;
using CodeB.Server.Api.Servers;
using CodeB.Server.Api.Slots;
using CodeB.V1;
using Grpc.Core;
using OperationState = CodeB.Domain.Operations.OperationState;

namespace CodeB.Server.Api.Status;

internal sealed class StatusApi(IGrainFactory grains, ServerStart start) : StatusService.StatusServiceBase
{
    private const int Recent = 200;
    private const int ShownFailures = 10;

    public override async Task<FleetStatus> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        var servers = ServerApi.ListAsync(grains, request.CheckServers);
        var pairs = SlotApi.ListAsync(grains, "");
        var backups = BackupsAsync();
        var operations = OperationApi.ListAsync(grains, "", runningOnly: false, Recent);
        await Task.WhenAll(servers, pairs, backups, operations);

        var status = new FleetStatus
        {
            Version = typeof(StatusApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            StartedAt = start.At.ToProto(),
        };
        status.Servers.AddRange(await servers);
        status.SlotPairs.AddRange(await pairs);
        status.Backups.AddRange(await backups);
        status.Running.AddRange((await operations).Where(o => !o.IsFinished).Select(o => o.ToProto()));
        status.RecentFailures.AddRange((await operations)
            .Where(o => o.State is OperationState.Undone or OperationState.Failed).Take(ShownFailures).Select(o => o.ToProto()));
        return status;
    }

    private async Task<ProjectBackup[]> BackupsAsync()
    {
        var projects = await grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key).ListProjectsAsync();
        var servers = await Task.WhenAll(projects.GroupBy(project => project.BackupServer).Select(BackupsAsync));
        return [.. servers.SelectMany(backups => backups).OrderBy(backup => backup.Project, StringComparer.Ordinal)];
    }

    /// <summary>The projects whose sets are kept on one server; one look there answers for all of them.</summary>
    private async Task<IEnumerable<ProjectBackup>> BackupsAsync(IGrouping<string, CodeB.Domain.Projects.Project> projects)
    {
        try
        {
            var newest = (await grains.GetGrain<INewestSetsGrain>(projects.Key).ListAsync()).ToDictionary(set => set.Project);
            return projects.Select(project => newest.TryGetValue(project.Name, out var found)
                ? new ProjectBackup { Project = project.Name, LastSet = found.Set?.ToProto(), Error = found.Error }
                : new ProjectBackup { Project = project.Name });
        }
        catch (DomainException error)
        {
            return projects.Select(project => new ProjectBackup { Project = project.Name, Error = error.Message });
        }
    }
}

/// <summary>When this process started.</summary>
internal sealed record ServerStart(DateTimeOffset At);
