using System.Collections.Concurrent;
using Npgsql;
using Orleans.Persistence;
using Orleans.Runtime;

namespace Orleans.Reminders;

/// <summary>Reminders that end with the process.</summary>
internal sealed class MemoryReminderStore : IReminderStore
{
    private readonly ConcurrentDictionary<(GrainId, string), Reminder> _reminders = new();

    public Task<List<Reminder>> ReadAllAsync(CancellationToken cancellationToken) => Task.FromResult(_reminders.Values.ToList());

    public Task<List<Reminder>> ReadAsync(GrainId grainId) =>
        Task.FromResult(_reminders.Values.Where(r => r.GrainId == grainId).ToList());

    public Task SaveAsync(Reminder reminder)
    {
        _reminders[(reminder.GrainId, reminder.ReminderName)] = reminder;
        return Task.CompletedTask;
    }

    public Task DeleteAsync(GrainId grainId, string name)
    {
        _reminders.TryRemove((grainId, name), out _);
        return Task.CompletedTask;
    }
}

/// <summary>Reminders in PostgreSQL, which outlive the process.</summary>
internal sealed class PostgresReminderStore(PostgresDatabase database, string serviceId) : IReminderStore
{
    private const string Select = "SELECT grain_type, grain_key, name, first_tick_at, period FROM embedded.reminder WHERE service_id = $1";

    private const string Save = """
        INSERT INTO embedded.reminder (service_id, grain_type, grain_key, name, first_tick_at, period) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (service_id, grain_type, grain_key, name)
        DO UPDATE SET first_tick_at = excluded.first_tick_at, period = excluded.period
        """;

    private const string Delete =
        "DELETE FROM embedded.reminder WHERE service_id = $1 AND grain_type = $2 AND grain_key = $3 AND name = $4";

    public async Task<List<Reminder>> ReadAllAsync(CancellationToken cancellationToken)
    {
        await database.EnsureTablesAsync(cancellationToken);
        return await ListAsync(Command(Select, serviceId), cancellationToken);
    }

    public Task<List<Reminder>> ReadAsync(GrainId grainId) => ListAsync(
        Command(Select + " AND grain_type = $2 AND grain_key = $3", serviceId, grainId.TypeText, grainId.KeyText), CancellationToken.None);

    public Task SaveAsync(Reminder reminder) => ExecuteAsync(Command(
        Save, serviceId, reminder.GrainId.TypeText, reminder.GrainId.KeyText, reminder.ReminderName, reminder.FirstTickAt, reminder.Period));

    public Task DeleteAsync(GrainId grainId, string name) =>
        ExecuteAsync(Command(Delete, serviceId, grainId.TypeText, grainId.KeyText, name));

    private static async Task ExecuteAsync(NpgsqlCommand command)
    {
        await using (command) await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<Reminder>> ListAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var all = command;
        await using var reader = await all.ExecuteReaderAsync(cancellationToken);
        var reminders = new List<Reminder>();
        while (await reader.ReadAsync(cancellationToken))
        {
            reminders.Add(new(
                GrainId.Create(reader.GetString(0), reader.GetString(1)),
                reader.GetString(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetTimeSpan(4)));
        }

        return reminders;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.Source.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
