using CodeB.Server.ControlDatabase;
using CodeB.Tests;

namespace GrainContract.Silos;

/// <summary>A PostgreSQL with the tables that either stack needs.</summary>
public sealed class Postgres : IAsyncDisposable
{
    private readonly PostgresServer _server = new();

    public string ConnectionString { get; private set; } = "";

    public static async Task<Postgres> StartAsync()
    {
        var postgres = new Postgres();
        await postgres._server.InitializeAsync();
        postgres.ConnectionString = await postgres._server.CreateDatabaseAsync();
        await ControlDatabaseSchema.ApplyAsync(postgres.ConnectionString);
        return postgres;
    }

    public void Store(ISiloBuilder silo) => silo.AddAdoNetGrainStorage("contract", options =>
    {
        options.Invariant = "Npgsql";
        options.ConnectionString = ConnectionString;
    });

    public void Remind(ISiloBuilder silo) => silo.UseAdoNetReminderService(options =>
    {
        options.Invariant = "Npgsql";
        options.ConnectionString = ConnectionString;
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

/// <summary>A silo on a PostgreSQL of its own.</summary>
public abstract class PostgresSilo : SiloFixture, IAsyncLifetime
{
    public Postgres Postgres { get; private set; } = null!;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        Postgres = await Postgres.StartAsync();
        await InitializeAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await Postgres.DisposeAsync();
    }
}
