using System.Text;
using CodeB.Hosts.Commands;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Hosts.Tests;

public sealed class QuotingTests(SshdServer server) : IClassFixture<SshdServer>
{
    private static readonly string[] Nasty =
    [
        "", " ", "'", "\"", "\\", "\n", "\n\n", "a\n", "\t", "$(touch /tmp/owned)", "`id`", "$HOME", "!!", "*", "~", "-n", "--", "a'b\"c\\d", ";", "&", "|",
        "한글 😀", "\u0081\u0088ÁÂ", "%s%n", "\r\n", "{a,b}", "#", "=", "\u001b[0m", "\u0001", "\u0002 0:0",
    ];

    private static Gen<string> Text => Gen.OneOf(
        Gen.Elements(Nasty),
        Gen.ArrayOf(Gen.Elements("a'\"\\$`\n\t !*?[]{}()<>|&;~#%=-éÁ한😀".EnumerateRunes().ToArray())).Select(runes => string.Concat(runes)),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => string.Concat(text.Get.Where(c => c != '\0' && !char.IsSurrogate(c)))));

    [Fact]
    public void Arguments_arrive_unchanged_whatever_they_hold()
    {
        Prop.ForAll(Text.ArrayOf().ToArbitrary(), arguments =>
        {
            var command = Command.Of("printf", ["%s\\0", "end", .. arguments]);
            var output = server.Session.RunAsync(command).GetAwaiter().GetResult().Output;
            return output.Split('\0')[..^1].SequenceEqual(["end", .. arguments]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void Environment_values_arrive_unchanged_whatever_they_hold()
    {
        Prop.ForAll(Text.ToArbitrary(), value =>
        {
            var command = Command.Of("printenv", "VALUE") with { Environment = Command.Of("x").Environment.Add("VALUE", value) };
            return server.Session.RunAsync(command).GetAwaiter().GetResult().Output == value + "\n";
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public async Task Environment_values_and_input_stand_in_no_process_list_on_either_side()
    {
        const string Secret = "c0rrect-h0rse-battery";
        const string InputSecret = "st4ple-input";
        var command = Command.Of("sh", "-c", "read x; cat /proc/[0-9]*/cmdline | tr '\\0' ' '; echo; echo $PGPASSWORD") with
        {
            Environment = Command.Of("x").Environment.Add("PGPASSWORD", Secret),
        };
        var result = await server.Session.RunAsync(command, Encoding.UTF8.GetBytes(InputSecret + "\n"));
        var lines = result.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(Secret, lines[^1]);
        Assert.Contains("PGPASSWORD", string.Join('\n', lines[..^1]));
        Assert.DoesNotContain(Secret, string.Join('\n', lines[..^1]));
        Assert.DoesNotContain(InputSecret, string.Join('\n', lines));
    }

    [Fact]
    public async Task Secrets_are_removed_from_errors()
    {
        var command = Command.Of("sh", "-c", "echo \"login with $PGPASSWORD failed\" >&2; exit 1", "--password=hunter22", "redis://:abcdef@host/0") with
        {
            Environment = Command.Of("x").Environment.Add("PGPASSWORD", "c0rrect-h0rse"),
        };
        var error = await Assert.ThrowsAsync<CodeB.Hosts.Sessions.HostException>(() => server.Session.RunAsync(command));
        Assert.Contains("login with *** failed", error.ErrorOutput);
        foreach (var secret in new[] { "c0rrect-h0rse", "hunter22", "abcdef" })
            Assert.DoesNotContain(secret, error.ToString());
    }
}
