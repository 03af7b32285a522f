using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Protection.Components;
using CodeB.Protection.DataPath;
using CodeB.Protection.Sets;

namespace CodeB.Protection.Runbooks;

/// <summary>
/// A backup's input, kept as JSON in the operation so that a resume rebuilds the same run. Servers stand there by name; the
/// caller resolves them to sessions. No secrets.
/// </summary>
public sealed record BackupInput
{
    public string Project { get; init; } = "";
    public string Environment { get; init; } = "";

    /// <summary>Chosen before the run starts, so that a resume continues the same set.</summary>
    public string SetId { get; init; } = "";
    public IReadOnlyList<string> Components { get; init; } = ComponentCatalog.Names;
    public string StorageServer { get; init; } = "storage";
    public string AppServer { get; init; } = "app";
    public string BackupServer { get; init; } = "backup";
    public ComponentSettings Settings { get; init; } = new();

    /// <summary>zstd's level, 1 to 19.</summary>
    public int CompressionLevel { get; init; } = CompressFilter.DefaultLevel;

    /// <summary>False stores in the clear; the caller then gives the context no keys.</summary>
    public bool Encrypt { get; init; } = true;

    /// <summary>The operation that asked for the set; empty for a person's call.</summary>
    public string ForOperation { get; init; } = "";

    /// <summary>A line for the manifest's notes; empty for none.</summary>
    public string Note { get; init; } = "";

    /// <summary>Other sets of the project that are being written at this moment and so are not leftovers.</summary>
    public IReadOnlyList<string> RunningSets { get; init; } = [];
}

/// <summary>A backup's input with its tools.</summary>
public sealed class BackupContext
{
    public BackupContext(BackupInput input, SetRepository sets, IReadOnlyList<IBackupComponent> components, KeyRing? keys, TimeProvider clock)
    {
        if (input.Encrypt && keys is null)
            throw DomainException.Precondition("backups are to be encrypted and no key ring is configured");
        Input = input;
        Set = Domain.Backups.SetId.Parse(input.SetId);
        Sets = sets;
        Components = components;
        Clock = clock;
        Format = new StorageFormat { CompressionLevel = input.CompressionLevel, Keys = input.Encrypt ? keys : null };
        Verifier = new SetVerifier(sets, keys, components);
    }

    public BackupInput Input { get; }
    public SetId Set { get; }
    public SetRepository Sets { get; }
    public IReadOnlyList<IBackupComponent> Components { get; }
    public StorageFormat Format { get; }
    public SetVerifier Verifier { get; }
    public TimeProvider Clock { get; }

    public IBackupComponent Component(string name) =>
        Components.FirstOrDefault(c => c.Name == name) ?? throw DomainException.Precondition($"the component {name} was not given to this run");
}
