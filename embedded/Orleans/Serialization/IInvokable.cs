using System.Reflection;

namespace Orleans.Serialization.Invocation;

/// <summary>A call as filters see it.</summary>
public interface IInvokable
{
    int GetArgumentCount();

    object? GetArgument(int index);

    string GetMethodName();

    string GetInterfaceName();

    string GetActivityName();

    MethodInfo GetMethod();

    Type GetInterfaceType();

    TimeSpan? GetDefaultResponseTimeout();

    CancellationToken GetCancellationToken();
}
