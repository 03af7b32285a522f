using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class ImageFileTests : CliTest, IDisposable
{
    private static readonly byte[] Zstd = [0x28, 0xB5, 0x2F, 0xFD, 1, 2, 3];

    private readonly string _folder = Directory.CreateTempSubdirectory("codeb-image-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_file_is_sent_whole_and_what_the_server_made_of_it_is_deployed()
    {
        var content = Archive("localhost/worb:2", 3_000_000);
        Fake.Answer<UploadImageRequest>(new UploadImageResponse { Image = "localhost/worb:2", Bytes = content.Length });
        Fake.Answer<DeployRequest>(Updates.Success());

        Assert.Equal((0, ""), (await We("deploy", "worb", "2", "-e", "staging", "--image-file", Write(content)), Error));

        var upload = Fake.Request<UploadImageRequest>();
        Assert.Equal(("worb", "staging"), (upload.Project, upload.Environment));
        Assert.Equal(content, upload.Data.ToByteArray());
        Assert.Equal("localhost/worb:2", Fake.Request<DeployRequest>().Image);
        Assert.Contains("3.0 MB sent in", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_sent_like_a_file()
    {
        InputBytes = Zstd;
        Fake.Answer<UploadImageRequest>(new UploadImageResponse { Image = "localhost/worb:2", Bytes = 7 });
        Fake.Answer<DeployRequest>(Updates.Success());

        Assert.Equal(0, await We("deploy worb 2 --image-file - --json"));

        Assert.Equal(Zstd, Fake.Request<UploadImageRequest>().Data.ToByteArray());
        Assert.Equal("localhost/worb:2", JsonLines()[0].GetProperty("image").GetString());
    }

    [Fact]
    public async Task A_refused_upload_ends_with_the_servers_words_and_nothing_is_deployed()
    {
        Fake.RefusesUploads = true;
        Fake.Fail<UploadImageRequest>(StatusCode.InvalidArgument, "data: the archive holds 2 images", "data");

        Assert.Equal(2, await We("deploy", "worb", "2", "--image-file", Write(Archive("a:1", 5_000_000))));

        Assert.Contains("error: data: the archive holds 2 images", Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Fake.Requests, request => request is DeployRequest);
    }

    [Fact]
    public async Task A_dry_run_looks_into_the_file_and_sends_nothing()
    {
        Fake.Answer<DeployRequest>(Updates.Plan(ok: true));

        Assert.Equal(0, await We("deploy", "worb", "2", "--dry-run", "--image-file", Write(Gzipped(Archive("localhost/worb:2", 100)))));

        var request = Fake.Request<DeployRequest>();
        Assert.Equal((true, true, "localhost/worb:2"), (request.DryRun, request.ImageFollows, request.Image));
        Assert.DoesNotContain(Fake.Requests, sent => sent is UploadImageRequest);
        Assert.Contains("localhost/worb:2, would be sent", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_finds_a_file_that_is_cut_off_or_holds_several_images()
    {
        var whole = Archive("localhost/worb:2", 100_000);
        Assert.Equal(2, await We("deploy", "worb", "2", "--dry-run", "--image-file", Write(whole[..50_000])));
        Assert.Contains("is cut off or damaged", Error, StringComparison.Ordinal);

        Assert.Equal(2, await We("deploy", "worb", "2", "--dry-run", "--image-file", Write(Archive("a:1\",\"b:1", 10, images: 2))));
        Assert.Contains("holds 2 images", Error, StringComparison.Ordinal);
        Assert.Empty(Fake.Requests);
    }

    [Theory]
    [InlineData("missing.tar", "cannot be read")]
    [InlineData("text.tar", "is no image archive")]
    public async Task A_file_that_is_none_is_bad_usage_and_reaches_nobody(string name, string shown)
    {
        await File.WriteAllTextAsync(Path.Join(_folder, "text.tar"), "just text", TestContext.Current.CancellationToken);
        Assert.Equal(2, await We("deploy", "worb", "2", "--image-file", Path.Join(_folder, name)));
        Assert.Contains(shown, Error, StringComparison.Ordinal);
        Assert.Empty(Fake.Requests);
    }

    [Fact]
    public async Task An_image_and_a_file_exclude_each_other_and_a_dry_run_reads_no_standard_input()
    {
        Assert.Equal(2, await We("deploy worb 2 --image a:1 --image-file -"));
        Assert.Equal(2, await We("deploy worb 2 --dry-run --image-file -"));
        Assert.Empty(Fake.Requests);
    }

    private string Write(byte[] content)
    {
        var path = Path.Join(_folder, $"{Guid.NewGuid():N}.tar");
        File.WriteAllBytes(path, content);
        return path;
    }

    internal static byte[] Archive(string tag, int layer, int images = 1)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, leaveOpen: true))
        {
            var image = $$"""{"Config":"c.json","RepoTags":["{{tag}}"],"Layers":["l.tar"]}""";
            Add(tar, "l.tar", new byte[layer]);
            Add(tar, "manifest.json", Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat(image, images))}]"));
        }

        return bytes.ToArray();
    }

    private static void Add(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });

    private static byte[] Gzipped(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(content);
        return bytes.ToArray();
    }
}
