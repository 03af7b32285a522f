using CodeB.Domain.Registry;
using CodeB.Grains.Persistence;
using Microsoft.Extensions.Logging;

namespace CodeB.Grains.Registry;

/// <summary>Who is told of a change.</summary>
internal sealed partial class RegistryGrain
{
    private static readonly TimeSpan TellAgain = TimeSpan.FromSeconds(10);

    private IGrainTimer? _tellAgain;

    /// <summary>A stop between a change and its note cannot lose it: whoever keeps a copy looks at everything again.</summary>
    public override async Task OnActivateAsync(CancellationToken cancellationToken) => await TellAsync(state.State);

    private async Task ChangeAsync(Func<RegistryState, RegistryState> change)
    {
        var before = state.State;
        await state.ChangeAsync(change);
        await TellAsync(before with { Projects = before.Projects.Concat(state.State.Projects).DistinctBy(p => p.Key).ToDictionary() });
    }

    /// <summary>The change itself stands: telling it must not fail it, and is repeated where it did not work.</summary>
    private async Task TellAsync(RegistryState known)
    {
        try
        {
            var servers = RegistryCopies.Servers(state.State.Servers.Values, known.Projects.Values.Concat(state.State.Projects.Values));
            await marks.MarkAsync(servers);
            _tellAgain?.Dispose();
            _tellAgain = null;
        }
        catch (Exception error)
        {
            LogNotTold(error);
            _tellAgain ??= this.RegisterGrainTimer(() => TellAsync(state.State), new GrainTimerCreationOptions(TellAgain, TellAgain) { KeepAlive = true });
        }
    }

    [LoggerMessage(LogLevel.Warning, "A change of the registry could not be noted for export; it will be tried again")]
    private partial void LogNotTold(Exception error);
}
