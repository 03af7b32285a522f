using System.Diagnostics;
using CodeB.Protection.Config;

namespace CodeB.Protection.Tests.Components;

public sealed class UnifiedDiffTests
{
    [Fact]
    public void Equal_texts_have_no_diff() => Assert.Equal("", UnifiedDiff.Of("/a", "x\n", "x\n"));

    [Fact]
    public void A_changed_line_stands_between_three_lines_of_context()
    {
        var before = string.Concat(Enumerable.Range(1, 9).Select(n => $"{n}\n"));

        Assert.Equal(
            "--- /a (live)\n+++ /a (set)\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
            UnifiedDiff.Of("/a", before, before.Replace("5", "five", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Patch_makes_the_one_text_from_the_other(int seed)
    {
        var random = new Random(seed);
        var before = Text(random);
        var after = string.Concat(before.Split('\n').Where(_ => random.Next(6) > 0).Select(l => random.Next(6) > 0 ? $"{l}\n" : $"{l}\nnew {random.Next()}\n"));
        var folder = Directory.CreateTempSubdirectory("cb-diff-").FullName;
        try
        {
            File.WriteAllText($"{folder}/a", before);
            File.WriteAllText($"{folder}/diff", UnifiedDiff.Of("a", before, after));
            using var patch = Process.Start(new ProcessStartInfo("patch", ["-s", "a", "diff"]) { WorkingDirectory = folder })!;
            patch.WaitForExit();

            Assert.Equal(0, patch.ExitCode);
            Assert.Equal(after, File.ReadAllText($"{folder}/a"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Text(Random random) => string.Join('\n', Enumerable.Range(0, 60).Select(_ => $"line {random.Next(8)}"));
}
