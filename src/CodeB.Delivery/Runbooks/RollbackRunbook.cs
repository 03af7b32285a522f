using CodeB.Runbooks;

namespace CodeB.Delivery.Runbooks;

/// <summary>
/// Gives the traffic back to the slot in grace: a promote of a slot that has run before, with the same checks and the same
/// way back.
/// </summary>
public static class RollbackRunbook
{
    public static Runbook<PromoteContext> Create() => PromoteRunbook.Create("rollback");
}
