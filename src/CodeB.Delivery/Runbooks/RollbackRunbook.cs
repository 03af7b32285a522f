using CodeB.Delivery.Health;
using CodeB.Domain.Secrets;
using CodeB.Runbooks;

namespace CodeB.Delivery.Runbooks;

/// <summary>
/// Gives the traffic back to the slot in grace: a promote of a slot that has run before, with the same checks and the same
/// way back.
/// </summary>
public static class RollbackRunbook
{
    public static Runbook<PromoteContext> Create() => PromoteRunbook.Create("rollback");

    /// <summary>
    /// Waits until the slot is healthy again, asked on its server. A rollback alone needs no wait; one that has cut the
    /// applications' connections to their data does, for they have to connect again.
    /// </summary>
    public static Step<PromoteContext> WaitForHealth => new()
    {
        Name = "wait-for-health",
        Do = async (context, run, token) =>
        {
            var gate = new HealthGate(context.Host, context.Settings, context.Time);
            var requests = await gate.WaitAsync(context.Place, context.Input.Health, new Redaction(context.Env.Values), run.Report, token);
            run.Report($"{context.Place.ContainerName} is healthy after {requests} requests");
        },
        Inspect = (context, _, _) => Task.FromResult(
            $"would wait until {context.Place.ContainerName} is healthy again, for at most {context.Input.Health.Timeout.TotalSeconds:0.#} s"),
        Timeout = TimeSpan.FromMinutes(15),
    };
}
