using CodeB.Delivery.Containers;
using CodeB.Delivery.Registry;
using CodeB.Delivery.Slots;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Servers;
using CodeB.Grains.Slots;
using CodeB.Hosts.Sessions;

namespace CodeB.Grains.Registry;

/// <summary>
/// Compares a server with what the registry says of it. Mending never stops or removes anything that serves: it starts a
/// container that should run, puts a gate right where record and container agree, and writes links, modes and files.
/// </summary>
public sealed class RegistryCheck(IGrainFactory grains, RegistryExport export, Fleet fleet, DeliveryRunbooks runbooks, TimeProvider time)
{
    internal async Task<List<RegistryDrift>> CheckAsync(string server, CheckCommand command, ExportState copy, CancellationToken cancellationToken)
    {
        var host = await fleet.SessionAsync(server);
        try
        {
            var picture = await export.PictureAsync(server);
            var view = await LookAsync(host, picture, cancellationToken);
            var found = new Findings(command.Repair);
            foreach (var environment in picture.Environments.Where(e => command.Project.Length == 0 || e.Project.Name == command.Project))
            {
                // What an operation is just changing would look like drift, and mending would be in its way.
                if ((await grains.GetGrain<ISlotPairGrain>($"{environment.Project.Name}/{environment.Name}").GetAsync()).RunningOperation.Length == 0)
                    await new EnvironmentCheck(host, runbooks, time, environment, view, found).RunAsync(cancellationToken);
            }

            if (command.Project.Length == 0)
                CheckForeign(picture, view, found);
            await CheckFilesAsync(new RegistryFolder(host), server, picture, command, copy, found, cancellationToken);
            return found.All;
        }
        catch (DomainException error)
        {
            return [new RegistryDrift { Subject = $"server {server}", Message = error.Message, Advice = $"see 'we server check {server}'; what is there cannot be compared" }];
        }
    }

    private async Task<ServerView> LookAsync(IHostSession host, RegistryExport.Picture picture, CancellationToken cancellationToken)
    {
        if (picture.Environments.Count == 0)
            return new ServerView([], new HashSet<int>(), new Dictionary<string, string>(), new EdgeState([], []), EdgeLoaded: true);
        var survey = new ServerSurvey(host, runbooks.Settings);
        var edge = new TrafficEdge(host, runbooks.Settings.Traffic, time);
        var containers = survey.ContainersAsync(cancellationToken);
        var listening = survey.ListeningAsync(cancellationToken);
        var env = survey.EnvFilesAsync(cancellationToken);
        var state = edge.ReadAsync(cancellationToken);
        await Task.WhenAll(containers, listening, env, state);
        return new ServerView(await containers, await listening, await env, await state, await edge.IsLoadedAsync(cancellationToken));
    }

    /// <summary>What carries CodeB's marks and belongs to nothing that the registry knows.</summary>
    private static void CheckForeign(RegistryExport.Picture picture, ServerView view, Findings found)
    {
        var known = picture.Environments.Select(e => $"{e.Project.Name}/{e.Name}").ToHashSet();
        foreach (var container in view.Containers.Where(c => c.State.Labels.ContainsKey(ContainerCommands.ProjectLabel)))
        {
            var of = $"{container.State.Labels[ContainerCommands.ProjectLabel]}/{container.State.Labels.GetValueOrDefault(ContainerCommands.EnvironmentLabel)}";
            if (!known.Contains(of))
                found.Add($"container {container.Name}", $"belongs to {of}, which does not run on this server by the registry", "remove it by hand when nothing needs it");
        }

        foreach (var gate in view.Edge.Gates.Where(g => !known.Contains($"{g.Project}/{g.Environment}")))
            found.Add($"gate {gate.Project}/{gate.Environment}", "is open, and the registry knows no such environment here", "remove it by hand when nothing needs it");
        foreach (var name in view.Edge.Names.Where(n => !known.Contains($"{n.Project}/{n.Environment}")))
            found.Add($"domain {name.Name}", $"leads to {name.Project}/{name.Environment}, which the registry does not know here", "remove it by hand when nothing needs it");
    }

