using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>What can be called through a reference.</summary>
    public interface IAddressable
    {
    }
}

namespace Orleans
{
    public interface IGrain : IAddressable
    {
    }

    public interface IGrainWithStringKey : IGrain
    {
    }
}
