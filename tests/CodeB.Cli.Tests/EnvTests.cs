using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class EnvTests : CliTest
{
    private const string Secret = "hunter2-geheim";

    [Fact]
    public async Task Get_asks_for_masked_values_of_production()
    {
        Fake.Answer<GetEnvRequest>(new V1.Env
        {
            Project = "worb",
            Environment = "production",
            Version = 3,
            ChangedBy = "ann",
            Variables = { new EnvVariable { Name = "TOKEN", Value = "***" } },
        });
        Assert.Equal(0, await We("env get worb"));
        Assert.Equal(new GetEnvRequest { Project = "worb", Environment = "production" }, Fake.Request<GetEnvRequest>());
        Assert.Contains("# worb/production: version 3, 1 variables", Output, StringComparison.Ordinal);
        Assert.Contains("TOKEN=***", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_with_reveal_writes_what_import_reads()
    {
        Fake.Answer<GetEnvRequest>(new V1.Env
        {
            Version = 1,
            Variables = { new EnvVariable { Name = "A", Value = " edge\"\\ " }, new EnvVariable { Name = "B", Value = "a#b c" } },
        });
        Assert.Equal(0, await We("env get worb -e staging --reveal"));
        Assert.Equal(new GetEnvRequest { Project = "worb", Environment = "staging", Reveal = true }, Fake.Request<GetEnvRequest>());
        Assert.Contains("A=\" edge\\\"\\\\ \"\nB=a#b c\n", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_sends_each_variable_with_all_behind_its_first_equals_sign_and_never_echoes_a_value()
    {
        Fake.Answer<SetEnvRequest>(new V1.Env { Project = "worb", Environment = "production", Version = 4 });
        Assert.Equal(0, await We("env", "set", "worb", $"TOKEN={Secret}", "URL=postgres://x?a=b", "EMPTY=", "KEY=-----BEGIN", "AT=@file"));
        var request = Fake.Request<SetEnvRequest>();
        Assert.Equal(
            new Dictionary<string, string> { ["TOKEN"] = Secret, ["URL"] = "postgres://x?a=b", ["EMPTY"] = "", ["KEY"] = "-----BEGIN", ["AT"] = "@file" },
            request.Set);
        Assert.False(request.ReplaceWithFile);
        Assert.Contains("version 4", Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, Output + Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_reads_one_value_from_standard_input_without_its_last_line_break()
    {
        Fake.Answer<SetEnvRequest>(new V1.Env { Version = 1 });
        Input = $"{Secret}\n";
        Assert.Equal(0, await We("env set worb TOKEN -"));
        Assert.Equal(Secret, Fake.Request<SetEnvRequest>().Set["TOKEN"]);
    }

    [Theory]
    [InlineData("env set worb hunter2-geheim")]
    [InlineData("env set worb A=1 hunter2-geheim")]
    [InlineData("env set worb =hunter2-geheim")]
    [InlineData("env set worb A=hunter2-geheim A=hunter2-geheim")]
    [InlineData("env sett worb A=hunter2-geheim")]
    [InlineData("env get worb A=hunter2-geheim")]
    public async Task A_wrong_line_is_bad_usage_reaches_nobody_and_does_not_show_the_value(string line)
    {
        Assert.Equal(2, await We(line));
        Assert.NotEmpty(Error);
        Assert.DoesNotContain(Secret, Output + Error, StringComparison.Ordinal);
        Assert.Empty(Fake.Requests);
    }

    [Fact]
    public async Task Unset_sends_the_keys()
    {
        Fake.Answer<SetEnvRequest>(new V1.Env { Version = 5 });
        Assert.Equal(0, await We("env unset worb A B -e staging"));
        Assert.Equal(new SetEnvRequest { Project = "worb", Environment = "staging", Unset = { "A", "B" } }, Fake.Request<SetEnvRequest>());
    }

    [Fact]
    public async Task Import_sends_standard_input_as_the_whole_file()
    {
        Fake.Answer<SetEnvRequest>(new V1.Env { Version = 5 });
        Input = $"A=1\nTOKEN={Secret}\n";
        Assert.Equal(0, await We("env import worb -"));
        Assert.Equal(
            new SetEnvRequest { Project = "worb", Environment = "production", File = Input, ReplaceWithFile = true }, Fake.Request<SetEnvRequest>());
        Assert.DoesNotContain(Secret, Output + Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_reads_a_file_and_says_which_one_it_cannot_read()
    {
        Fake.Answer<SetEnvRequest>(new V1.Env { Version = 5 });
        var path = Path.Combine(Path.GetTempPath(), $"we-{Guid.NewGuid():N}.env");
        await File.WriteAllTextAsync(path, "A=1\n");
        try
        {
            Assert.Equal(0, await We("env", "import", "worb", path));
            Assert.Equal("A=1\n", Fake.Request<SetEnvRequest>().File);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal(2, await We("env", "import", "worb", path));
        Assert.Contains(path, Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_rule_names_its_field_in_the_JSON_error()
    {
        Fake.Fail<SetEnvRequest>(StatusCode.InvalidArgument, "set: '1A' is not a key", field: "set");
        Assert.Equal(2, await We("env set worb 1A=x --json"));
        Assert.Equal("INVALID_ARGUMENT", JsonError().GetProperty("code").GetString());
        Assert.Equal("set", JsonError().GetProperty("field").GetString());
        Assert.Equal("set: '1A' is not a key", JsonError().GetProperty("message").GetString());
        Assert.Empty(Output);
    }
}
