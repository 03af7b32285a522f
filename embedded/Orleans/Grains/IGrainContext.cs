namespace Orleans.Runtime;

/// <summary>One activation as its grain sees it.</summary>
public interface IGrainContext : IEquatable<IGrainContext>
{
    GrainReference GrainReference { get; }

    GrainId GrainId { get; }

    /// <summary>Null until the constructor has run.</summary>
    object? GrainInstance { get; }

    /// <summary>The activation's own scope; it is disposed of with the activation.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Ends when the activation is gone.</summary>
    Task Deactivated { get; }

    /// <summary>
    /// Starts no further request here; when the running ones have ended, the grain is told and the activation removed.
    /// Requests that wait go to the next activation.
    /// </summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}
