using System.Text;
using CodeB.Delivery.EnvFiles;
using CodeB.Domain.Errors;
using CodeB.Domain.Secrets;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Delivery.Tests.EnvFiles;

public sealed class EnvFileTests
{
    [Fact]
    public void Values_are_written_literally_and_in_the_order_of_their_names()
    {
        var file = EnvFile.Render(new Dictionary<string, string> { ["B"] = "a \"b\" $c #d=e", ["A"] = "" });

        Assert.Equal("A=\nB=a \"b\" $c #d=e\n", Encoding.UTF8.GetString(file));
    }

    [Fact]
    public void Whatever_can_be_written_is_read_back_the_same()
    {
        var value = ArbMap.Default.ArbFor<NonNull<string>>().Generator
            .Select(text => new string([.. text.Get.Where(c => c is not ('\n' or '\r' or '\0') && !char.IsSurrogate(c))]));
        Prop.ForAll(value.ToArbitrary(), text =>
            EnvFile.Parse(EnvFile.Render(new Dictionary<string, string> { ["KEY"] = text }))["KEY"] == text).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("")]
    [InlineData("1A")]
    [InlineData("A B")]
    [InlineData("A*")]
    [InlineData("#A")]
    [InlineData("A\nB")]
    public void A_name_that_the_engine_would_read_otherwise_is_refused(string name)
    {
        var error = Assert.Throws<DomainException>(() => EnvFile.Render(new Dictionary<string, string> { [name] = "x" }));

        Assert.Equal(("env", ErrorCode.InvalidArgument), (error.Field, error.Code));
    }

    [Fact]
    public void A_value_with_a_line_break_is_refused_without_being_shown()
    {
        var error = Assert.Throws<DomainException>(() => EnvFile.Render(new Dictionary<string, string> { ["KEY"] = "hunter2\nB=1" }));

        Assert.Contains("KEY", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token-0123", "used token-0123 twice: token-0123", "used *** twice: ***")]
    [InlineData("postgres://worb:s3cret@db/worb", "password s3cret refused", "password *** refused")]
    [InlineData("postgres://worb:p%40ss@db/worb", "password p@ss refused", "password *** refused")]
    [InlineData("Host=db;Password=s3cret;Database=worb", "login with s3cret failed", "login with *** failed")]
    [InlineData("1", "line 1 of 10", "line 1 of 10")]
    public void Secrets_leave_a_text_whole_or_as_the_password_of_an_address(string value, string text, string expected)
    {
        Assert.Equal(expected, new Redaction([value]).Apply(text));
    }
}
