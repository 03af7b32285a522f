using Microsoft.Extensions.DependencyInjection;
using Orleans.Reminders;
using Orleans.Runtime;

namespace Orleans;

public static class GrainReminderExtensions
{
    /// <summary>Stores a reminder that ticks until it is unregistered, over deactivations and restarts.</summary>
    /// <param name="grain">It must be <see cref="IRemindable"/>.</param>
    /// <param name="reminderName">One reminder of the grain has the name; an earlier one is replaced.</param>
    /// <param name="dueTime">Until the first tick.</param>
    /// <param name="period">From tick to tick, at least <see cref="Hosting.ReminderOptions.MinimumReminderPeriod"/>.</param>
    public static Task<IGrainReminder> RegisterOrUpdateReminder(this Grain grain, string reminderName, TimeSpan dueTime, TimeSpan period) =>
        RegisterOrUpdateReminder((IGrainBase)grain, reminderName, dueTime, period);

    public static Task<IGrainReminder> RegisterOrUpdateReminder(
        this IGrainBase grain, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        CheckName(reminderName);
        if (grain is not IRemindable)
        {
            throw new InvalidOperationException($"Grain {grain.GrainContext.GrainId} is not '{nameof(IRemindable)}'.");
        }

        return ServiceOf(grain).RegisterAsync(grain.GrainContext.GrainId, reminderName, dueTime, period);
    }

    public static Task UnregisterReminder(this Grain grain, IGrainReminder reminder) => UnregisterReminder((IGrainBase)grain, reminder);

    public static Task UnregisterReminder(this IGrainBase grain, IGrainReminder reminder)
    {
        ArgumentNullException.ThrowIfNull(reminder);
        return ServiceOf(grain).UnregisterAsync(grain.GrainContext.GrainId, reminder.ReminderName);
    }

    /// <summary>Null if the grain has none of that name.</summary>
    public static Task<IGrainReminder?> GetReminder(this Grain grain, string reminderName) => GetReminder((IGrainBase)grain, reminderName);

    public static async Task<IGrainReminder?> GetReminder(this IGrainBase grain, string reminderName)
    {
        CheckName(reminderName);
        return (await grain.GetReminders()).Find(r => r.ReminderName == reminderName);
    }

    public static Task<List<IGrainReminder>> GetReminders(this Grain grain) => GetReminders((IGrainBase)grain);

    public static async Task<List<IGrainReminder>> GetReminders(this IGrainBase grain) =>
        [.. await ServiceOf(grain).ListAsync(grain.GrainContext.GrainId)];

    private static ReminderService ServiceOf(IGrainBase grain) =>
        grain.GrainContext.ActivationServices.GetService<ReminderService>() ?? throw new InvalidOperationException(
            "The silo has no reminders: call UseAdoNetReminderService or UseInMemoryReminderService on its builder.");

    private static void CheckName(string reminderName)
    {
        if (string.IsNullOrWhiteSpace(reminderName)) throw new ArgumentNullException(nameof(reminderName));
    }
}
