namespace GrainContract.Grains;

[GenerateSerializer]
[Alias("contract.Account")]
public sealed record Account
{
    [Id(0)]
    public int Balance { get; init; }

    [Id(1)]
    public List<string> Entries { get; init; } = [];

    [Id(2)]
    public Dictionary<string, DateTimeOffset> Seen { get; init; } = [];
}

[GenerateSerializer]
[Alias("contract.Snapshot")]
public sealed record Snapshot
{
    [Id(0)]
    public Account Account { get; init; } = new();

    [Id(1)]
    public bool RecordExists { get; init; }

    [Id(2)]
    public string? Etag { get; init; }

    [Id(3)]
    public Guid Activation { get; init; }
}

public interface IStateGrain : IGrainWithStringKey
{
    Task<Snapshot> GetAsync();

    Task<Snapshot> PayInAsync(int amount);

    /// <summary>Changes the state in memory only, then reads what is stored.</summary>
    Task<Snapshot> ForgetAsync();

    Task<Snapshot> ClearAsync();

    /// <summary>Writes the record behind the other view's back, and then through that view.</summary>
    Task WriteStaleAsync();

    Task ClearStaleAsync();

    Task<int> SetOtherAsync(int balance);

    Task LeaveAsync();
}

/// <summary>Two views of one record, of which one must notice the other's write; and another record.</summary>
public sealed class StateGrain(
    [PersistentState("account", "contract")] IPersistentState<Account> account,
    [PersistentState("account", "contract")] IPersistentState<Account> sameAccount,
    [PersistentState("other", "contract")] IPersistentState<Account> other) : Grain, IStateGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task<Snapshot> GetAsync() => Task.FromResult(new Snapshot
    {
        Account = account.State,
        RecordExists = account.RecordExists,
        Etag = account.Etag,
        Activation = _activation,
    });

    public async Task<Snapshot> PayInAsync(int amount)
    {
        var state = account.State;
        account.State = state with
        {
            Balance = state.Balance + amount,
            Entries = [.. state.Entries, $"{amount} 원"],
            Seen = new(state.Seen) { [$"{amount}"] = DateTimeOffset.UnixEpoch.AddDays(amount) },
        };
        await account.WriteStateAsync();
        return await GetAsync();
    }

    public async Task<Snapshot> ForgetAsync()
    {
        account.State = account.State with { Balance = -1 };
        await account.ReadStateAsync();
        return await GetAsync();
    }

    public async Task<Snapshot> ClearAsync()
    {
        await account.ClearStateAsync();
        return await GetAsync();
    }

    public async Task WriteStaleAsync()
    {
        await PayInAsync(100);
        sameAccount.State = new Account { Balance = 666 };
        await sameAccount.WriteStateAsync();
    }

    public async Task ClearStaleAsync()
    {
        await PayInAsync(100);
        await sameAccount.ClearStateAsync();
    }

    public async Task<int> SetOtherAsync(int balance)
    {
        other.State = new Account { Balance = balance };
        await other.WriteStateAsync();
        return account.State.Balance;
    }

    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
