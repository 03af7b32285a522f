using System.Diagnostics;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Testing;

namespace CodeB.Hosts.Tests;

public sealed class StreamTests(SshdServer server) : IClassFixture<SshdServer>
{
    private const long Size = 512L << 20;

    private IHostSession Session => server.Session;

    [Fact]
    public async Task Half_a_gigabyte_comes_in_with_bounded_memory()
    {
        var count = 0L;
        var before = GC.GetTotalAllocatedBytes();
        await Session.ReadAsync(Command.Of("head", "-c", $"{Size}", "/dev/zero"), async (stream, token) =>
        {
            var buffer = new byte[256 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, token)) > 0)
                count += read;
        });
        Assert.Equal(Size, count);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
    }

    [Fact]
    public async Task Half_a_gigabyte_goes_out_with_bounded_memory()
    {
        var file = Path.Join(server.Sshd.Folder, "size");
        var before = GC.GetTotalAllocatedBytes();
        await Session.WriteAsync(Command.Of("sh", "-c", "wc -c > \"$1\"", "x", file), async (stream, token) =>
        {
            var buffer = new byte[256 * 1024];
            for (var sent = 0L; sent < Size; sent += buffer.Length)
                await stream.WriteAsync(buffer, token);
        });
        Assert.Equal($"{Size}\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
    }

    [Fact]
    public async Task A_consumer_that_throws_ends_the_remote_process()
    {
        var pidFile = Path.Join(server.Sshd.Folder, "endless.pid");
        var endless = Command.Of("sh", "-c", "echo $$ > \"$1\"; exec cat /dev/zero", "x", pidFile);
        await Assert.ThrowsAsync<InvalidDataException>(() => Session.ReadAsync(endless, async (stream, token) =>
        {
            await stream.ReadExactlyAsync(new byte[10], token);
            throw new InvalidDataException("not what it should be");
        }));
        var process = int.Parse(await File.ReadAllTextAsync(pidFile, TestContext.Current.CancellationToken));
        await Eventually.HoldsAsync("the remote process has ended", () => !Signals.IsAlive(process));
    }

    [Fact]
    public async Task A_producer_that_throws_ends_the_remote_process()
    {
        var pidFile = Path.Join(server.Sshd.Folder, "sink.pid");
        var sink = Command.Of("sh", "-c", "echo $$ > \"$1\"; cat > /dev/null; sleep 100", "x", pidFile);
        await Assert.ThrowsAsync<InvalidDataException>(() => Session.WriteAsync(sink, async (stream, token) =>
        {
            await stream.WriteAsync(new byte[10], token);
            await Eventually.HoldsAsync("the command has started", () => File.Exists(pidFile) && new FileInfo(pidFile).Length > 0);
            throw new InvalidDataException("the source is broken");
        }));
        var process = int.Parse(await File.ReadAllTextAsync(pidFile, TestContext.Current.CancellationToken));
        await Eventually.HoldsAsync("the remote process has ended", () => !Signals.IsAlive(process));
    }

    [Fact]
    public async Task A_command_that_fails_under_a_stream_tells_its_own_error_rather_than_a_broken_pipe()
    {
        var error = await Assert.ThrowsAsync<HostException>(() => Session.WriteAsync(
            Command.Of("sh", "-c", "head -c 10 >/dev/null; echo 'disk full' >&2; exit 4"),
            async (stream, token) =>
            {
                while (true)
                    await stream.WriteAsync(new byte[64 * 1024], token);
            }));
        Assert.Equal(4, error.ExitCode);
        Assert.Equal("disk full", error.ErrorOutput);
    }

    [Fact]
    public async Task A_command_that_leaves_part_of_a_stream_unread_is_an_error_even_with_exit_code_0()
    {
        var error = await Assert.ThrowsAsync<HostException>(() => Session.WriteAsync(Command.Of("true"), async (stream, token) =>
        {
            while (true)
                await stream.WriteAsync(new byte[64 * 1024], token);
        }));
        Assert.Contains("before it had read all", error.Message);
    }

    [Fact]
    public async Task A_slow_consumer_holds_the_command_back()
    {
        var progress = Path.Join(server.Sshd.Folder, "progress");
        var command = Command.Of("sh", "-c", "i=0; while [ $i -lt 40 ]; do head -c 1M /dev/zero; i=$((i+1)); echo $i > \"$1\"; done", "x", progress);
        await Session.ReadAsync(command, async (stream, token) =>
        {
            await stream.ReadExactlyAsync(new byte[1], token);
            var seen = "";
            var since = Stopwatch.StartNew();
            await Eventually.HoldsAsync("the command stands still", () =>
            {
                var now = File.Exists(progress) ? File.ReadAllText(progress) : "";
                if (now != seen)
                    (seen, since) = (now, Stopwatch.StartNew());
                return since.ElapsedMilliseconds > 500;
            });
            Assert.InRange(int.Parse("0" + seen.Trim()), 0, 30);
            await stream.CopyToAsync(Stream.Null, token);
        });
        Assert.Equal("40", (await File.ReadAllTextAsync(progress, TestContext.Current.CancellationToken)).Trim());
    }
}
