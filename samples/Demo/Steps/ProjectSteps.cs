using System.Text;
using Demo.Cli;
using Demo.Data;

namespace Demo.Steps;

internal sealed class ProjectSteps(We we, Guestbook guestbook)
{
    public async Task<Outcome> CreateAsync(CancellationToken cancellationToken)
    {
        await we.RunAsync(cancellationToken, "server", "list");
        await we.RunAsync(
            cancellationToken,
            "project", "create", Guestbook.Project,
            "--environment", $"{Guestbook.Environment}:app:{Guestbook.Domain}",
            "--database", $"{Guestbook.Database}@storage",
            "--redis", "storage",
            "--backup-server", "backup");
        return new($"{Guestbook.Project}/{Guestbook.Environment} on app, {Guestbook.Domain}");
    }

    public async Task<Outcome> ImportEnvAsync(CancellationToken cancellationToken)
    {
        await we.RunWithInputAsync(guestbook.EnvFile, "guestbook.env", cancellationToken, "env", "import", Guestbook.Project, "-");
        await we.RunAsync(cancellationToken, "env", "set", Guestbook.Project, "GREETING=welcome");
        return new("over standard input; no value is shown anywhere", Encoding.UTF8.GetByteCount(guestbook.EnvFile));
    }

    public async Task<Outcome> StatusAsync(CancellationToken cancellationToken)
    {
        await we.RunAsync(cancellationToken, "status", "--check");
        var slots = await we.SlotsAsync(cancellationToken);
        return slots is { ActiveVersion: "v1", GraceVersion: "v2" }
            ? new($"{slots.Active} is active with v1, v2 is kept in grace")
            : throw new StepException("codeb", $"the status shows {slots}, and not v1 active with v2 in grace");
    }
}
