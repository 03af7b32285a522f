using System.IO.Compression;
using CodeB.Delivery.Containers;
using CodeB.Domain.Errors;
using CodeB.Grains.Servers;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Protection.DataPath;

namespace CodeB.Grains.Slots;

/// <summary>
/// Image archives from somebody's machine straight into a server's container engine. The bytes pass through this process as a
/// stream, at the pace of the slowest part, and through no grain.
/// <para>
/// A compressed archive is decompressed here and not on the server: so it is checked while it passes, and servers need neither
/// zstd nor an engine that knows it. The price is a longer way for the plain bytes over SSH, inside the fleet's own network.
/// </para>
/// </summary>
public sealed class ImageUploads(Fleet fleet, DeliveryRunbooks runbooks)
{
    private const int HeadLength = 512;
    private const string WhatItShouldBe = "give the tar that 'podman save' or 'docker save' writes, as it is or compressed with zstd or gzip";

    /// <summary>Loads an archive of one image and returns the image's reference on the server.</summary>
    /// <exception cref="DomainException">
    /// InvalidArgument: it is no whole archive of one image; the server keeps nothing of it. FailedPrecondition: the engine did
    /// not take it.
    /// </exception>
    public async Task<string> LoadAsync(string server, Stream archive, CancellationToken cancellationToken)
    {
        // Nothing of what is no archive reaches the server.
        await using var plain = await PlainAsync(archive, cancellationToken);
        var host = await fleet.SessionAsync(server);
        var folder = runbooks.Settings.UploadDirectory;
        var scratch = $"{folder}/{Guid.CreateVersion7():N}";
        await host.RunAsync(Command.Of("install", "-d", "-m", "700", folder, scratch), cancellationToken: cancellationToken);
        try
        {
            await host.RunAsync(
                Command.Of("find", folder, "-mindepth", "1", "-maxdepth", "1", "-mmin", "+1440", "-exec", "rm", "-rf", "{}", "+"), cancellationToken: cancellationToken);
            var images = await new ContainerEngine(host, runbooks.Settings.Containers).LoadAsync(
                scratch, (stream, token) => ImageArchive.CopyAsync(plain, stream, token), cancellationToken);
            return images.Count > 0
                ? images[0]
                : throw new DomainException(ErrorCode.Internal, $"{server}: the container engine has taken the archive and names no image of it");
        }
        catch (HostException error) when (error.Failure == HostFailure.CommandFailed)
        {
            throw new DomainException(
                ErrorCode.FailedPrecondition, $"{server}: the container engine did not take the image: {error.ErrorOutput.Trim()}", inner: error);
        }
        finally
        {
            await RemoveAsync(host, scratch);
        }
    }

    private static async Task RemoveAsync(IHostSession host, string scratch)
    {
        try
        {
            await host.RunAsync(Command.Of("rm", "-rf", scratch));
        }
        catch (HostException)
        {
            // The server is out of reach; the error that counts is on its way, and a later upload removes the folder.
        }
    }

    /// <summary>The archive's plain tar, by the first bytes of what came.</summary>
    private static async Task<Stream> PlainAsync(Stream archive, CancellationToken cancellationToken)
    {
        var head = new byte[HeadLength];
        var length = await archive.ReadAtLeastAsync(head, HeadLength, throwOnEndOfStream: false, cancellationToken);
        var whole = new HeadedStream(head.AsMemory(0, length), archive);
        return head.AsSpan(0, length) switch
        {
            [] => throw DomainException.Invalid(ImageArchive.Field, $"is empty; {WhatItShouldBe}"),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => new BadData(new DecompressFilter(whole, "the archive")),
            [0x1F, 0x8B, ..] => new BadData(new GZipStream(whole, CompressionMode.Decompress)),
            { Length: HeadLength } tar when tar[257..262].SequenceEqual("ustar"u8) => whole,
            _ => throw DomainException.Invalid(ImageArchive.Field, $"is no image archive; {WhatItShouldBe}"),
        };
    }
}
