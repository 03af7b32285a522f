using CodeB.Domain.Slots;

namespace CodeB.Delivery.Runbooks;

/// <summary>The steps of a promote and a rollback whose outcome the slots' record follows.</summary>
public static class PromoteSteps
{
    /// <summary>Once it is done the new slot has the traffic, once it is undone the old one has it again.</summary>
    public const string SwitchTraffic = "switch-traffic";

    /// <summary>What fails here is the new slot's own fault: it had the traffic and did not stay healthy.</summary>
    public const string Watch = "watch";

    /// <summary>The slot that the server itself gives the traffic to; null for none.</summary>
    public static async Task<SlotName?> GateAsync(this PromoteContext context, CancellationToken cancellationToken)
    {
        var open = await context.Traffic.OpenGatesAsync(cancellationToken);
        return open.Count == 0 ? null : open.Min();
    }
}
