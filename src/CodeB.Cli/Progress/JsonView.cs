using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Progress;

/// <summary>Every update as one JSON object a line.</summary>
internal sealed class JsonView(Invocation we) : IProgressView
{
    public async Task ShowAsync(OperationProgress progress, IAsyncEnumerable<OperationUpdate> updates)
    {
        await foreach (var update in updates)
        {
            progress.Apply(update);
            we.WriteJson(update);
        }
    }
}
