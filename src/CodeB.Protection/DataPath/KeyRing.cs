using System.Collections.Immutable;
using System.Security.Cryptography;
using CodeB.Domain.Errors;

namespace CodeB.Protection.DataPath;

/// <summary>
/// The keys that wrap each encrypted file's own key. They live on the control plane's machine only and are never sent to a
/// server, logged or shown. The first one encrypts; all of them decrypt, so that a new key needs no rewriting of old sets.
/// </summary>
public sealed class KeyRing
{
    public const int KeyBytes = 32;
    public const int MaxIdLength = 32;

    private readonly ImmutableDictionary<string, byte[]> _keys;

    private KeyRing(string currentId, ImmutableDictionary<string, byte[]> keys)
    {
        CurrentId = currentId;
        _keys = keys;
    }

    public string CurrentId { get; }

    internal ReadOnlySpan<byte> Current => _keys[CurrentId];

    /// <summary>Reads a ring: one <c>id:base64</c> a line, the current key first; empty lines and lines with # are skipped.</summary>
    /// <exception cref="DomainException">FailedPrecondition: no such file, readable by others, or a line that is not a key.</exception>
    public static KeyRing Load(string path)
    {
        if (!File.Exists(path))
            throw DomainException.Precondition($"{path}: there is no key ring; without it encrypted backups can be neither made nor read");
        var others = File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (others != 0)
            throw DomainException.Precondition($"{path}: its mode must be 0600, other accounts may use the keys; type: chmod 600 {path}");
        return Parse(File.ReadLines(path), path);
    }

    /// <summary>Reads the ring, or makes one with a first random key (mode 0600) where there is no file.</summary>
    public static KeyRing LoadOrCreate(string path, TimeProvider clock)
    {
        if (File.Exists(path))
            return Load(path);
        Directory.CreateDirectory(
            Path.GetDirectoryName(Path.GetFullPath(path))!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var temporary = $"{path}.{Environment.ProcessId}.part";
        using (var file = new FileStream(temporary, options))
        {
            using (var text = new StreamWriter(file, leaveOpen: true))
            {
                text.WriteLine($"# CodeB's backup keys. Keep a copy elsewhere: without it no encrypted backup can be read.");
                text.WriteLine(NewLine($"k{clock.GetUtcNow():yyyyMMdd}"));
            }

            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first; its key is the one.
            File.Delete(temporary);
        }

        return Load(path);
    }

    /// <summary>A line with a new random key, to be put first in the ring's file.</summary>
    public static string NewLine(string id) => $"{CheckedId(id, "id")}:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes))}";

    public static KeyRing Parse(IEnumerable<string> lines, string name = "key ring")
    {
        var keys = ImmutableDictionary.CreateBuilder<string, byte[]>(StringComparer.Ordinal);
        string? current = null;
        var number = 0;
        foreach (var line in lines.Select(l => l.Trim()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            var colon = line.IndexOf(':');
            var where = $"{name}, line {number}";
            if (colon < 1)
                throw DomainException.Precondition($"{where}: is not id:base64");
            var id = CheckedId(line[..colon], where);
            var key = new byte[KeyBytes];
            if (!Convert.TryFromBase64String(line[(colon + 1)..], new byte[KeyBytes + 3], out var length) || length != KeyBytes)
                throw DomainException.Precondition($"{where}: key {id} is not {KeyBytes} bytes in base64");
            _ = Convert.TryFromBase64String(line[(colon + 1)..], key, out _);
            if (!keys.TryAdd(id, key))
                throw DomainException.Precondition($"{where}: key {id} stands there twice");
            current ??= id;
        }

        return current is null
            ? throw DomainException.Precondition($"{name}: holds no key")
            : new KeyRing(current, keys.ToImmutable());
    }

    /// <summary>Names the ring's keys, never their bytes.</summary>
    public override string ToString() => $"key ring ({string.Join(", ", _keys.Keys.Order(StringComparer.Ordinal))})";

    internal ReadOnlySpan<byte> Find(string id, string file) =>
        _keys.TryGetValue(id, out var key)
            ? key
            : throw DomainException.Precondition($"{file}: is encrypted with key '{id}', which the key ring does not hold");

    private static string CheckedId(string id, string where) =>
        id.Length is > 0 and <= MaxIdLength && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? id
            : throw DomainException.Precondition($"{where}: a key's id is 1 to {MaxIdLength} letters, digits, '-', '_' or '.'");
}
