using System.Formats.Tar;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using CodeB.Domain.Errors;

namespace CodeB.Protection.Files;

/// <summary>One entry of an archive.</summary>
/// <param name="Entry">What it is; its path begins with '/'.</param>
/// <param name="Content">A file's bytes if it is no larger than what was asked for, else null.</param>
public sealed record TarItem(TreeEntry Entry, byte[]? Content);

/// <summary>Reads a tar stream entry by entry, in bounded memory.</summary>
public static class TarContents
{
    /// <param name="archive">The tar stream; it is left open.</param>
    /// <param name="name">How errors call it.</param>
    /// <param name="keepBytes">Files up to this size come with their content; 0 for none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="DomainException">DataLoss: not an archive, or a broken one.</exception>
    public static async IAsyncEnumerable<TarItem> ReadAsync(
        Stream archive, string name, int keepBytes = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var reader = new TarReader(archive, leaveOpen: true);
        while (await NextAsync(reader, name, cancellationToken) is { } entry)
        {
            var (hash, content) = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile
                ? await HashAsync(entry, name, keepBytes, cancellationToken)
                : ("", null);
            var path = "/" + entry.Name.TrimEnd('/').TrimStart('/');
            yield return new TarItem(
                new TreeEntry(path, TypeOf(entry.EntryType), (int)entry.Mode, entry.Uid, entry.Gid, hash.Length > 0 ? entry.Length : 0, entry.LinkName ?? "", hash),
                content);
        }
    }

    private static async Task<TarEntry?> NextAsync(TarReader reader, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken);
        }
        catch (Exception error) when (error is InvalidDataException or FormatException or EndOfStreamException)
        {
            throw new DomainException(ErrorCode.DataLoss, $"{name}: is not a whole tar archive: {error.Message}", inner: error);
        }
    }

    private static async Task<(string Hash, byte[]? Content)> HashAsync(TarEntry entry, string name, int keepBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var kept = entry.Length <= keepBytes ? new MemoryStream() : null;
        if (entry.DataStream is { } data)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                for (int read; (read = await data.ReadAsync(buffer, cancellationToken)) > 0;)
                {
                    hash.AppendData(buffer.AsSpan(0, read));
                    kept?.Write(buffer.AsSpan(0, read));
                }
            }
            catch (EndOfStreamException error)
            {
                throw new DomainException(ErrorCode.DataLoss, $"{name}: ends within {entry.Name}", inner: error);
            }
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), kept?.ToArray());
    }

    private static char TypeOf(TarEntryType type) => type switch
    {
        TarEntryType.Directory => 'd',
        TarEntryType.SymbolicLink => 'l',
        TarEntryType.Fifo => 'p',
        TarEntryType.CharacterDevice => 'c',
        TarEntryType.BlockDevice => 'b',
        _ => 'f',
    };
}
