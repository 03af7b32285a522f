using CodeB.Domain.Errors;
using CodeB.Domain.Previews;
using CodeB.Domain.Projects;
using CodeB.Grains.Abstractions.Env;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Slots;
using Microsoft.Extensions.Logging;

namespace CodeB.Grains.Registry;

internal sealed partial class PreviewGrain(TimeProvider time, ILogger<PreviewGrain> logger) : Grain, IPreviewGrain, IRemindable
{
    private const string Staging = "staging";
    private const string Reminder = "lifetime";

    /// <summary>Who is named where CodeB acts by itself.</summary>
    private const string Itself = "codeb";

    /// <summary>Between two attempts at a preview that is busy or whose server is away.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(10);

    /// <summary>Reminders wait for less than 49 days at once; a longer life is waited for in parts.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    private IRegistryGrain Registry => GrainFactory.GetGrain<IRegistryGrain>(IRegistryGrain.Key);

    async Task<EnvironmentSpec> IPreviewGrain.CreateAsync(PreviewCommand command)
    {
        var (project, environment) = Key();
        var lifetime = PreviewRules.Lifetime(command.Lifetime);
        var asked = new EnvironmentSpec
        {
            Server = command.Server,
            Domain = command.Domain,
            Branch = command.Branch,
            ExpiresAt = time.GetUtcNow() + lifetime,
        };
        if (command.How.DryRun)
            return await Registry.PutPreviewAsync(project, environment, asked, command.How);

        // The end is set before the beginning: a stop in between leaves a reminder without a preview, which is harmless.
        await RemindAsync(lifetime);
        var preview = await Registry.PutPreviewAsync(project, environment, asked, command.How);
        await RemindAsync(preview.ExpiresAt!.Value - time.GetUtcNow());
        await CopyEnvAsync(project, environment, command.StartedBy);
        return preview;
    }

    async Task IRemindable.ReceiveReminder(string reminderName, TickStatus status)
    {
        var (project, environment) = Key();
        if (await FindAsync(project, environment) is not { ExpiresAt: { } end })
        {
            if (await this.GetReminder(Reminder) is { } reminder)
                await this.UnregisterReminder(reminder);
            return;
        }

        if (end > time.GetUtcNow())
        {
            await RemindAsync(end - time.GetUtcNow());
            return;
        }

        try
        {
            await GrainFactory.GetGrain<ISlotPairGrain>(this.GetPrimaryKeyString()).RemoveAsync(Itself);
        }
        catch (DomainException error)
        {
            LogPutOff(this.GetPrimaryKeyString(), error.Message);
        }
    }

    private async Task<EnvironmentSpec?> FindAsync(string project, string environment)
    {
        try
        {
            return (await Registry.GetProjectAsync(project)).Environments.GetValueOrDefault(environment);
        }
        catch (DomainException error) when (error.Code == ErrorCode.NotFound)
        {
            return null;
        }
    }

    private async Task CopyEnvAsync(string project, string environment, string by)
    {
        var own = GrainFactory.GetGrain<IEnvGrain>($"{project}/{environment}");
        if ((await own.GetAsync()).Text.Length > 0)
            return;
        var staging = await GrainFactory.GetGrain<IEnvGrain>($"{project}/{Staging}").GetAsync();
        if (staging.Text.Length > 0)
            await own.ChangeAsync(new EnvChange { ReplaceWith = staging.Text, ChangedBy = by });
    }

    private Task RemindAsync(TimeSpan due) => this.RegisterOrUpdateReminder(
        Reminder, TimeSpan.FromTicks(Math.Clamp(due.Ticks, 0, LongestWait.Ticks)), Again);

    private (string Project, string Environment) Key() => this.GetPrimaryKeyString().Split('/') is [var project, var environment]
        ? (project, environment)
        : throw DomainException.Invalid("preview", "is not PROJECT/ENVIRONMENT");

    [LoggerMessage(LogLevel.Warning, "The life of preview {Preview} has ended, and its removal is put off: {Reason}")]
    private partial void LogPutOff(string preview, string reason);
}
