using CodeB.Domain.Slots;

namespace CodeB.Delivery.Traffic;

/// <summary>What a server really shows of a slot pair's traffic.</summary>
/// <param name="Gate">The slot whose gate is open; null for none.</param>
/// <param name="Served">The slot to which Caddy sends a request for the primary domain; null for none.</param>
/// <param name="SiteLoaded">Caddy knows the primary domain at all.</param>
/// <param name="BlueInFlight">Connections to blue: one for each request under way and each WebSocket, and for 2 s after.</param>
/// <param name="GreenInFlight">The same for green.</param>
public sealed record TrafficState(SlotName? Gate, SlotName? Served, bool SiteLoaded, int BlueInFlight, int GreenInFlight)
{
    public int InFlight(SlotName slot) => slot == SlotName.Blue ? BlueInFlight : GreenInFlight;
}
