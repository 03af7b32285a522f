using Orleans.Runtime;

namespace Orleans
{
    /// <summary>A grain that reminders call, and activate if need be.</summary>
    public interface IRemindable : IGrain
    {
        Task ReceiveReminder(string reminderName, TickStatus status);
    }
}

namespace Orleans.Runtime
{
    public interface IGrainReminder
    {
        string ReminderName { get; }
    }

    /// <summary>Which tick this is; times are UTC.</summary>
    [GenerateSerializer]
    [Immutable]
    public readonly struct TickStatus
    {
        public TickStatus(DateTime firstTickTime, TimeSpan period, DateTime timeStamp)
        {
            FirstTickTime = firstTickTime;
            Period = period;
            CurrentTickTime = timeStamp;
        }

        [Id(0)]
        public DateTime FirstTickTime { get; }

        [Id(1)]
        public TimeSpan Period { get; }

        [Id(2)]
        public DateTime CurrentTickTime { get; }

        public override string ToString() => $"<{FirstTickTime}, {Period}, {CurrentTickTime}>";
    }
}
