namespace CodeB.Server.Startup;

/// <summary>Section <c>CodeB</c>.</summary>
internal sealed class ServerOptions
{
    /// <summary>
    /// What this machine keeps besides the control database: the key ring. Default: /var/lib/codeb. Back it up: without the
    /// key ring neither backups nor ENVs can be read.
    /// </summary>
    public string DataDirectory { get; set; } = "/var/lib/codeb";

    /// <summary>The backup keys' file (mode 0600). Default: keys in the data directory, made at the first start.</summary>
    public string KeyFile { get; set; } = "";

    public string KeyRingPath => KeyFile.Length > 0 ? KeyFile : Path.Combine(DataDirectory, "keys");
}
