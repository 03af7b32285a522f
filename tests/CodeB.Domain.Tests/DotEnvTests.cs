using CodeB.Domain.Env;
using CodeB.Domain.Errors;
using CodeB.Domain.Secrets;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Domain.Tests;

public sealed class DotEnvTests
{
    [Theory]
    [InlineData("A=1", "1")]
    [InlineData("A=", "")]
    [InlineData("  export A =  x y  \r", "x y")]
    [InlineData("A=x#y", "x#y")]
    [InlineData("A=' x '", " x ")]
    [InlineData("A='a\\b'", "a\\b")]
    [InlineData("A=\"say \\\"hi\\\" \\$5 \\\\\"", "say \"hi\" $5 \\")]
    [InlineData("A=k=v=w", "k=v=w")]
    public void A_line_is_read_by_the_documented_rules(string line, string value) => Assert.Equal(value, DotEnv.Parse(line).Find("A"));

    [Theory]
    [InlineData("secretvalue", "line 1 has no '='")]
    [InlineData("OK=1\n1A=secretvalue", "line 2: '1A' is not a key")]
    [InlineData("A-B=secretvalue", "'A-B' is not a key")]
    [InlineData("A=1\nA=secretvalue", "line 2 gives A a second time")]
    [InlineData("A='secretvalue", "line 1, A: the quote is not closed")]
    [InlineData("A='secretvalue' x", "line 1, A: text after the closing quote")]
    [InlineData("A=\"secretvalue\\n\"", "line 1, A: in double quotes a backslash")]
    [InlineData("A=secretvalue\u0007", "line 1, A: the value has a line break or another control character")]
    public void A_line_that_breaks_a_rule_is_refused_by_line_and_key_without_the_value(string text, string says)
    {
        var error = Assert.Throws<DomainException>(() => DotEnv.Parse(text));

        Assert.Equal("file", error.Field);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secretvalue", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_with_a_line_break_is_refused_with_the_rule()
    {
        var error = Assert.Throws<DomainException>(() => DotEnv.Empty.Set("KEY", "a\nb"));

        Assert.Contains("base64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_and_empty_lines_are_skipped_and_the_order_is_kept() =>
        Assert.Equal(["B", "A"], DotEnv.Parse("# one\n\nB=1\n  # two\nA=2\n").Variables.Select(variable => variable.Key));

    [Fact]
    public void The_engines_file_holds_the_value_literally() => Assert.Equal("A= \"x\" \n", DotEnv.Parse("A=' \"x\" '").ToEnvFile());

    [Fact]
    public void Masked_text_shows_keys_and_no_value() => Assert.Equal("A=***\nB=***\n", DotEnv.Parse("A=hunter22\nB=").Masked());

    [Fact]
    public void Setting_and_unsetting_change_only_what_is_named()
    {
        var env = DotEnv.Parse("A=1\nB=2").Change(new Dictionary<string, string> { ["A"] = "9", ["C"] = "3" }, ["B"]);

        Assert.Equal("A=9\nC=3\n", env.ToText());
        Assert.Equal("unset", Assert.Throws<DomainException>(() => env.Unset("B")).Field);
        Assert.Equal("A=9\nC=4\nD=5\n", env.Merge(DotEnv.Parse("C=4\nD=5")).ToText());
    }

    [Fact]
    public void The_content_hash_is_blind_to_order_and_quoting_and_sees_every_value()
    {
        Assert.Equal(DotEnv.Parse("A=1\nB=2").ContentHash(), DotEnv.Parse("# x\nB='2'\nA=\"1\"").ContentHash());
        Assert.NotEqual(DotEnv.Parse("A=1\nB=2").ContentHash(), DotEnv.Parse("A=1\nB=3").ContentHash());
    }

    [Fact]
    public void Whatever_the_values_are_the_written_text_is_read_back_whole()
    {
        var value = Gen.Elements("aZ09 \t\"'\\$#=`é한;&".ToCharArray()).ArrayOf().Select(chars => new string(chars));
        Prop.ForAll(value.ListOf().ToArbitrary(), values =>
        {
            var env = DotEnv.Empty.Change(values.Select((text, i) => (text, i)).ToDictionary(x => $"K{x.i}", x => x.text), []);
            return DotEnv.Parse(env.ToText()).ContentHash() == env.ContentHash();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Redaction_removes_secrets_also_url_encoded_the_longest_first_and_leaves_short_words()
    {
        var redaction = new Redaction(["p@ss/word", "p@ss/word-long", "on"]);

        Assert.Equal(
            "postgres://worb:***@storage and *** on ***",
            redaction.Apply("postgres://worb:p%40ss%2Fword@storage and p@ss/word-long on p@ss/word"));
    }
}
