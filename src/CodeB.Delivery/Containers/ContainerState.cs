using System.Text.Json;
using CodeB.Delivery.Slots;

namespace CodeB.Delivery.Containers;

/// <summary>What the engine says about a container.</summary>
/// <param name="Id">The full id.</param>
/// <param name="Status">created, running, exited, …</param>
/// <param name="ExitCode">Of the last end; meaningful when it does not run.</param>
/// <param name="RestartCount">How often the engine has started it anew.</param>
/// <param name="ImageId">The image it was made from.</param>
/// <param name="Labels">All labels.</param>
public sealed record ContainerState(
    string Id, string Status, int ExitCode, int RestartCount, string ImageId, IReadOnlyDictionary<string, string> Labels)
{
    public bool IsRunning => Status == "running";

    public string Version => Labels.GetValueOrDefault(ContainerCommands.VersionLabel, "");

    public string OperationId => Labels.GetValueOrDefault(ContainerCommands.OperationLabel, "");

    /// <summary>
    /// A container's name alone does not say whose it is: a-b/c and a/b-c would share one, and somebody may have started
    /// a container of that name by hand.
    /// </summary>
    public bool BelongsTo(SlotPlace place) =>
        Labels.GetValueOrDefault(ContainerCommands.ProjectLabel) == place.Project.Value
        && Labels.GetValueOrDefault(ContainerCommands.EnvironmentLabel) == place.Environment.Value
        && Labels.GetValueOrDefault(ContainerCommands.SlotLabel) == place.Word;

    /// <summary>Reads <c>container inspect</c>'s JSON, which podman and docker write alike.</summary>
    public static ContainerState Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var container = document.RootElement[0];
        var state = container.GetProperty("State");
        var labels = new Dictionary<string, string>();
        if (container.GetProperty("Config").TryGetProperty("Labels", out var all) && all.ValueKind == JsonValueKind.Object)
        {
            foreach (var label in all.EnumerateObject())
                labels[label.Name] = label.Value.GetString() ?? "";
        }

        return new ContainerState(
            container.GetProperty("Id").GetString() ?? "",
            state.GetProperty("Status").GetString() ?? "",
            state.GetProperty("ExitCode").GetInt32(),
            container.TryGetProperty("RestartCount", out var restarts) ? restarts.GetInt32() : 0,
            container.GetProperty("Image").GetString() ?? "",
            labels);
    }
}
