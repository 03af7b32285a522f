using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Protection;

/// <summary>What a restore would change, as text.</summary>
internal static class PreviewText
{
    public static async Task<int> ShowAsync(Invocation we, PreviewRestoreRequest request)
    {
        var preview = await new BackupService.BackupServiceClient(we.Channel).PreviewRestoreAsync(request, we.Call);
        return we.Show(preview, () =>
        {
            if (preview.Differences.Count == 0)
            {
                we.Line($"nothing differs from set {preview.Set}");
                return;
            }

            we.Line($"a restore of set {preview.Set} would change {preview.Differences.Count + preview.LeftOut} paths; nothing was touched");
            foreach (var difference in preview.Differences)
            {
                we.Line($"{difference.Component}  {difference.Path}  {difference.What}");
                foreach (var line in difference.Diff.TrimEnd('\n').Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    we.Line($"    {line}");
            }

            if (preview.LeftOut > 0)
                we.Line($"and {preview.LeftOut} more");
        });
    }
}
