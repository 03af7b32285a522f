using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>Whether a request may start while others of its grain run.</summary>
internal enum Interleaving
{
    Never,
    ReadOnly,
    Always,
}

/// <summary>What is known of an interface's method, read once when its proxy is made.</summary>
internal sealed class GrainMethod
{
    internal GrainMethod(Type interfaceType, MethodInfo method)
    {
        InterfaceType = interfaceType;
        Info = method;
        Interleaving = method.IsDefined(typeof(AlwaysInterleaveAttribute)) ? Interleaving.Always
            : method.IsDefined(typeof(ReadOnlyAttribute)) ? Interleaving.ReadOnly
            : Interleaving.Never;
        Timeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        InterfaceName = interfaceType.FullName ?? interfaceType.Name;
        ActivityName = $"{interfaceType.Name}/{method.Name}";
    }

    internal Type InterfaceType { get; }

    internal MethodInfo Info { get; }

    internal Interleaving Interleaving { get; }

    internal TimeSpan? Timeout { get; }

    internal string InterfaceName { get; }

    internal string ActivityName { get; }

    public override string ToString() => ActivityName;
}