    private static async Task CheckFilesAsync(
        RegistryFolder folder, string server, RegistryExport.Picture picture, CheckCommand command, ExportState copy, Findings found, CancellationToken cancellationToken)
    {
        var there = await folder.SumsAsync(cancellationToken);
        foreach (var (path, content) in picture.Files.Where(file => command.Project.Length == 0 || Concerns(file.Key, picture, command.Project)))
        {
            if (there.GetValueOrDefault(path) == RegistryFolder.Sum(content))
                continue;
            await found.MendAsync($"file {path}", there.ContainsKey(path) ? "is not what the registry says" : "is missing", async () =>
            {
                // One write mends them all; it refuses to touch a registry that somebody else has written.
                await RegistryExport.WriteFilesAsync(folder, server, picture.Files, copy, cancellationToken);
            });
        }

        if (command.Project.Length > 0)
            return;
        foreach (var path in there.Keys.Where(path => !picture.Files.ContainsKey(path) && !copy.Written.Contains(path)).Order(StringComparer.Ordinal))
            found.Add($"file {path}", "is of something that the registry does not know here", "remove it by hand when nothing needs it");
    }

    private static bool Concerns(string path, RegistryExport.Picture picture, string project) =>
        path == Domain.Registry.RegistryCopies.DomainPath(project)
        || picture.Environments.Any(e => e.Project.Name == project && path == Domain.Registry.RegistryCopies.SlotPath(project, e.Name));

    /// <summary>Collects what was found, and mends it where that was asked for.</summary>
    internal sealed class Findings(bool repair)
    {
        public List<RegistryDrift> All { get; } = [];

        public void Add(string subject, string message, string advice) =>
            All.Add(new RegistryDrift { Subject = subject, Message = message, Advice = advice });

        public async Task MendAsync(string subject, string message, Func<Task> mend)
        {
            var drift = new RegistryDrift { Subject = subject, Message = message, Repairable = true };
            if (repair)
            {
                try
                {
                    await mend();
                    drift = drift with { Repaired = true };
                }
                catch (DomainException error)
                {
                    drift = drift with { Advice = error.Message };
                }
            }

            All.Add(drift);
        }
    }
}

/// <summary>What a server shows, looked at once for all its environments.</summary>
internal sealed record ServerView(
    IReadOnlyList<FoundContainer> Containers, IReadOnlySet<int> Listening, IReadOnlyDictionary<string, string> EnvFiles, EdgeState Edge, bool EdgeLoaded);

