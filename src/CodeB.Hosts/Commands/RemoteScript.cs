using System.Text;
using System.Text.RegularExpressions;
using CodeB.Domain.Errors;

namespace CodeB.Hosts.Commands;

/// <summary>
/// A command as the text that sshd hands to the login shell, and the bytes that go ahead of the command's input.
/// <para>
/// The script first writes <c>\001pid</c> on stderr: sshd makes every session a process group of its own, so that number
/// is the group to end. Environment values are read from standard input, a line for each part of a pipe, and so stand in
/// no argument list. A pipe ends with <c>\002 0:code 1:code</c> on stderr, the exit code of every part.
/// </para>
/// </summary>
internal sealed partial record RemoteScript(string Text, byte[] Header)
{
    public const byte GroupMark = 1;
    public const byte CodesMark = 2;

    // Linux takes no single argument above 128 KiB, and the whole script is one.
    private const int LongestScript = 120 * 1024;

    public static RemoteScript For(Command command)
    {
        var parts = Parts(command);
        var body = new StringBuilder("printf '\\001%s\\n' $$ >&2; ");
        var header = new StringBuilder();
        AppendEnvironmentReading(parts, body, header);
        if (parts.Count == 1)
            body.Append(Part(parts[0], 0)).Append("; exit $?");
        else
            AppendPipe(parts, body);

        var text = "exec /bin/sh -c " + ShellQuoting.Quote(body.ToString());
        if (Encoding.UTF8.GetByteCount(text) > LongestScript)
            throw DomainException.Invalid("command", $"{command.Program} has more than 120 KiB of arguments; pass them as input");
        return new RemoteScript(text, Encoding.UTF8.GetBytes(header.ToString()));
    }

    public static IReadOnlyList<Command> Parts(Command command)
    {
        var parts = new List<Command>();
        for (var part = command; part is not null; part = part.PipeTo)
            parts.Add(part);
        return parts;
    }

    private static void AppendEnvironmentReading(IReadOnlyList<Command> parts, StringBuilder body, StringBuilder header)
    {
        if (parts.All(part => part.Environment.IsEmpty))
            return;
        body.Append("n='\n'; ");
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Environment.IsEmpty)
                continue;
            body.Append($"IFS= read -r e{i} || exit 125; ");
            header.Append("export");
            foreach (var (name, value) in parts[i].Environment)
            {
                if (!VariableName().IsMatch(name))
                    throw DomainException.Invalid("command", $"'{name}' is not a variable name: letters, digits and _, no digit first");
                header.Append(' ').Append(name).Append('=').Append(ShellQuoting.Quote(value).Replace("\n", "'\"$n\"'", StringComparison.Ordinal));
            }
            header.Append('\n');
        }
    }

    // Each part reports its code on descriptor 3; descriptor 4 is the true standard output behind the substitution.
    private static void AppendPipe(IReadOnlyList<Command> parts, StringBuilder body)
    {
        body.Append("{ c=$( { ");
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0)
                body.Append(" | ");
            body.Append("{ ").Append(Part(parts[i], i)).Append($" 3>&- 4>&-; echo {i}:$? >&3; }}");
        }
        body.Append(" >&4; } 3>&1 ); } 4>&1; printf '\\002'\"$(echo $c)\"'\\n' >&2; exit 0");
    }

    private static string Part(Command part, int index)
    {
        if (part.Program.Length == 0 || part.Program[0] == '-')
            throw DomainException.Invalid("command", $"'{part.Program}' is not a program name");
        var text = new StringBuilder("( ");
        if (part.RunAs is { } account)
        {
            if (!AccountName().IsMatch(account))
                throw DomainException.Invalid("command", $"'{account}' is not an account name");
            text.Append($"HOME=~{account} USER={account} LOGNAME={account}; export HOME USER LOGNAME; ");
        }
        if (!part.Environment.IsEmpty)
            text.Append($"eval \"$e{index}\"; ");
        if (part.WorkingDirectory is { } directory)
            text.Append("cd -- ").Append(ShellQuoting.Quote(directory)).Append(" || exit 125; ");

        var words = ShellQuoting.Quote(part.Program) + string.Concat(part.Arguments.Select(argument => " " + ShellQuoting.Quote(argument)));
        // setpriv stays in the process group and opens no PAM session; runuser serves where it is missing.
        if (part.RunAs is { } user)
        {
            text.Append($"if command -v setpriv >/dev/null; then g=$(id -g {user}) || exit 125; ")
                .Append($"exec setpriv --reuid={user} --regid=\"$g\" --init-groups -- {words}; ")
                .Append($"else exec runuser -u {user} -- {words}; fi )");
        }
        else
        {
            text.Append("exec ").Append(words).Append(" )");
        }
        return text.ToString();
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex VariableName();

    [GeneratedRegex("^[a-z_][a-z0-9_-]{0,31}$")]
    private static partial Regex AccountName();
}
