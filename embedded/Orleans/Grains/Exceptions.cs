namespace Orleans.Runtime
{
    public class OrleansException : Exception
    {
        public OrleansException()
            : base("Unexpected error.")
        {
        }

        public OrleansException(string message)
            : base(message)
        {
        }

        public OrleansException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The silo cannot start with these settings.</summary>
    public sealed class OrleansConfigurationException : Exception
    {
        public OrleansConfigurationException(string message)
            : base(message)
        {
        }

        public OrleansConfigurationException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The silo stops and takes no call any more.</summary>
    public class SiloUnavailableException : OrleansException
    {
        public SiloUnavailableException(string msg)
            : base(msg)
        {
        }
    }

    /// <summary>The grain ended while its stream was being read.</summary>
    public sealed class EnumerationAbortedException : Exception
    {
        public EnumerationAbortedException(string message)
            : base(message)
        {
        }
    }

    /// <summary>A reminder could not be registered or removed.</summary>
    public sealed class ReminderException : OrleansException
    {
        public ReminderException(string message)
            : base(message)
        {
        }
    }
}

namespace Orleans.Storage
{
    /// <summary>The stored state is newer than the one that was to be written; the grain is deactivated and reads anew.</summary>
    public class InconsistentStateException : Orleans.Runtime.OrleansException
    {
        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag)
            : base(errorMsg)
        {
            StoredEtag = storedEtag;
            CurrentEtag = currentEtag;
        }

        public string? StoredEtag { get; }

        public string? CurrentEtag { get; }

        /// <summary>Only the activation whose write failed must go, not every caller that the exception passes through.</summary>
        internal bool IsSourceActivation { get; set; } = true;
    }
}