/// <summary>One environment's part of the check.</summary>
internal sealed class EnvironmentCheck(
    IHostSession host, DeliveryRunbooks runbooks, TimeProvider time, PlacedEnvironment environment, ServerView view, RegistryCheck.Findings found)
{
    private const string EnvMode = "600";

    private SlotPair Pair => environment.Pair;

    private string Name => $"{environment.Project.Name}/{environment.Name}";

    private readonly TrafficSite _site = DeliveryRunbooks.SiteOf(environment.Project.Name, environment.Name, environment.Spec);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var slot in new[] { SlotName.Blue, SlotName.Green })
            await CheckSlotAsync(slot, cancellationToken);
        await CheckGateAsync(cancellationToken);
        if (Pair.ActiveSlot is null)
            return;
        if (!_site.Names.SameAs(SiteNames.Of(view.Edge.Names, _site)))
        {
            await found.MendAsync($"{Name} domains", "the server answers to other names than the registry says", () => Traffic()
                .SetDomainsAsync(_site.Names.Domains, _site.Names.Redirects, cancellationToken));
        }

        if (!view.EdgeLoaded)
            found.Add($"{Name} traffic", "Caddy does not run CodeB's edge, so something else serves its domains", "the next promote loads it with one reload of Caddy; take the domains out of other sites of the Caddyfile first");
    }

    private async Task CheckSlotAsync(SlotName slot, CancellationToken cancellationToken)
    {
        var place = _site.Place(slot);
        var (record, subject) = (Pair[slot], $"{Name} {place.Word}");
        var container = view.Containers.FirstOrDefault(c => c.Name == place.ContainerName)?.State;
        if (record.State is SlotState.Empty or SlotState.Failed or SlotState.Deploying)
        {
            if (record.State == SlotState.Empty && container is not null)
                found.Add(subject, $"is empty by the registry, but container {place.ContainerName} is there", "remove it by hand when nothing needs it");
            else if (record.State == SlotState.Empty && view.Listening.Contains(place.Port))
                found.Add(subject, $"something listens on its port {place.Port} though the slot is empty", $"'ss -ltnp sport = :{place.Port}' there says what; a deploy into this slot fails until it ends");
            return;
        }

        if (container is null)
        {
            found.Add(subject, $"holds {record.Version} by the registry, but container {place.ContainerName} is missing", slot == Pair.ActiveSlot
                ? $"go back with 'we rollback {environment.Project.Name} -e {environment.Name}', or deploy again and promote"
                : $"deploy again: 'we deploy {environment.Project.Name} {record.Version} -e {environment.Name}'");
            return;
        }

        var own = container.BelongsTo(place);
        if (!own)
            found.Add(subject, $"container {place.ContainerName} was not started by CodeB", "rename or remove it, and deploy again");
        else if (container.Version != record.Version)
            found.Add(subject, $"container {place.ContainerName} runs {container.Version}, the registry says {record.Version}", "deploy the version that is meant again");
        if (own && !container.IsRunning && slot == Pair.ActiveSlot)
            await found.MendAsync(subject, $"container {place.ContainerName} of the active slot is {container.Status}", () => StartAsync(place, cancellationToken));
        else if (own && !container.IsRunning)
            found.Add(subject, $"container {place.ContainerName} is {container.Status}", $"start it, or deploy again: 'we deploy {environment.Project.Name} {record.Version} -e {environment.Name}'");
        await CheckEnvFileAsync(subject, place.EnvFile(runbooks.Settings), cancellationToken);
    }

    private async Task CheckEnvFileAsync(string subject, string path, CancellationToken cancellationToken)
    {
        if (!view.EnvFiles.TryGetValue(path, out var mode))
            found.Add(subject, $"ENV file {path} is missing; a restart of the engine would not find it", "deploy again");
        else if (mode != EnvMode)
        {
            await found.MendAsync(subject, $"ENV file {path} has mode {mode} instead of {EnvMode}", () =>
                host.RunAsync(Hosts.Commands.Command.Of("chmod", EnvMode, path), cancellationToken: cancellationToken));
        }
    }

    private async Task CheckGateAsync(CancellationToken cancellationToken)
    {
        var open = view.Edge.Gates.Where(g => g.Project == environment.Project.Name && g.Environment == environment.Name).ToList();
        var shown = open.Count == 0 ? "no gate is open" : $"the gate is open for {string.Join(" and ", open.Select(g => $"{SlotPlace.WordOf(g.Slot)} on {g.Port}"))}";
        if (Pair.ActiveSlot is not { } active)
        {
            if (open.Count > 0)
                found.Add($"{Name} gate", $"no slot is active by the registry, but {shown}", "promote the slot that is meant to serve");
            return;
        }

        if (open is [var only] && only.Slot == active && only.Port == _site.Place(active).Port)
            return;
        var place = _site.Place(active);
        var container = view.Containers.FirstOrDefault(c => c.Name == place.ContainerName)?.State;
        var message = $"{place.Word} is active by the registry, but {shown}";
        if (container is { IsRunning: true } && container.BelongsTo(place) && container.Version == Pair[active].Version)
            await found.MendAsync($"{Name} gate", message, () => Traffic().SwitchAsync(active, cancellationToken));
        else
            found.Add($"{Name} gate", message, $"{place.ContainerName} does not run {Pair[active].Version}, so the gate stays; mend the slot first");
    }

    private async Task StartAsync(SlotPlace place, CancellationToken cancellationToken)
    {
        var settings = runbooks.Settings.Containers;
        var engine = await EngineDetection.NameAsync(host, settings, cancellationToken);
        await host.RunAsync(Hosts.Commands.Command.Of(engine, [.. settings.EngineOptions, "start", place.ContainerName]), cancellationToken: cancellationToken);
    }

    /// <summary>Without the edge there is nothing to wait for: the gate alone is put right.</summary>
    private TrafficSwitch Traffic() => new(
        host,
        runbooks.Settings.Traffic,
        view.EdgeLoaded ? _site : new TrafficSite(ProjectName.Parse(environment.Project.Name), EnvironmentName.Parse(environment.Name), _site.BluePort, _site.GreenPort, []),
        time);
}
