using CodeB.Domain.Naming;
using CodeB.Domain.Slots;

namespace CodeB.Delivery.Slots;

/// <summary>One slot as it is found on its server: the names under which everything of it lies there.</summary>
/// <param name="Project">The project.</param>
/// <param name="Environment">Its environment.</param>
/// <param name="Slot">Blue or green.</param>
/// <param name="Port">The port on the server under which the slot's container answers.</param>
public sealed record SlotPlace(ProjectName Project, EnvironmentName Environment, SlotName Slot, int Port)
{
    public string Word => WordOf(Slot);

    public string ContainerName => $"{Project}-{Environment}-{Word}";

    /// <summary>Of the container in which the release command of this slot's next version runs.</summary>
    public string ReleaseName => $"{ContainerName}-release";

    /// <summary>The key of the slot pair: worb/production.</summary>
    public string Pair => $"{Project}/{Environment}";

    public static string WordOf(SlotName slot) => slot == SlotName.Blue ? "blue" : "green";

    /// <summary>Blue or green by word; null for anything else.</summary>
    public static SlotName? Parse(string? word) => word switch
    {
        "blue" => SlotName.Blue,
        "green" => SlotName.Green,
        _ => null,
    };

    public string EnvFile(DeliverySettings settings) => $"{settings.EnvDirectory}/{Project}/{Environment}/{Word}.env";
}
