using CodeB.V1;

namespace CodeB.Cli.Progress;

/// <summary>Shows an operation while it runs.</summary>
internal interface IProgressView
{
    /// <summary>Takes every update into the progress and shows it, until the updates end.</summary>
    Task ShowAsync(OperationProgress progress, IAsyncEnumerable<OperationUpdate> updates);
}
