namespace CodeB.Protection.Files;

/// <summary>A file, folder or link as an archive or a server shows it. Times are left out: they say nothing of the content.</summary>
/// <param name="Path">Absolute on the server.</param>
/// <param name="Type">As find prints it: f, d, l, p, c, b.</param>
/// <param name="Mode">The permission bits.</param>
/// <param name="User">The owner's number.</param>
/// <param name="Group">The group's number.</param>
/// <param name="Bytes">Of a file; 0 of the others.</param>
/// <param name="Link">Where a link points; empty for the others.</param>
/// <param name="Sha256">Of a file's content; empty for the others.</param>
public sealed record TreeEntry(string Path, char Type, int Mode, int User, int Group, long Bytes, string Link, string Sha256)
{
    /// <summary>What of it would change, as people read it; empty when nothing would.</summary>
    public string ChangeTo(TreeEntry other)
    {
        if (Type != other.Type)
            return $"{Kind} → {other.Kind}";
        var changes = new List<string>();
        // The permissions of a link are never used.
        if (Type != 'l' && Mode != other.Mode)
            changes.Add($"mode {Octal(Mode)} → {Octal(other.Mode)}");
        if ((User, Group) != (other.User, other.Group))
            changes.Add($"owner {User}:{Group} → {other.User}:{other.Group}");
        if (Link != other.Link)
            changes.Add($"link to {Link} → {other.Link}");
        if (Sha256 != other.Sha256)
            changes.Add(Bytes == other.Bytes ? $"content, {Bytes} bytes as before" : $"content, {Bytes} → {other.Bytes} bytes");
        return string.Join(", ", changes);
    }

    public string Kind => Type switch
    {
        'f' => "file",
        'd' => "folder",
        'l' => "link",
        _ => "special file",
    };

    private static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');
}
