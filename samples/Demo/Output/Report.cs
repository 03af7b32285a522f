using System.Text.Encodings.Web;
using System.Text.Json;
using Demo.Load;
using Demo.Steps;

namespace Demo.Output;

/// <summary>The end of the demo: a table for people, artifacts/demo.json for programs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Print(IReadOnlyList<StepResult> results, LoadReport? load, Screen screen)
    {
        List<string[]> rows = [["", "step", "seconds", "size", "result"]];
        rows.AddRange(results.Select((result, i) => new[]
        {
            $"{i + 1}",
            result.Name,
            result.State == StepState.NotRun ? "" : Screen.Seconds(result.Time),
            result.Bytes is { } bytes ? Screen.Size(bytes) : "",
            result.State == StepState.Failed ? $"FAILED: {result.Detail}" : result.Detail,
        }));
        rows.Add(["", "total", Screen.Seconds(Total(results)), "", ""]);
        screen.Table(rows, rightAligned: [0, 2, 3]);
        screen.Line("");
        if (load is not null)
            screen.Line($"during the promote: {load.Served} requests served, {load.Failed} failed");
        var notRun = results.Count(r => r.State == StepState.NotRun);
        screen.Line(
            $"demo: {results.Count(r => r.Passed)} steps passed, {Failed(results)} failed{(notRun > 0 ? $", {notRun} not run" : "")}");
    }

    public static void Write(IReadOnlyList<StepResult> results, LoadReport? load)
    {
        var report = new
        {
            Passed = results.Count(r => r.Passed),
            Failed = Failed(results),
            NotRun = results.Count(r => r.State == StepState.NotRun),
            Seconds = Math.Round(Total(results).TotalSeconds, 3),
            Cpus = Environment.ProcessorCount,
            Steps = results.Select(r => new
            {
                r.Name,
                Ok = r.Passed,
                State = JsonNamingPolicy.KebabCaseLower.ConvertName(r.State.ToString()),
                Seconds = Math.Round(r.Time.TotalSeconds, 3),
                r.Bytes,
                r.Detail,
            }),
            Load = load,
        };
        var folder = Path.Combine(Path.GetDirectoryName(Projects.AppHost.ProjectPath)!, "artifacts");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "demo.json"), JsonSerializer.Serialize(report, Json) + "\n");
    }

    private static int Failed(IReadOnlyList<StepResult> results) =>
        results.Count(r => r.State is StepState.Failed or StepState.Interrupted);

    private static TimeSpan Total(IReadOnlyList<StepResult> results) =>
        results.Aggregate(TimeSpan.Zero, (sum, result) => sum + result.Time);
}
