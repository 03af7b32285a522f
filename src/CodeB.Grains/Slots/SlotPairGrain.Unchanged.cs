using CodeB.Delivery.Runbooks;
using CodeB.Delivery.Slots;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;

namespace CodeB.Grains.Slots;

/// <summary>A deploy of what is there already.</summary>
internal sealed partial class SlotPairGrain
{
    private static readonly TimeSpan CompareLimit = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The finished operation that stands for a deploy that would change nothing, or null where there is something to do. It is
    /// asked before the slots' record is touched, and is neither journalled nor listed: nothing has happened. The record says
    /// which slots are worth a look, the server whether it is so.
    /// </summary>
    private async Task<Operation?> UnchangedAsync(Operation deploy, SlotPair pair)
    {
        var input = Input<DeployInput>(deploy);
        foreach (var name in new[] { SlotName.Blue, SlotName.Green })
        {
            var slot = pair[name];
            var isActive = slot.State == SlotState.Active;
            if (slot.Version != input.Version || !(isActive || slot.State == SlotState.Deployed))
                continue;
            if (!await IsRunningAsync(pair, input with { Slot = name, Port = slot.Port }))
                continue;
            var word = SlotPlace.WordOf(name);
            var text = isActive
                ? $"{input.Version} runs already in {word} and has the traffic; nothing was changed (--force deploys it again)"
                : $"{input.Version} is deployed already in {word} and healthy; promote it: 'we promote {pair.Project} -e {pair.Environment}' (--force deploys it again)";
            return deploy with
            {
                State = OperationState.Succeeded,
                FinishedAt = Now,
                Facts = new() { ["unchanged"] = "true", ["slot"] = word },
                Steps = [new StepRecord { Name = "compare", State = StepState.Done, StartedAt = deploy.StartedAt, FinishedAt = Now, Detail = text }],
            };
        }

        return null;
    }

    private async Task<bool> IsRunningAsync(SlotPair pair, DeployInput input)
    {
        using var limit = new CancellationTokenSource(CompareLimit);
        try
        {
            var context = new DeployContext(
                input, await Tools.Fleet.SessionAsync(pair.Server), await VariablesAsync(), runbooks.Settings, Tools.Time);
            return await DeployComparison.IsRunningAsync(context, limit.Token);
        }
        catch (Exception error) when (error is DomainException or OperationCanceledException)
        {
            // The deploy itself comes to the same obstacle and says what it is.
            return false;
        }
    }
}
