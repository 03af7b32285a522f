namespace Orleans.Core
{
    /// <summary>A grain's stored record as the grain handles it.</summary>
    public interface IStorage
    {
        /// <summary>The version that was last read or written; null if there was none.</summary>
        string? Etag { get; }

        bool RecordExists { get; }

        Task ClearStateAsync();

        /// <exception cref="Orleans.Storage.InconsistentStateException">The stored version is not the one that was read.</exception>
        Task WriteStateAsync();

        Task ReadStateAsync();

        Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

        Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
    }

    public interface IStorage<TState> : IStorage
    {
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>State that a grain gets through its constructor, read before it is activated.</summary>
    public interface IPersistentState<TState> : Orleans.Core.IStorage<TState>
    {
    }

    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute : Attribute
    {
        public PersistentStateAttribute(string stateName, string? storageName = null)
        {
            ArgumentNullException.ThrowIfNull(stateName);
            StateName = stateName;
            StorageName = storageName;
        }

        public string StateName { get; }

        /// <summary>Null: the default storage.</summary>
        public string? StorageName { get; }
    }
}

namespace Orleans
{
    /// <summary>A state with its version, on its way to or from a storage.</summary>
    public interface IGrainState<T>
    {
        T State { get; set; }

        string? ETag { get; set; }

        bool RecordExists { get; set; }
    }

    public sealed class GrainState<T> : IGrainState<T>
    {
        public T State { get; set; } = default!;

        public string? ETag { get; set; }

        public bool RecordExists { get; set; }
    }
}
