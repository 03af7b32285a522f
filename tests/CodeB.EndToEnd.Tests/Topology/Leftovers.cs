namespace CodeB.EndToEnd.Tests.Topology;

/// <summary>What a topology may leave on the machine.</summary>
internal static class Leftovers
{
    /// <summary>A line for each thing of topology N that is still there.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(int number)
    {
        var found = await Shell.RunAsync("sh", "-c", $$"""
            ls -d /var/lib/codeb/topology/{{number}} 2>/dev/null
            ip -o link | grep -oE ' cb{{number}}(-[a-z]+)?[@:]'
            losetup -a | grep '/topology/{{number}}/'
            grep -l ' /var/lib/codeb/topology/{{number}}/' /proc/[0-9]*/mountinfo 2>/dev/null
            find /sys/fs/cgroup -maxdepth 3 -type d -name 'codeb{{number}}-*'
            pgrep -af '([s]erver|[c]ontrol-database)\.sh run {{number}}( |$)|[t]opology\.sh guard {{number}} |/[t]opology/{{number}}/control/data'
            true
            """);
        return found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public static async Task AwaitNoneAsync(int number)
    {
        IReadOnlyList<string> left = [];
        try
        {
            await Shell.AwaitAsync($"nothing left of topology {number}", TimeSpan.FromSeconds(30), async () =>
            {
                left = await OfAsync(number);
                return left.Count == 0;
            });
        }
        catch (TimeoutException)
        {
            Assert.Empty(left);
        }
    }
}
