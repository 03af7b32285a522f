using System.Runtime.InteropServices;

namespace CodeB.Testing;

/// <summary>Signals to single processes, by their id.</summary>
public static class Signals
{
    public const int Kill = 9;
    public const int Stop = 19;
    public const int Continue = 18;

    public static void Send(int process, int signal) => _ = kill(process, signal);

    /// <summary>Whether the process runs; one that ended but was not yet collected by its parent does not.</summary>
    public static bool IsAlive(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int process, int signal);
}
