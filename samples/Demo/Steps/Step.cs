namespace Demo.Steps;

/// <summary>One step of the story. It passes when it returns; whatever it checked and did not find, it throws.</summary>
internal sealed record Step(string Name, Func<CancellationToken, Task<Outcome>> RunAsync);

/// <summary>What a step found.</summary>
/// <param name="Detail">One line.</param>
/// <param name="Bytes">How much data it was about, where it was about data.</param>
internal sealed record Outcome(string Detail, long? Bytes = null);

internal enum StepState
{
    Passed,
    Failed,
    Interrupted,
    NotRun,
}

internal sealed record StepResult(string Name, StepState State, TimeSpan Time, long? Bytes, string Detail)
{
    public bool Passed => State == StepState.Passed;
}

/// <summary>Something is not as the story says.</summary>
/// <param name="host">The server it was found on, or the part of the machine.</param>
/// <param name="cause">What was found instead.</param>
internal sealed class StepException(string host, string cause) : Exception($"{host}: {cause}");
