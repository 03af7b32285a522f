namespace CodeB.Grains.Persistence;

internal static class PersistentStateExtensions
{
    /// <summary>
    /// The one way in which a grain's state changes: to a new record, kept in memory only if it could be stored.
    /// </summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">Another activation has changed it meanwhile.</exception>
    public static async Task ChangeAsync<T>(this IPersistentState<T> state, Func<T, T> change)
    {
        var before = state.State;
        state.State = change(before);
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            state.State = before;
            throw;
        }
    }
}
