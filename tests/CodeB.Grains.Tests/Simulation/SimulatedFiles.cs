using System.Text;
using CodeB.Testing;

namespace CodeB.Grains.Tests.Simulation;

/// <summary>A server's files in memory, and the commands with which the runbooks change them, as coreutils define them.</summary>
internal sealed class SimulatedFiles
{
    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public byte[]? Read(string path) => _entries.TryGetValue(path, out var entry) && entry.Target is null ? entry.Content : null;

    public void Write(string path, byte[] content)
    {
        MakeFolder(path[..path.LastIndexOf('/')]);
        _entries[path] = new Entry(content, null);
    }

    public string? LinkAt(string path) => _entries.TryGetValue(path, out var entry) ? entry.Target : null;

    /// <summary>The names in a folder.</summary>
    public IEnumerable<string> NamesIn(string folder) =>
        _entries.Keys.Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal) && path.LastIndexOf('/') == folder.Length)
            .Select(path => path[(folder.Length + 1)..]);

    public Answer List(string folder) => Exists(folder)
        ? Answer.Text(string.Concat(NamesIn(folder).Select(name => name + "\n")))
        : Answer.Fails(2, $"ls: cannot access '{folder}': No such file or directory");

    public Answer MakeFolders(IEnumerable<string> folders)
    {
        foreach (var folder in folders)
            MakeFolder(folder);
        return Answer.Empty;
    }

    public Answer Touch(string path)
    {
        if (!Exists(path[..path.LastIndexOf('/')]))
            return Answer.Fails(1, $"touch: cannot touch '{path}': No such file or directory");
        _entries.TryAdd(path, new Entry([], null));
        return Answer.Empty;
    }

    /// <summary>mv -T: a folder is not moved over another that holds something.</summary>
    public Answer Move(string from, string to)
    {
        if (!_entries.TryGetValue(from, out var moved) || !Exists(to[..to.LastIndexOf('/')]))
            return Answer.Fails(1, $"mv: cannot stat '{from}': No such file or directory");
        if (moved.IsFolder && NamesIn(to).Any())
            return Answer.Fails(1, $"mv: cannot move '{from}' to '{to}': Directory not empty");
        foreach (var (path, entry) in Below(from))
        {
            _entries.Remove(path);
            _entries[to + path[from.Length..]] = entry;
        }

        return Answer.Empty;
    }

    public Answer Remove(IEnumerable<string> paths, bool whole)
    {
        foreach (var path in paths)
        {
            foreach (var (below, _) in whole ? Below(path) : [(path, null!)])
                _entries.Remove(below);
        }

        return Answer.Empty;
    }

    public Answer Link(string target, string link)
    {
        if (!Exists(link[..link.LastIndexOf('/')]))
            return Answer.Fails(1, $"ln: failed to create symbolic link '{link}': No such file or directory");
        _entries[link] = new Entry([], target);
        return Answer.Empty;
    }

    /// <summary>find FOLDER… with -mindepth, -maxdepth, -type and perhaps -printf '%p\t%l\n'.</summary>
    public Answer Find(string[] arguments)
    {
        var folders = arguments.TakeWhile(argument => argument[0] == '/').ToList();
        var depth = int.Parse(Option("-mindepth"), null);
        if (Option("-maxdepth") != Option("-mindepth"))
            throw new InvalidOperationException("the simulated find knows one depth only");
        var output = new StringBuilder();
        foreach (var folder in folders)
        {
            foreach (var (path, entry) in Below(folder).Where(found => found.Path[folder.Length..].Count(c => c == '/') == depth))
            {
                if (Option("-type") == (entry.IsFolder ? "d" : entry.Target is null ? "f" : "l"))
                    output.Append(path).Append(arguments.Contains("-printf") ? $"\t{entry.Target}" : "").Append('\n');
            }
        }

        return new Answer(Encoding.UTF8.GetBytes(output.ToString()), folders.TrueForAll(Exists) ? 0 : 1);

        string Option(string name) => arguments[Array.IndexOf(arguments, name) + 1];
    }

    private bool Exists(string path) => _entries.ContainsKey(path);

    private void MakeFolder(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
            _entries.TryAdd(path[..end], Entry.Folder);
    }

    private List<(string Path, Entry Entry)> Below(string path) =>
    [
        .. _entries.Where(entry => entry.Key == path || entry.Key.StartsWith(path + "/", StringComparison.Ordinal))
            .Select(entry => (entry.Key, entry.Value)),
    ];

    private sealed record Entry(byte[]? Content, string? Target)
    {
        public static readonly Entry Folder = new(null, null);

        public bool IsFolder => Content is null;
    }
}
