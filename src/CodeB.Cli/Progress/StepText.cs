using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Progress;

/// <summary>A step in words.</summary>
internal static class StepText
{
    /// <summary>Bytes, time and what the step says of itself, as far as there is any.</summary>
    public static string Describe(Step step)
    {
        var parts = new List<string>();
        if (step.BytesDone > 0)
            parts.Add(Units.Bytes(step.BytesDone));
        if (step.State is StepState.Done or StepState.Failed && Units.Duration(step.StartedAt, step.FinishedAt) is { Length: > 0 } time)
            parts.Add($"in {time}");
        if (step.Detail.Length > 0)
            parts.Add(step.Detail);
        return string.Join("  ", parts);
    }
}
