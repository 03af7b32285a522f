using System.Diagnostics;
using CodeB.Domain.Errors;
using CodeB.Protection.DataPath;
using CodeB.Protection.Redis;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Protection.Tests.DataPath;

public sealed class BackupPipeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("codeb-pipe-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Stored_content_comes_back_with_and_without_encryption() =>
        Prop.ForAll(Gen.Choose(0, 600_000).ToArbitrary(), ArbMap.Default.ArbFor<bool>(), (size, encrypted) =>
        {
            var ring = encrypted ? Pipes.NewRing() : null;
            var content = Mixed(size);
            var (file, stored) = Pipes.StoreAsync(content, ring).GetAwaiter().GetResult();
            return stored.OriginalBytes == size && stored.StoredBytes == file.Length
                && Pipes.LoadAsync(file, stored, ring).GetAwaiter().GetResult().AsSpan().SequenceEqual(content);
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void A_clear_file_with_a_flipped_bit_is_data_loss() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), place =>
        {
            var (file, stored) = Pipes.StoreAsync(Mixed(50_000), null).GetAwaiter().GetResult();
            file[place % file.Length] ^= (byte)(1 << (place % 8));
            var error = Assert.ThrowsAny<DomainException>(() => Pipes.LoadAsync(file, stored, null).GetAwaiter().GetResult());
            return error.Code == ErrorCode.DataLoss;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000_000)]
    public async Task Zstd_itself_reads_what_the_pipe_wrote(int size)
    {
        var (file, _) = await Pipes.StoreAsync(Mixed(size), null);
        await File.WriteAllBytesAsync($"{_folder}/a.zst", file);

        var output = await RunAsync("zstd", "-d", "-q", "-c", $"{_folder}/a.zst");

        Assert.Equal(Mixed(size), output);
    }

    [Fact]
    public async Task The_pipe_reads_what_zstd_itself_wrote()
    {
        await File.WriteAllBytesAsync($"{_folder}/b", Mixed(3_000_000));
        var compressed = await RunAsync("zstd", "-q", "-c", "--check", $"{_folder}/b");

        await using var filter = new DecompressFilter(new MemoryStream(compressed));
        using var content = new MemoryStream();
        await filter.CopyToAsync(content);

        Assert.Equal(Mixed(3_000_000), content.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_000_000)]
    public async Task The_stand_alone_script_decrypts_without_CodeB(int size)
    {
        var line = KeyRing.NewLine("k1");
        await File.WriteAllTextAsync($"{_folder}/keyring", $"# keys\n{KeyRing.NewLine("k2")}\n{line}\n");
        var (file, _) = await Pipes.StoreAsync(Mixed(size), KeyRing.Parse([line]));
        await File.WriteAllBytesAsync($"{_folder}/c.zst.enc", file);

        var output = await RunAsync("sh", "-c", $"python3 {Script()} {_folder}/keyring < {_folder}/c.zst.enc | zstd -d -q -c");

        Assert.Equal(Mixed(size), output);
    }

    [Fact]
    public async Task The_stand_alone_script_refuses_an_altered_file()
    {
        var line = KeyRing.NewLine("k1");
        await File.WriteAllTextAsync($"{_folder}/keyring", line);
        var (file, _) = await Pipes.StoreAsync(Mixed(100_000), KeyRing.Parse([line]));
        file[^20] ^= 1;
        await File.WriteAllBytesAsync($"{_folder}/d.zst.enc", file);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RunAsync("sh", "-c", $"python3 {Script()} {_folder}/keyring < {_folder}/d.zst.enc"));

        Assert.Contains("is altered", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gigabyte_passes_in_bounded_memory()
    {
        var ring = Pipes.NewRing();
        var block = Mixed(1024 * 1024);
        await using var target = new CountFilter(Stream.Null);
        GC.Collect();
        var live = GC.GetTotalMemory(forceFullCollection: true);
        var highest = live;

        var stored = await BackupPipe.WriteAsync(
            target,
            new StorageFormat { Keys = ring, CompressionLevel = 1 },
            async (sink, token) =>
            {
                for (var i = 0; i < 1024; i++)
                {
                    await sink.WriteAsync(block, token);
                    highest = Math.Max(highest, GC.GetTotalMemory(forceFullCollection: false));
                }
            },
            null,
            default);

        Assert.Equal(1024L * 1024 * 1024, stored.OriginalBytes);
        Assert.InRange(highest - live, 0, 32 * 1024 * 1024);
    }

    [Fact]
    public async Task A_source_that_fails_leaves_no_file_that_could_pass_for_whole()
    {
        using var target = new MemoryStream();
        var format = new StorageFormat { Keys = Pipes.NewRing() };

        await Assert.ThrowsAsync<IOException>(() => BackupPipe.WriteAsync(
            target,
            format,
            async (sink, token) =>
            {
                await sink.WriteAsync(Mixed(2_000_000), token);
                throw new IOException("the source broke");
            },
            null,
            default));

        await Assert.ThrowsAsync<DomainException>(() => Pipes.DecryptAsync(target.ToArray(), format.Keys));
    }

    [Fact]
    public async Task A_replications_end_mark_behind_an_RDB_is_cut_off()
    {
        // The shortest RDB: magic, end, CRC-64 of the ten bytes before.
        var rdb = Convert.FromHexString("524544495330303131FF");
        byte[] whole = [.. rdb, .. BitConverter.GetBytes(Crc64.Append(0, rdb))];

        Assert.Equal(whole, await RdbAsync(whole, 3));
        Assert.Equal(whole, await RdbAsync([.. whole, .. ContainerTests.Bytes(40, 7)], 1));
        Assert.Equal(whole, await RdbAsync([.. whole, .. ContainerTests.Bytes(40, 7)], 100));
        await Assert.ThrowsAsync<DomainException>(() => RdbAsync(whole[..^1], 5));
        await Assert.ThrowsAsync<DomainException>(() => RdbAsync([.. whole, 1], 5));
    }

    /// <summary>The check value that Redis' own crc64.c states for "123456789".</summary>
    [Fact]
    public void The_checksum_is_the_one_Redis_uses() => Assert.Equal(0xe9c6d914c4b8d9caUL, Crc64.Append(0, "123456789"u8));

    [Fact]
    public void A_key_ring_that_others_can_read_is_refused_and_a_new_one_is_private()
    {
        var path = $"{_folder}/keys/ring";
        var made = KeyRing.LoadOrCreate(path, TimeProvider.System);
        Assert.Equal(made.CurrentId, KeyRing.LoadOrCreate(path, TimeProvider.System).CurrentId);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var error = Assert.Throws<DomainException>(() => KeyRing.Load(path));
        Assert.Contains("0600", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "holds no key")]
    [InlineData("nokey", "is not id:base64")]
    [InlineData("k1:c2hvcnQ=", "is not 32 bytes")]
    [InlineData("bad id:AAAA", "a key's id is")]
    public void A_line_that_is_no_key_is_refused_without_showing_it(string line, string says)
    {
        var error = Assert.Throws<DomainException>(() => KeyRing.Parse([line]));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2hvcnQ=", error.Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> RdbAsync(byte[] bytes, int piece)
    {
        using var target = new MemoryStream();
        await using var filter = new RdbFilter(target);
        foreach (var part in bytes.Chunk(piece))
            await filter.WriteAsync(part);
        await filter.CompleteAsync();
        return target.ToArray();
    }

    /// <summary>Half random, half zeros.</summary>
    private static byte[] Mixed(int size)
    {
        var bytes = ContainerTests.Bytes(size, size);
        Array.Clear(bytes, 0, size / 2);
        return bytes;
    }

    private static string Script()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists($"{folder}/docs/formats/decrypt.py"))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("docs/formats/decrypt.py is not above the tests");
        return $"{folder}/docs/formats/decrypt.py";
    }

    private static async Task<byte[]> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException(await error);
    }
}
