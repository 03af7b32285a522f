using System.Globalization;
using CodeB.Domain.Errors;

namespace CodeB.Domain.Projects;

/// <summary>
/// What a project may say about its health check. The limits keep the gate a gate: it ends within the time that a deploy gives
/// it, and it asks neither so often that it is load nor so rarely that it sees nothing.
/// </summary>
public static class HealthRules
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);

    /// <exception cref="DomainException">InvalidArgument, naming the first field that breaks its rule.</exception>
    public static HealthSettings Check(HealthSettings settings)
    {
        if (settings.ExpectedStatus is < 200 or > 599)
            throw DomainException.Invalid("health.expected_status", $"{settings.ExpectedStatus} is not 200 to 599, such as 200");
        if (settings.Interval < ShortestInterval || settings.Interval > LongestInterval)
            throw DomainException.Invalid("health.interval", $"{Seconds(settings.Interval)} is not 0.05 s to 60 s, such as 0.25s");
        if (settings.Timeout != TimeSpan.Zero && (settings.Timeout < ShortestTimeout || settings.Timeout > LongestTimeout))
            throw DomainException.Invalid("health.timeout", $"{Seconds(settings.Timeout)} is not 0 (the installation's default) or 1 s to 600 s, such as 90s");
        if (settings.Successes is < 1 or > 100)
            throw DomainException.Invalid("health.successes", $"{settings.Successes} is not 1 to 100, such as 2");
        var shortest = (settings.Successes - 1) * settings.Interval;
        if (settings.Timeout != TimeSpan.Zero && shortest >= settings.Timeout)
        {
            throw DomainException.Invalid(
                "health.timeout",
                $"{Seconds(settings.Timeout)} is too short for {settings.Successes} answers with {Seconds(settings.Interval)} between them; give more than {Seconds(shortest)}");
        }

        return settings;
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s";
}
