using Demo.Steps;

namespace Demo.Load;

/// <summary>What became of the requests around a switch.</summary>
/// <param name="Started">Requests sent.</param>
/// <param name="Served">Answered with 200 by a known version.</param>
/// <param name="Failed">Everything else: no answer, another status, a page without a version.</param>
/// <param name="Before">Served before the switch was asked for, by version.</param>
/// <param name="During">Served while it was under way.</param>
/// <param name="After">Sent after it was reported done.</param>
/// <param name="WentBack">Answers of the old version to a connection that had had the new one.</param>
/// <param name="Writes">Entries that were accepted.</param>
/// <param name="Connections">Connections that were opened for all of it.</param>
/// <param name="SlowestMs">The slowest answer, in milliseconds.</param>
/// <param name="FirstFailure">The first failure's own words.</param>
internal sealed record LoadReport(
    int Started,
    int Served,
    int Failed,
    IReadOnlyDictionary<string, int> Before,
    IReadOnlyDictionary<string, int> During,
    IReadOnlyDictionary<string, int> After,
    int WentBack,
    int Writes,
    int Connections,
    double SlowestMs,
    string FirstFailure)
{
    /// <exception cref="StepException">The switch lost a request, did not happen, or was not seen by enough of them to tell.</exception>
    public void Require(string from, string to, int atLeast)
    {
        if (Failed > 0)
            throw Wrong($"{Failed} of {Started} requests failed, the first with: {FirstFailure}");
        if (Served != Started)
            throw Wrong($"{Started} requests were sent and {Served} counted");
        if (Only(Before, from) < atLeast)
            throw Wrong($"{Only(Before, from)} requests were served before the promote, and {atLeast} are needed to tell");
        if (Only(After, to) < atLeast)
            throw Wrong($"{Only(After, to)} requests were served after the promote, and {atLeast} are needed to tell");
        if (During.Keys.Except([from, to]).FirstOrDefault() is { } stranger)
            throw Wrong($"{During[stranger]} answers came from {stranger}");
        if (WentBack > 0)
            throw Wrong($"{WentBack} answers of {from} followed one of {to} on the same connection");
    }

    private static int Only(IReadOnlyDictionary<string, int> counts, string version) =>
        counts.Keys.FirstOrDefault(key => key != version) is { } other
            ? throw Wrong($"{counts[other]} answers came from {other} where only {version} may answer")
            : counts.GetValueOrDefault(version);

    private static StepException Wrong(string what) => new("app", what);
}
