using CodeB.Delivery.Registry;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Projects;
using CodeB.Domain.Registry;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Servers;
using CodeB.Grains.Slots;
using CodeB.Hosts.Sessions;

namespace CodeB.Grains.Registry;

/// <summary>Brings a server in step with the registry: its files, and the names that it answers to.</summary>
public sealed class RegistryExport(IGrainFactory grains, Fleet fleet, DeliveryRunbooks runbooks, TimeProvider time)
{
    /// <summary>What the registry says of a server, and of the slots there.</summary>
    /// <param name="Projects">All of them.</param>
    /// <param name="Environments">Those on the server.</param>
    /// <param name="Files">By path.</param>
    public sealed record Picture(
        IReadOnlyList<Project> Projects, IReadOnlyList<PlacedEnvironment> Environments, IReadOnlyDictionary<string, string> Files);

    public async Task<Picture> PictureAsync(string server)
    {
        var servers = fleet.Registry.ListServersAsync();
        var reserved = fleet.Registry.ReservedPortsAsync(server);
        var projects = await fleet.Registry.ListProjectsAsync();
        var placed = await Task.WhenAll(
            from project in projects
            from environment in project.Environments
            where environment.Value.Server == server
            select PlaceAsync(project, environment.Key, environment.Value));
        var environments = placed.OfType<PlacedEnvironment>().ToList();
        var files = RegistryCopies.Files(server, await servers, projects, await reserved, environments.Select(e => e.Pair));
        return new Picture(projects, environments, files);
    }

    /// <summary>Writes what differs. Nothing is written over a registry that is not CodeB's.</summary>
    /// <exception cref="DomainException">FailedPrecondition: the registry there is somebody else's; HostException: the server is away.</exception>
    internal async Task<ExportState> ExportAsync(string server, ExportState before, CancellationToken cancellationToken)
    {
        var host = await fleet.SessionAsync(server);
        var picture = await PictureAsync(server);
        var written = await WriteFilesAsync(new RegistryFolder(host), server, picture.Files, before, cancellationToken);
        await ApplyNamesAsync(host, picture.Environments, cancellationToken);
        return before with { Written = written, Error = "", ExportedAt = time.GetUtcNow() };
    }

    internal static async Task<List<string>> WriteFilesAsync(
        RegistryFolder folder, string server, IReadOnlyDictionary<string, string> files, ExportState before, CancellationToken cancellationToken)
    {
        var there = await folder.SumsAsync(cancellationToken);
        if (there.TryGetValue(RegistryCopies.Ssot, out var sum) && !before.Written.Contains(RegistryCopies.Ssot))
            await TakeOverAsync(folder, server, sum, before, cancellationToken);

        // ssot.json last: it is what tells whose the folder is.
        foreach (var (path, content) in files.OrderBy(file => file.Key == RegistryCopies.Ssot))
        {
            if (there.GetValueOrDefault(path) != RegistryFolder.Sum(content))
                await folder.WriteAsync(path, content, cancellationToken);
        }

        var surplus = before.Written.Where(path => there.ContainsKey(path) && !files.ContainsKey(path)).ToList();
        if (surplus.Count > 0)
            await folder.RemoveAsync(surplus, cancellationToken);
        return [.. files.Keys];
    }

    private static async Task TakeOverAsync(RegistryFolder folder, string server, string sum, ExportState before, CancellationToken cancellationToken)
    {
        if (sum == before.TakenOver)
            await folder.KeepAsync(cancellationToken);
        else if (!IsOwn(await folder.ReadAsync(RegistryCopies.Ssot, cancellationToken)))
        {
            throw DomainException.Precondition(
                $"{server}: {RegistryFolder.Default}/{RegistryCopies.Ssot} was not written by CodeB and stays as it is; "
                + "move it away, and CodeB writes its own within seconds");
        }
    }

    private static bool IsOwn(string? ssot)
    {
        try
        {
            return ssot is null || SsotDocument.Parse(ssot).IsOwn;
        }
        catch (DomainException)
        {
            return false;
        }
    }

    /// <summary>
    /// A pair that has the traffic answers to its names. Those of a pair without any come with its first promote, so that a name
    /// that something else serves today is not touched before.
    /// </summary>
    private async Task ApplyNamesAsync(IHostSession host, IReadOnlyList<PlacedEnvironment> environments, CancellationToken cancellationToken)
    {
        var serving = environments.Where(e => e.Pair.ActiveSlot is not null).ToList();
        if (serving.Count == 0)
            return;
        var there = await new TrafficEdge(host, runbooks.Settings.Traffic, time).NamesAsync(cancellationToken);
        foreach (var environment in serving)
        {
            var site = DeliveryRunbooks.SiteOf(environment.Project.Name, environment.Name, environment.Spec);
            if (!site.Names.SameAs(SiteNames.Of(there, site)))
            {
                await new TrafficSwitch(host, runbooks.Settings.Traffic, site, time)
                    .SetDomainsAsync(site.Names.Domains, site.Names.Redirects, cancellationToken);
            }
        }
    }

    /// <summary>Null where it was removed meanwhile.</summary>
    private async Task<PlacedEnvironment?> PlaceAsync(Project project, string name, EnvironmentSpec spec)
    {
        try
        {
            return new(project, name, spec, await grains.GetGrain<ISlotPairGrain>($"{project.Name}/{name}").GetWithHistoryAsync());
        }
        catch (DomainException error) when (error.Code == ErrorCode.NotFound)
        {
            return null;
        }
    }
}

/// <summary>An environment with the state of its slots.</summary>
public sealed record PlacedEnvironment(Project Project, string Name, EnvironmentSpec Spec, SlotPair Pair);
