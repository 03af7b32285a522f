using System.Diagnostics;

namespace Orleans.Diagnostics;

/// <summary>The sources of spans, named as Orleans names them.</summary>
public static class ActivitySources
{
    public const string ApplicationGrainActivitySourceName = "Microsoft.Orleans.Application";

    public const string RuntimeActivitySourceName = "Microsoft.Orleans.Runtime";

    internal static readonly ActivitySource Application = new(ApplicationGrainActivitySourceName, "1.2.0");

    internal static readonly ActivitySource Runtime = new(RuntimeActivitySourceName, "2.1.0");
}
