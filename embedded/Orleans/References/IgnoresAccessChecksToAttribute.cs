namespace System.Runtime.CompilerServices;

/// <summary>Lets a generated assembly use internal grain interfaces, as source-generated code in their own assembly could.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName => assemblyName;
}
