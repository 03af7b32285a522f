using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;

namespace CodeB.Cli.Delivery;

/// <summary><c>we deploy</c>.</summary>
internal static class DeployCommand
{
    public static WeCommand Create(CommandRunner runner)
    {
        var (project, environment, dryRun) = (Inputs.Project(), Inputs.Environment(), Inputs.DryRun());
        var version = new Argument<string>("VERSION") { Description = "version to start, such as 1.4.0" };
        var image = new Option<string?>("--image") { Description = "image to start, where its name does not follow from the version", HelpName = "REF" };
        var snapshot = new Option<bool>("--snapshot")
        {
            Description = "take a backup set first; the active version keeps its id for 'we rollback --restore-db'",
        };
        var imageFile = new Option<string?>("--image-file")
        {
            Description = "send this image archive first (tar, plain or compressed with zstd or gzip; - for standard input)",
            HelpName = "FILE",
        };
        var force = new Option<bool>("--force") { Description = "deploy even if exactly this version is there already" };
        var command = new WeCommand(
            "deploy",
            "start a version in the idle slot and wait until it is healthy",
            "we deploy worb 1.4.0",
            "we deploy worb 1.4.0 --image localhost/worb:1.4.0 -e staging",
            "we deploy worb 1.4.0 --image-file worb.tar.zst",
            "we deploy worb 1.4.0 --snapshot",
            "we deploy worb 1.4.0 --dry-run")
        {
            project, version, environment, image, imageFile, snapshot, force, dryRun,
        };
        return runner.Handle(command, async we =>
        {
            var request = new DeployRequest
            {
                Project = we.Get(project),
                Environment = we.Get(environment),
                Version = we.Get(version),
                Image = we.Get(image) ?? "",
                Snapshot = we.Get(snapshot),
                DryRun = we.Get(dryRun),
                Force = we.Get(force),
            };
            var client = new SlotService.SlotServiceClient(we.Channel);
            if (we.Get(imageFile) is { } path)
                await BringImageAsync(we, client, ImageFile.Find(path), request);
            return await OperationFollower.FollowAsync(we, options => client.Deploy(request, options), request.DryRun);
        });
    }

    /// <summary>Sends the image and has it deployed; in a dry run only looks at the file.</summary>
    private static async Task BringImageAsync(Invocation we, SlotService.SlotServiceClient client, ImageFile file, DeployRequest request)
    {
        if (request.Image.Length > 0)
            throw CommandException.Usage("--image and --image-file exclude each other", "give the file alone: its image has a name in it", "image");
        if (!request.DryRun)
        {
            request.Image = await ImageUpload.SendAsync(we, client, file, request.Project, request.Environment);
            return;
        }

        if (file.IsInput)
            throw CommandException.Usage("a dry run reads no image from standard input", "give a file, or leave --dry-run out", "image_file");
        request.Image = await file.CheckAsync(we.Interrupted) ?? "";
        request.ImageFollows = true;
        if (!we.Json)
            we.Line($"{file.Name}, {Units.Bytes(file.Length ?? 0)}: {(request.Image.Length > 0 ? request.Image : "an archive that CodeB looks into")}, would be sent");
    }
}
