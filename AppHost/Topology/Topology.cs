using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace CodeB.AppHost.Topology;

/// <summary>The number under which this run's servers, network and files stand; taken when the AppHost starts, given back when it ends.</summary>
internal sealed class Topology(string appHostDirectory) : IDisposable
{
    private readonly Lock _lock = new();
    private string? _number;

    /// <exception cref="InvalidOperationException">No number could be taken; the message has the script's own words.</exception>
    public string Claim()
    {
        lock (_lock)
        {
            // A run that a checkout's `up` owns is named after the checkout, so that `down` there ends it and no other.
            return _number ??= Run("claim", $"{Environment.ProcessId}", Environment.GetEnvironmentVariable("CODEB_CHECKOUT") ?? "");
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_number is not null)
                Run("remove", _number);
            _number = null;
        }
    }

    private string Run(params string[] arguments)
    {
        var script = Path.Combine(appHostDirectory, "Topology", "topology.sh");
        using var process = Process.Start(new ProcessStartInfo(script, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{script} {string.Join(' ', arguments)} failed: {errors.Result.Trim()}");
        return output.Trim();
    }
}

public static class TopologyExtensions
{
    /// <summary>
    /// The topology's number as a parameter, from which addresses and paths are made: 198.18.{number}.0/24 and
    /// /var/lib/codeb/topology/{number}. Any number of topologies stand side by side on one machine.
    /// </summary>
    public static IResourceBuilder<ParameterResource> AddTopology(this IDistributedApplicationBuilder builder, string name)
    {
        var topology = new Topology(builder.AppHostDirectory);
        builder.Services.AddSingleton(_ => topology);
        builder.Eventing.Subscribe<BeforeStartEvent>((e, _) =>
        {
            // The container disposes of what it was once asked for: then, after every resource has stopped, the number is given back.
            e.Services.GetRequiredService<Topology>();
            return Task.CompletedTask;
        });
        return builder.AddParameter(name, topology.Claim);
    }
}
