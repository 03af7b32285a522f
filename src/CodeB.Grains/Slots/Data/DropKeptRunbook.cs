using CodeB.Domain.Errors;
using CodeB.Domain.Slots;
using CodeB.Protection.Components;
using CodeB.Runbooks;

namespace CodeB.Grains.Slots.Data;

/// <summary>What is to be dropped: an operation's Input, as JSON.</summary>
public sealed record DropKeptInput
{
    public string Project { get; init; } = "";
    public string Environment { get; init; } = "";
    public KeptData Kept { get; init; } = new();
    public ComponentSettings Settings { get; init; } = new();
}

/// <summary>The input with the components that hold the data.</summary>
internal sealed record DropKeptContext(DropKeptInput Input, IReadOnlyList<IBackupComponent> Components)
{
    public IDataComponent Data(string name) => Components.OfType<IDataComponent>().First(c => c.Name == name);
}

/// <summary>
/// Removes data that a rollback had kept, when its time is over. Only what bears that rollback's mark goes; what is gone already
/// is no error, so it can be repeated. It cannot be undone, so it only goes on.
/// </summary>
internal static class DropKeptRunbook
{
    public const string Name = "drop-kept";

    public static Runbook<DropKeptContext> Create(IEnumerable<string> components) => new(Name, [.. components.Order(StringComparer.Ordinal).Select(Drop)]);

    private static Step<DropKeptContext> Drop(string name) => new()
    {
        Name = $"drop-{name}",
        Do = async (context, run, token) =>
        {
            var kept = context.Input.Kept;
            await context.Data(name).DropKeptAsync(kept.Places[name], kept.OperationId, token);
            run.Report($"{kept.Places[name]}, kept by {kept.OperationId}, is gone");
        },
        Inspect = (context, _, token) => InspectAsync(context, name, token),
        Timeout = TimeSpan.FromMinutes(15),
    };

    private static async Task<string> InspectAsync(DropKeptContext context, string name, CancellationToken cancellationToken)
    {
        var kept = context.Input.Kept;
        try
        {
            return $"would drop {await context.Data(name).FindKeptAsync(kept.Places[name], kept.OperationId, cancellationToken)}";
        }
        catch (DomainException error) when (error.Code == ErrorCode.NotFound)
        {
            return $"{kept.Places[name]} is gone already";
        }
    }
}
