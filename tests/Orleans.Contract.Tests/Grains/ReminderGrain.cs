using GrainContract.Silos;

namespace GrainContract.Grains;

public interface IReminderGrain : IGrainWithStringKey
{
    Task RemindAsync(string name, TimeSpan due, TimeSpan period);

    Task<List<string>> RemindersAsync();

    Task<bool> HasAsync(string name);

    Task ForgetAsync(string name);

    Task LeaveAsync();
}

public sealed class ReminderGrain(Probe probe) : Grain, IReminderGrain, IRemindable
{
    public Task RemindAsync(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task<List<string>> RemindersAsync() => [.. (await this.GetReminders()).Select(r => r.ReminderName).Order()];

    public async Task<bool> HasAsync(string name) => await this.GetReminder(name) is not null;

    public async Task ForgetAsync(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        probe.Record(this.GetPrimaryKeyString(), $"reminded of {reminderName}");
        probe.Keep(this.GetPrimaryKeyString(), status);
        return Task.CompletedTask;
    }

    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Record(this.GetPrimaryKeyString(), "deactivated");
        return Task.CompletedTask;
    }
}
