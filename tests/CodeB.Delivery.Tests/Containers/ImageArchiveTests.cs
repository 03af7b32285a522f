using System.Formats.Tar;
using System.Text;
using CodeB.Delivery.Containers;
using CodeB.Domain.Errors;

namespace CodeB.Delivery.Tests.Containers;

public sealed class ImageArchiveTests
{
    private const string One = """[{"Config":"c.json","RepoTags":["localhost/worb:1"],"Layers":["l.tar"]}]""";

    [Theory]
    [InlineData("manifest.json", One)]
    [InlineData("./manifest.json", One)]
    [InlineData("manifest.json", """[{"Config":"c.json","RepoTags":null,"Layers":[]}]""")]
    [InlineData("index.json", """{"manifests":[{"digest":"sha256:1"}]}""")]
    public async Task A_whole_archive_of_one_image_comes_through_as_it_is(string name, string index)
    {
        var archive = Archive((name, Encoding.UTF8.GetBytes(index)), ("l.tar", Noise(3_000_000)));

        var (passed, error) = await CopyAsync(archive);

        Assert.Null(error);
        Assert.Equal(archive, passed);
    }

    [Fact]
    public async Task An_archive_that_is_cut_off_anywhere_is_refused_and_the_engine_never_has_all_of_it()
    {
        var archive = Archive(("manifest.json", Encoding.UTF8.GetBytes(One)), ("l.tar", Noise(600_000)), ("end", Noise(100)));
        // In a header, in the content, at the border between two entries, and just before the end mark.
        foreach (var length in new[] { 100, 700, 300_000, archive.Length - 1024 - 100, archive.Length - 1024 })
        {
            var (passed, error) = await CopyAsync(archive[..length]);

            Assert.NotNull(error);
            Assert.Equal((ErrorCode.InvalidArgument, ImageArchive.Field), (error.Code, error.Field));
            Assert.Contains("cut off", error.Message, StringComparison.Ordinal);
            Assert.True(passed.Length <= length - Math.Min(length, 64 * 1024), $"{passed.Length} of {length} bytes were handed on");
        }
    }

    [Theory]
    [InlineData("""[{"RepoTags":["a:1"]},{"RepoTags":["b:1"]}]""", "2 images (a:1, b:1)")]
    [InlineData("[]", "no manifest.json")]
    [InlineData("{", "not a tar of an image")]
    public async Task An_archive_of_several_images_or_of_none_is_refused(string index, string shown)
    {
        var (_, error) = await CopyAsync(Archive(("manifest.json", Encoding.UTF8.GetBytes(index)), ("l.tar", Noise(10))));
        Assert.Contains(shown, error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tar_of_something_else_is_refused()
    {
        var (_, error) = await CopyAsync(Archive(("readme.txt", Noise(10))));
        Assert.Contains("not of an image", error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_stays_the_same_however_large_the_archive_is()
    {
        var archive = Archive(("manifest.json", Encoding.UTF8.GetBytes(One)), ("l.tar", Noise(40_000_000)));
        await CopyAsync(archive, Stream.Null);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (_, error) = await CopyAsync(archive, Stream.Null);

        Assert.Null(error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    private static async Task<(byte[] Passed, DomainException? Error)> CopyAsync(byte[] archive, Stream? to = null)
    {
        using var engine = new MemoryStream();
        try
        {
            await ImageArchive.CopyAsync(new MemoryStream(archive, writable: false), to ?? engine, TestContext.Current.CancellationToken);
            return (engine.ToArray(), null);
        }
        catch (DomainException error)
        {
            return (engine.ToArray(), error);
        }
    }

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(7).NextBytes(noise);
        return noise;
    }

    private static byte[] Archive(params (string Name, byte[] Content)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }

        return bytes.ToArray();
    }
}
