using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Progress;

/// <summary>For pipes and logs: a line when a step comes to another state, with the time, the step, its state and its detail.</summary>
internal sealed class PlainView(Invocation we) : IProgressView
{
    public async Task ShowAsync(OperationProgress progress, IAsyncEnumerable<OperationUpdate> updates)
    {
        await foreach (var update in updates)
        {
            var isFirst = progress.Operation is null;
            var changed = progress.Apply(update);
            if (isFirst && progress.Operation is { } operation)
                we.Line($"{operation.Kind} {operation.Target}: operation {operation.Id}, started by {operation.StartedBy}");
            foreach (var step in changed)
                Write(update.Event?.At?.ToDateTimeOffset(), step.Name, Units.Word(step.State), StepText.Describe(step));
            if (update.Event is { Step.Length: 0, Message.Length: > 0 } note)
                Write(note.At?.ToDateTimeOffset(), "-", Units.Word(progress.State), note.Message);
        }
    }

    private void Write(DateTimeOffset? at, string step, string state, string detail) =>
        we.Line($"{Units.Clock(at ?? we.Terminal.Time.GetUtcNow())}  {step,-20}  {state,-8}  {detail}".TrimEnd());
}
