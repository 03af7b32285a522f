using CodeB.Delivery.Containers;
using CodeB.Delivery.EnvFiles;
using CodeB.Delivery.Slots;
using CodeB.Domain.Env;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Secrets;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Env;
using CodeB.Grains.Servers;
using CodeB.Grains.Slots;
using CodeB.V1;
using SlotPair = CodeB.Domain.Slots.SlotPair;
using SlotState = CodeB.Domain.Slots.SlotState;

namespace CodeB.Server.Api.Slots;

/// <summary>What a slot's container writes, streamed from its engine over SSH, without the values of its secrets.</summary>
internal sealed class SlotLogs(IGrainFactory grains, Fleet fleet, DeliveryRunbooks runbooks)
{
    private const int DefaultLines = 100;
    private const int MostLines = 10_000;

    /// <param name="pair">The slots.</param>
    /// <param name="request">Which slot, and how much.</param>
    /// <param name="write">Takes one line; its pace is the pace of the reading.</param>
    /// <param name="cancellationToken">Ends the process on the server.</param>
    public async Task ReadAsync(SlotPair pair, GetLogsRequest request, Func<string, Task> write, CancellationToken cancellationToken)
    {
        if (request.Lines is < 0 or > MostLines)
            throw DomainException.Invalid("lines", $"is {request.Lines}; it goes from 1 to {MostLines}, and 0 means {DefaultLines}");
        var slot = SlotOf(pair, request.Slot);
        var place = new SlotPlace(ProjectName.Parse(pair.Project), EnvironmentName.Parse(pair.Environment), slot, pair[slot].Port);
        var host = await fleet.SessionAsync(pair.Server);
        var engine = new ContainerEngine(host, runbooks.Settings.Containers);
        if (await engine.FindAsync(place.ContainerName, cancellationToken) is not { } container || !container.BelongsTo(place))
            throw DomainException.Precondition($"{pair.Server}: {place.Pair} {place.Word} has no container; `we slots {pair.Project}` shows what is where");

        // The container has the values of its start, which may not be the newest.
        var env = await grains.GetGrain<IEnvGrain>(place.Pair).GetAsync();
        var file = await host.ReadFileAsync(place.EnvFile(runbooks.Settings), cancellationToken);
        var redaction = new Redaction(DotEnv.Parse(env.Text).Variables.Select(variable => variable.Value).Concat(file is null ? [] : EnvFile.Parse(file).Values));
        await engine.ReadLogsAsync(
            place.ContainerName,
            request.Lines == 0 ? DefaultLines : request.Lines,
            request.Follow,
            (stream, token) => LogLines.ReadAsync(stream, line => write(redaction.Apply(line)), token),
            cancellationToken);
    }

    /// <summary>The slot that is asked for; without one the active slot, or before the first promote the one that was deployed.</summary>
    internal static SlotName SlotOf(SlotPair pair, string word)
    {
        if (word.Length > 0)
            return SlotPlace.Parse(word) ?? throw DomainException.Invalid("slot", $"'{NameRule.Shown(word)}' is not blue or green");
        if (pair.ActiveSlot is { } active)
            return active;
        var idle = SlotMachine.Idle(pair);
        return pair[idle].State == SlotState.Empty
            ? throw DomainException.Precondition($"{pair.Project}/{pair.Environment}: nothing is deployed yet; `we deploy {pair.Project} VERSION`")
            : idle;
    }
}
