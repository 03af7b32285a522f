using CodeB.Domain.Errors;
using CodeB.Protection.DataPath;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Protection.Tests.DataPath;

public sealed class ContainerTests
{
    private const int Header = 108;
    private const int Chunk = 1024 + 16;

    private static readonly KeyRing Ring = Pipes.NewRing();

    private static Arbitrary<byte[]> Contents { get; } =
        (from size in Gen.OneOf(Gen.Choose(0, 5000), Gen.Elements(0, 1, 1023, 1024, 1025, 2048, 4096))
         from seed in Gen.Choose(0, int.MaxValue)
         select Bytes(size, seed)).ToArbitrary();

    [Fact]
    public void What_was_encrypted_comes_back_in_whatever_pieces_it_was_written() =>
        Prop.ForAll(Contents, Gen.Choose(1, 3000).ToArbitrary(), (content, piece) =>
        {
            var container = Pipes.EncryptAsync(content, Ring, writeBytes: piece).GetAwaiter().GetResult();
            return Pipes.DecryptAsync(container, Ring).GetAwaiter().GetResult().AsSpan().SequenceEqual(content);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_flipped_bit_is_detected() =>
        Prop.ForAll(Contents, Gen.Choose(0, int.MaxValue).ToArbitrary(), (content, place) =>
        {
            var container = Pipes.EncryptAsync(content, Ring).GetAwaiter().GetResult();
            container[place % container.Length] ^= (byte)(1 << (place % 8));
            return IsRefused(container);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_container_cut_at_any_byte_is_detected() =>
        Prop.ForAll(Contents, Gen.Choose(0, int.MaxValue).ToArbitrary(), (content, place) =>
        {
            var container = Pipes.EncryptAsync(content, Ring).GetAwaiter().GetResult();
            return IsRefused(container[..(place % container.Length)]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_after_the_end_are_detected() =>
        Prop.ForAll(Contents, Gen.Choose(1, 3000).ToArbitrary(), (content, extra) =>
        {
            var container = Pipes.EncryptAsync(content, Ring).GetAwaiter().GetResult();
            return IsRefused([.. container, .. Bytes(extra, extra)]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Exchanged_repeated_and_missing_chunks_are_detected()
    {
        var container = await Pipes.EncryptAsync(Bytes(4096, 1), Ring);
        var chunks = container[Header..].Chunk(Chunk).ToArray();
        byte[] Joined(params int[] order) => [.. container[..Header], .. order.SelectMany(i => chunks[i])];

        Assert.Equal(4, chunks.Length);
        Assert.Equal(container, Joined(0, 1, 2, 3));
        Assert.True(IsRefused(Joined(1, 0, 2, 3)));
        Assert.True(IsRefused(Joined(0, 0, 2, 3)));
        Assert.True(IsRefused(Joined(0, 2, 3)));
        Assert.True(IsRefused(Joined(0, 1, 2)));
        Assert.True(IsRefused(Joined(0, 1, 2, 3, 3)));
    }

    [Fact]
    public async Task Chunks_of_another_file_under_the_same_key_are_detected()
    {
        var one = await Pipes.EncryptAsync(Bytes(4096, 1), Ring);
        var other = await Pipes.EncryptAsync(Bytes(4096, 2), Ring);

        Assert.True(IsRefused([.. one[..(Header + Chunk)], .. other[(Header + Chunk)..]]));
    }

    [Fact]
    public async Task The_error_names_the_chunk_that_is_damaged()
    {
        var container = await Pipes.EncryptAsync(Bytes(4096, 1), Ring);
        container[Header + (2 * Chunk) + 5] ^= 1;

        var error = await Assert.ThrowsAsync<DomainException>(() => Pipes.DecryptAsync(container, Ring));

        Assert.Equal(ErrorCode.DataLoss, error.Code);
        Assert.Contains("chunk 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_current_key_leaves_old_containers_readable()
    {
        var oldLine = KeyRing.NewLine("old");
        var container = await Pipes.EncryptAsync(Bytes(100, 1), KeyRing.Parse([oldLine]));

        var plain = await Pipes.DecryptAsync(container, KeyRing.Parse([KeyRing.NewLine("new"), oldLine]));

        Assert.Equal(Bytes(100, 1), plain);
    }

    [Fact]
    public async Task Without_its_key_a_container_is_refused_by_the_keys_name()
    {
        var container = await Pipes.EncryptAsync(Bytes(100, 1), Pipes.NewRing("lost"));

        var error = await Assert.ThrowsAsync<DomainException>(() => Pipes.DecryptAsync(container, Ring));

        Assert.Equal(ErrorCode.FailedPrecondition, error.Code);
        Assert.Contains("'lost'", error.Message, StringComparison.Ordinal);
    }

    internal static byte[] Bytes(int size, int seed)
    {
        var bytes = new byte[size];
        new System.Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static bool IsRefused(byte[] container)
    {
        try
        {
            Pipes.DecryptAsync(container, Ring).GetAwaiter().GetResult();
            return false;
        }
        catch (DomainException error)
        {
            // A flipped bit in the key's id names a key that is not there.
            return error.Code is ErrorCode.DataLoss or ErrorCode.FailedPrecondition;
        }
    }
}
