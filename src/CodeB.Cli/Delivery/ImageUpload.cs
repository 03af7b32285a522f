using System.Diagnostics;
using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;
using Google.Protobuf;
using Grpc.Core;
using Spectre.Console;

namespace CodeB.Cli.Delivery;

/// <summary>Sends an image archive through CodeB to an environment's server and shows how far it is.</summary>
internal static class ImageUpload
{
    private const int ChunkSize = 256 * 1024;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    /// <summary>The image's reference on the server.</summary>
    public static async Task<string> SendAsync(
        Invocation we, SlotService.SlotServiceClient client, ImageFile file, string project, string environment)
    {
        var began = Stopwatch.GetTimestamp();
        var sent = new Progress();
        var sending = SendAsync(we, client, file, project, environment, sent);
        if (!we.Json && we.Terminal.Live is { } console)
            await DrawAsync(we, console, file, sent, sending, began);
        else if (!we.Json)
            we.Line($"sending {file.Name}{(file.Length is { } length ? $", {Units.Bytes(length)}" : "")}");
        var answer = await sending;
        if (we.Json)
            we.WriteJson(answer);
        else
            we.Line($"{file.Name}: {Units.Bytes(answer.Bytes)} sent in {Units.Duration(Stopwatch.GetElapsedTime(began))}; it is {answer.Image} there");
        return answer.Image;
    }

    private static async Task<UploadImageResponse> SendAsync(
        Invocation we, SlotService.SlotServiceClient client, ImageFile file, string project, string environment, Progress sent)
    {
        await using var bytes = file.Open(we);
        using var call = client.UploadImage(we.Stream);
        var buffer = new byte[ChunkSize];
        var message = new UploadImageRequest { Project = project, Environment = environment };
        while (true)
        {
            var read = await ReadAsync(file, bytes, buffer, we.Interrupted);
            if (read == 0 && message.Project.Length == 0)
                break;
            message.Data = ByteString.CopyFrom(buffer, 0, read);
            try
            {
                await call.RequestStream.WriteAsync(message, we.Interrupted);
            }
            catch (Exception error) when (error is RpcException or InvalidOperationException && !we.Interrupted.IsCancellationRequested)
            {
                // CodeB has ended the call before it had everything; its answer says why.
                return await call.ResponseAsync;
            }

            sent.Bytes += read;
            message = new UploadImageRequest();
        }

        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    private static async Task<int> ReadAsync(ImageFile file, Stream bytes, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await bytes.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (IOException error)
        {
            throw new CommandException(ExitCode.Failed, "DATA_LOSS", $"{file.Name} cannot be read on: {error.Message}", "nothing was deployed", "image_file");
        }
    }

    private static Task DrawAsync(Invocation we, IAnsiConsole console, ImageFile file, Progress sent, Task sending, long began) =>
        console.Live(new Text("")).StartAsync(async live =>
        {
            while (!sending.IsCompleted)
            {
                await Task.WhenAny(sending, Task.Delay(Tick, we.Terminal.Time));
                live.UpdateTarget(new Markup(Markup.Escape(PlainText.Clean(file.Name)) + " " + Describe(file, sent.Bytes, Stopwatch.GetElapsedTime(began))));
            }
        });

    private static string Describe(ImageFile file, long bytes, TimeSpan time)
    {
        var rate = Units.Rate(bytes, time);
        return file.Length is > 0 and { } length
            ? $"{LiveView.Bar((double)bytes / length)} {Units.Bytes(bytes)} of {Units.Bytes(length)}  {rate}"
            : $"{Units.Bytes(bytes)}  {rate}";
    }

    private sealed class Progress
    {
        private long _bytes;

        public long Bytes
        {
            get => Interlocked.Read(ref _bytes);
            set => Interlocked.Exchange(ref _bytes, value);
        }
    }
}
