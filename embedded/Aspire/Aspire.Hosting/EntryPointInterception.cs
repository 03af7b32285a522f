using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>
/// How a test looks into an AppHost's entry point: it runs on a flow of its own, in which this object is current; the
/// builder it makes reports here and waits at <see cref="BeforeBuild"/> until the test has changed what it wants.
/// </summary>
internal sealed class EntryPointInterception
{
    private static readonly AsyncLocal<EntryPointInterception?> Slot = new();

    public static EntryPointInterception? Current
    {
        get => Slot.Value;
        set => Slot.Value = value;
    }

    public required Assembly Assembly { get; init; }

    public required Action<DistributedApplicationOptions, HostApplicationBuilderSettings> Configure { get; init; }

    public required Action<DistributedApplicationBuilder> Created { get; init; }

    public required Action<DistributedApplicationBuilder> BeforeBuild { get; init; }

    public required Action<DistributedApplication> Built { get; init; }
}
