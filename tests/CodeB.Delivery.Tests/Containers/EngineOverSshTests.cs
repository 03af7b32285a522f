using System.Formats.Tar;
using System.Text;
using CodeB.Delivery.Containers;
using CodeB.Domain.Errors;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Containers;

/// <summary>What streams to and from an engine, over a real sshd; the engine is a script that does what podman does with its streams.</summary>
public sealed class EngineOverSshTests : IAsyncLifetime
{
    private SshdFixture _sshd = null!;
    private ContainerEngine _engine = null!;

    private string Loaded => $"{_sshd.Folder}/loaded.tar";

    private string ProcessId => $"{_sshd.Folder}/logs.pid";

    public async ValueTask InitializeAsync()
    {
        _sshd = await SshdFixture.StartAsync("app");
        var script = $"{_sshd.Folder}/engine";
        await File.WriteAllTextAsync(
            script,
            $"""
            #!/bin/sh
            case "$1" in
              load) cat > "$TMPDIR/part" && mv "$TMPDIR/part" {Loaded} && echo "Loaded image: localhost/worb:2" ;;
              logs) echo "$$" > {ProcessId}; echo "one $3"; echo two >&2; echo three
                    [ "$4" != --follow ] || exec sleep 600 ;;
            esac

            """,
            TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _engine = new ContainerEngine(_sshd.Session, new ContainerSettings { Engine = script });
    }

    public ValueTask DisposeAsync() => _sshd.DisposeAsync();

    [Fact]
    public async Task An_archive_reaches_the_engine_whole_and_its_name_comes_back()
    {
        var archive = Archive(20_000_000);

        var images = await LoadAsync(archive);

        Assert.Equal(["localhost/worb:2"], images);
        Assert.True((await File.ReadAllBytesAsync(Loaded, TestContext.Current.CancellationToken)).AsSpan().SequenceEqual(archive));
    }

    [Fact]
    public async Task An_archive_that_is_cut_off_never_becomes_an_image()
    {
        var error = await Assert.ThrowsAsync<DomainException>(() => LoadAsync(Archive(20_000_000)[..^1024]));

        Assert.Contains("cut off", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Loaded));
    }

    [Fact]
    public async Task A_log_has_both_streams_in_their_order_and_a_followed_one_ends_its_process_when_nobody_reads_any_more()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Assert.Equal("one 20\ntwo\nthree", await _engine.LogsAsync("worb", 20, Domain.Secrets.Redaction.None, limit.Token));

        var seen = new TaskCompletionSource<string>();
        var following = _engine.ReadLogsAsync("worb", 5, true, (stream, token) => FirstAsync(stream, seen, token), limit.Token);
        Assert.Equal("one 5", await seen.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        var process = (await File.ReadAllTextAsync(ProcessId, TestContext.Current.CancellationToken)).Trim();
        Assert.True(Directory.Exists($"/proc/{process}"));

        await limit.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);

        await Eventually.HoldsAsync($"process {process} has ended", () => !Directory.Exists($"/proc/{process}"));
    }

    private Task<IReadOnlyList<string>> LoadAsync(byte[] archive) => _engine.LoadAsync(
        _sshd.Folder,
        (stream, token) => ImageArchive.CopyAsync(new MemoryStream(archive, writable: false), stream, token),
        TestContext.Current.CancellationToken);

    private static async Task FirstAsync(Stream log, TaskCompletionSource<string> seen, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(log);
        seen.TrySetResult(await reader.ReadLineAsync(cancellationToken) ?? "");
        await reader.ReadToEndAsync(cancellationToken);
    }

    private static byte[] Archive(int layer)
    {
        var noise = new byte[layer];
        new Random(7).NextBytes(noise);
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "l.tar") { DataStream = new MemoryStream(noise) });
            var manifest = Encoding.UTF8.GetBytes("""[{"RepoTags":["localhost/worb:2"]}]""");
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "manifest.json") { DataStream = new MemoryStream(manifest) });
        }

        return bytes.ToArray();
    }
}
