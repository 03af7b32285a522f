namespace CodeB.Protection.Components;

/// <summary>
/// A component to which applications write all the time, so that making other data live needs its writers held, and whose old
/// data can be kept under another name for longer than one operation. Each member may be called again after CodeB died in the
/// middle of it.
/// </summary>
public interface IDataComponent : IBackupComponent
{
    /// <summary>
    /// Keeps all writers out until <see cref="ReleaseAsync"/>. What an application sees of it is said at each implementation.
    /// Data that does not exist yet has no writers and is no error.
    /// </summary>
    Task HoldAsync(CancellationToken cancellationToken);

    /// <summary>Lets writers to what is live now. Without a hold it changes nothing.</summary>
    Task ReleaseAsync(CancellationToken cancellationToken);

    /// <summary>Where <see cref="IBackupComponent.SwitchAsync"/> has put the data that was live before; null where there was none.</summary>
    string? KeptPlace(RestoreRun run);

    /// <summary>Reads only: throws unless kept data is there and bears the mark of the operation that kept it.</summary>
    /// <returns>One line for people: where and how much.</returns>
    Task<string> FindKeptAsync(string place, string keptBy, CancellationToken cancellationToken);

    /// <summary>
    /// Removes kept data for good; none is no error. What is live, or does not bear the mark of the operation that kept it, is
    /// refused and stays.
    /// </summary>
    Task DropKeptAsync(string place, string keptBy, CancellationToken cancellationToken);
}
