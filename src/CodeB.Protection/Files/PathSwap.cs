using CodeB.Hosts.Commands;

namespace CodeB.Protection.Files;

/// <summary>
/// Three names of one path: live, the new one beside it and the old one. Each command goes on from wherever an earlier one was
/// interrupted. A plain file is at every moment the old or the new one; a folder is away for the time between two renames.
/// </summary>
/// <param name="Live">The path itself.</param>
/// <param name="Id">The restore's, part of the names beside it.</param>
public sealed record PathSwap(string Live, string Id)
{
    /// <summary>Hidden, so that a service that reads every file of a folder does not read this one.</summary>
    public string New => Beside("restore");

    public string Old => Beside("before");

    /// <summary>live → old, new → live. Does nothing when the new one is no longer there.</summary>
    public Command Switch() => Sh(
        """
        there "$3" || exit 0
        if [ -f "$1" ] && [ ! -L "$1" ] && [ -f "$3" ] && [ ! -L "$3" ]; then
          if there "$2"; then [ "$1" -ef "$2" ] || { echo "$1, $2 and $3 are all there" >&2; exit 1; }; else ln -- "$1" "$2"; fi
        elif there "$1"; then
          ! there "$2" || { echo "$1, $2 and $3 are all there" >&2; exit 1; }
          mv -T -- "$1" "$2"
        fi
        mv -T -- "$3" "$1"
        sync -- "${1%/*}/"
        """);

    /// <summary>Takes <see cref="Switch"/> back, wherever it had come to; where there was nothing before, nothing is there again.</summary>
    public Command SwitchBack() => Sh(
        """
        if there "$3"; then
          if there "$2"; then
            if ! there "$1" || [ "$1" -ef "$3" ]; then mv -T -- "$2" "$1"
            elif [ "$1" -ef "$2" ]; then rm -f -- "$2"
            else echo "$1, $2 and $3 are all there" >&2; exit 1; fi
          fi
        else
          if [ -f "$1" ] && [ ! -L "$1" ] && [ -f "$2" ] && [ ! -L "$2" ]; then ln -- "$1" "$3"; elif there "$1"; then mv -T -- "$1" "$3"; fi
          ! there "$2" || mv -T -- "$2" "$1"
        fi
        sync -- "${1%/*}/"
        """);

    /// <summary>Removes the new one, as far as it came.</summary>
    public Command RemoveNew() => Remove(New);

    public Command RemoveOld() => Remove(Old);

    private static Command Remove(string path) => Command.Of("rm", "-rf", "--", path) with { Timeout = TimeSpan.FromMinutes(10) };

    private string Beside(string kind)
    {
        var slash = Live.LastIndexOf('/');
        return $"{Live[..slash]}/.{Live[(slash + 1)..]}.{kind}-{Id}";
    }

    private Command Sh(string script) =>
        Command.Of("sh", "-ec", "there() { [ -e \"$1\" ] || [ -L \"$1\" ]; }\n" + script, "sh", Live, Old, New) with { Timeout = TimeSpan.FromMinutes(1) };
}
