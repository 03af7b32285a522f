using System.Text.RegularExpressions;
using CodeB.Cli.Tests.Fakes;

namespace CodeB.Cli.Tests;

/// <summary>The sample's command lines go through the real parser, so that the sample cannot fall behind the program.</summary>
public sealed partial class WorkflowTests : CliTest, IDisposable
{
    private readonly string _archive = Path.GetTempFileName();

    public void Dispose() => File.Delete(_archive);

    [Fact]
    public async Task Every_line_of_the_samples_is_one_that_the_program_takes()
    {
        await File.WriteAllBytesAsync(_archive, ImageFileTests.Archive("localhost/shop:1", 10), TestContext.Current.CancellationToken);
        var lines = Lines().ToList();
        Assert.Contains(lines, line => line.Contains("--image-file", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("we promote", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("we rollback", StringComparison.Ordinal));

        foreach (var line in lines)
        {
            // Nobody has answers for these calls, so they fail; but no line may be refused as bad usage.
            var code = await We([.. Word().Matches(line).Skip(1).Select(word => word.Value.Trim('"', '\'')).Select(Value)]);
            Assert.True(code != 2, $"'{line}' is refused: {Error}");
        }
    }

    [Fact]
    public async Task A_line_that_the_program_does_not_know_would_be_found() => Assert.Equal(2, await We("deploy shop 1 --no-such-option"));

    private string Value(string word) => word switch
    {
        "image.tar.zst" => _archive,
        "$PROJECT" => "shop",
        "$VERSION" => "0a1b2c3",
        _ => word,
    };

    private static IEnumerable<string> Lines()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Join(folder.FullName, "samples", "GitHubActions")))
            folder = folder.Parent ?? throw new InvalidOperationException($"no samples/GitHubActions above {AppContext.BaseDirectory}");
        var workflow = File.ReadLines(Path.Join(folder.FullName, "samples", "GitHubActions", "deploy.yml"))
            .Select(line => line.Trim())
            .Where(line => line.StartsWith("we ", StringComparison.Ordinal));
        var readme = InlineCommand().Matches(File.ReadAllText(Path.Join(folder.FullName, "samples", "GitHubActions", "README.md")))
            .Select(match => match.Groups[1].Value)
            .Where(line => line.Split(' ').Length > 2);
        return workflow.Concat(readme).Select(line => line.Split(" | ")[0].Split(" > ")[0]);
    }

    [GeneratedRegex("`(we [^`]+)`")]
    private static partial Regex InlineCommand();

    [GeneratedRegex("\"[^\"]*\"|'[^']*'|\\S+")]
    private static partial Regex Word();
}
