using CodeB.Cli.Core;
using CodeB.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CodeB.Cli.Progress;

/// <summary>For a terminal: a line a step that moves, with bars, bytes and rates.</summary>
internal sealed class LiveView(Invocation we, IAnsiConsole console) : IProgressView
{
    private const int BarWidth = 20;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    public async Task ShowAsync(OperationProgress progress, IAsyncEnumerable<OperationUpdate> updates)
    {
        await console.Live(new Text("")).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Top).StartAsync(async live =>
        {
            using var stop = new CancellationTokenSource();
            await using var reader = updates.GetAsyncEnumerator(stop.Token);
            var next = reader.MoveNextAsync().AsTask();
            try
            {
                while (true)
                {
                    // Without news the clock of the running step still moves.
                    await Task.WhenAny(next, Task.Delay(Tick, we.Terminal.Time));
                    if (next.IsCompleted)
                    {
                        if (!await next)
                            break;
                        progress.Apply(reader.Current);
                        next = reader.MoveNextAsync().AsTask();
                    }

                    live.UpdateTarget(Render(progress));
                }
            }
            finally
            {
                // An enumerator may only be disposed of when no read is under way; what ended the loop is the error that counts.
                await stop.CancelAsync();
                await Task.WhenAny(next);
            }
        });
    }

    private IRenderable Render(OperationProgress progress)
    {
        // A grid without rows cannot be measured.
        if (progress.Steps.Count == 0)
            return progress.Operation is { } starting ? Title(starting) : new Text("");
        var grid = new Grid().AddColumns(
            new GridColumn().NoWrap().PadLeft(0), new GridColumn().NoWrap(), new GridColumn().NoWrap(), new GridColumn());
        foreach (var step in progress.Steps)
            grid.AddRow(Mark(step.State), Safe(step.Name), Time(step), Detail(step));
        var operation = progress.Operation;
        return operation is null ? grid : new Rows(Title(operation), grid);
    }

    private static Markup Title(Operation operation) =>
        new($"{Safe(operation.Kind)} {Safe(operation.Target)}  [grey]{Safe(operation.Id)}[/]");

    private string Time(Step step)
    {
        if (step.StartedAt is null)
            return "";
        var until = step.State is StepState.Running or StepState.Undoing ? we.Terminal.Time.GetUtcNow() : step.FinishedAt?.ToDateTimeOffset();
        return until is { } end ? $"[grey]{Units.Duration(end - step.StartedAt.ToDateTimeOffset())}[/]" : "";
    }

    private string Detail(Step step)
    {
        if (step.State != StepState.Running || step.BytesDone == 0)
            return Safe(StepText.Describe(step));
        var rate = step.StartedAt is null ? "" : Units.Rate(step.BytesDone, we.Terminal.Time.GetUtcNow() - step.StartedAt.ToDateTimeOffset());
        var bytes = step.BytesTotal > 0
            ? $"{Bar((double)step.BytesDone / step.BytesTotal)} {Units.Bytes(step.BytesDone)} of {Units.Bytes(step.BytesTotal)}"
            : Units.Bytes(step.BytesDone);
        return $"{bytes}  {rate}  {Safe(step.Detail)}".TrimEnd();
    }

    internal static string Bar(double done)
    {
        var share = Math.Clamp(done, 0, 1);
        var full = (int)(share * BarWidth);
        return $"[green]{new string('━', full)}[/][grey]{new string('─', BarWidth - full)}[/] {(int)(share * 100),3}%";
    }

    private static string Mark(StepState state) => state switch
    {
        StepState.Running => "[yellow]►[/]",
        StepState.Done => "[green]✓[/]",
        StepState.Skipped => "[grey]-[/]",
        StepState.Failed or StepState.UndoFailed => "[red]✗[/]",
        StepState.Undoing or StepState.Undone => "[yellow]↩[/]",
        _ => "[grey]·[/]",
    };

    private static string Safe(string text) => Markup.Escape(PlainText.Clean(text));
}
