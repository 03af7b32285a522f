using System.Net;
using System.Net.Sockets;
using System.Text;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Hosts.Tests;

public sealed class FileTests(SshdServer server) : IClassFixture<SshdServer>
{
    private IHostSession Session => server.Session;

    private string Folder => server.Sshd.Folder;

    [Fact]
    public async Task A_file_is_written_whole_with_its_mode_and_nothing_beside_it()
    {
        var path = Path.Join(Folder, "new folder", "it's.env");
        await Session.WriteFileAsync(path, Encoding.UTF8.GetBytes("A=1\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Session.WriteFileAsync(path, Encoding.UTF8.GetBytes("A=2\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal("A=2\n", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal("640", (await Session.RunAsync(Command.Of("stat", "-c", "%a", path))).Output.Trim());
        Assert.Equal([path], Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_leaves_nothing()
    {
        var blocked = Path.Join(Folder, "blocked");
        Directory.CreateDirectory(Path.Join(blocked, "file", "inside"));
        await Assert.ThrowsAsync<HostException>(() => Session.WriteFileAsync(Path.Join(blocked, "file"), new byte[5], UnixFileMode.UserRead));
        Assert.Equal([Path.Join(blocked, "file")], Directory.GetFileSystemEntries(blocked));
    }

    [Fact]
    public async Task An_owner_survives_an_overwrite()
    {
        var path = Path.Join(Folder, "owned");
        await Session.WriteFileAsync(path, new byte[1], UnixFileMode.UserRead);
        await Session.RunAsync(Command.Of("chown", "nobody", path));
        await Session.WriteFileAsync(path, new byte[2], UnixFileMode.UserRead);
        Assert.Equal("nobody 2", (await Session.RunAsync(Command.Of("stat", "-c", "%U %s", path))).Output.Trim());
    }

    [Fact]
    public async Task Any_bytes_come_back_as_they_were_and_a_missing_file_is_null()
    {
        var bytes = Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 >> 3)).ToArray();
        var path = Path.Join(Folder, "bytes");
        await Session.WriteFileAsync(path, bytes, UnixFileMode.UserRead);
        Assert.Equal(bytes, await Session.ReadFileAsync(path));
        Assert.Null(await Session.ReadFileAsync(path + ".none"));
        await Session.WriteFileAsync(path, default, UnixFileMode.UserRead);
        Assert.Equal(0, (await Session.ReadFileAsync(path))?.Length);
    }

    [Fact]
    public async Task A_tree_equals_its_source_after_a_copy_each_way()
    {
        var source = Directory.CreateDirectory(Path.Join(Folder, "source")).FullName;
        Directory.CreateDirectory(Path.Join(source, "sub folder"));
        await File.WriteAllTextAsync(Path.Join(source, "sub folder", "a 'b'"), "content", TestContext.Current.CancellationToken);
        var remote = Path.Join(Folder, "deep", "remote tree");
        Directory.CreateDirectory(remote);
        await File.WriteAllTextAsync(Path.Join(remote, "stale"), "must go", TestContext.Current.CancellationToken);
        await Session.CopyTreeToAsync(source, remote);
        var back = Path.Join(Folder, "back");
        await Session.CopyTreeFromAsync(remote, back);
        Assert.Equal([Path.Join(back, "sub folder")], Directory.GetFileSystemEntries(back));
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Join(back, "sub folder", "a 'b'"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Copying_a_tree_that_is_not_there_says_so()
    {
        var error = await Assert.ThrowsAsync<HostException>(() => Session.CopyTreeFromAsync("/no/such/tree", Path.Join(Folder, "x")));
        Assert.Equal(HostFailure.CommandFailed, error.Failure);
        Assert.Contains("No such file", error.ErrorOutput);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_forwarded_port_or_socket_carries_bytes_until_it_is_disposed(bool socketFile)
    {
        var path = Path.Join(Folder, "s.sock");
        using var listener = socketFile
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(socketFile ? new UnixDomainSocketEndPoint(path) : new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var target = socketFile ? ForwardTarget.Socket(path) : ForwardTarget.Tcp("127.0.0.1", ((IPEndPoint)listener.LocalEndPoint!).Port);

        var forwarded = await Session.ForwardAsync(target);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, forwarded.LocalPort, TestContext.Current.CancellationToken);
            using var accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync("ping"u8.ToArray(), TestContext.Current.CancellationToken);
            var received = new byte[4];
            Assert.Equal(4, await accepted.ReceiveAsync(received));
            Assert.Equal("ping"u8.ToArray(), received);
        }
        await forwarded.DisposeAsync();
        using var late = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(async () => await late.ConnectAsync(IPAddress.Loopback, forwarded.LocalPort));
    }
}
