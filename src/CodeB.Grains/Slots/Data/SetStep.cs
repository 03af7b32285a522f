using CodeB.Domain.Operations;
using CodeB.Grains.Backups;
using CodeB.Protection.Postgres;
using CodeB.Protection.Redis;
using CodeB.Runbooks;

namespace CodeB.Grains.Slots.Data;

/// <summary>The step of an operation on slots that takes a backup set first.</summary>
internal static class SetStep
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(12);

    /// <summary>Takes the set and notes its id as the fact <paramref name="fact"/>.</summary>
    public static Step<TContext> Create<TContext>(string name, string fact, Func<TContext, (ISetTaker Taker, SetWish Wish)> from) => new()
    {
        Name = name,
        Do = async (context, run, token) =>
        {
            var (taker, wish) = from(context);
            var manifest = await taker.TakeAsync(wish, run, token);
            run.Facts[fact] = manifest.SetId;
            run.Facts[Holding(fact)] = string.Join(' ', manifest.Components);
            run.Report($"{manifest.SetId}: {string.Join(", ", manifest.Components)}, {manifest.StoredBytes} bytes stored");
        },
        Undo = (context, run, token) => from(context).Taker.StopAsync(from(context).Wish, run, token),
        Inspect = (context, _, token) => from(context).Taker.InspectAsync(from(context).Wish, token),
        Timeout = Long,
    };

    /// <summary>The set that the operation has taken, for each of the slot's two snapshots; null where it has taken none.</summary>
    public static (string Db, string Redis)? Taken(Operation operation, string fact)
    {
        if (!operation.Facts.TryGetValue(fact, out var set))
            return null;
        var holds = operation.Facts[Holding(fact)].Split(' ');
        return (holds.Contains(PostgresComponent.ComponentName) ? set : "", holds.Contains(RedisComponent.ComponentName) ? set : "");
    }

    private static string Holding(string fact) => $"{fact}-holds";
}
