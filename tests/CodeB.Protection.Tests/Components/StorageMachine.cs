using System.Diagnostics;
using System.Text;
using CodeB.Domain.Backups;
using CodeB.Domain.Naming;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Protection.Config;
using CodeB.Protection.DataPath;
using CodeB.Protection.Env;
using CodeB.Protection.Postgres;
using CodeB.Protection.Redis;
using CodeB.Protection.Runbooks;
using CodeB.Protection.Sets;
using CodeB.Testing;

[assembly: AssemblyFixture(typeof(CodeB.Protection.Tests.Components.StorageMachine))]

namespace CodeB.Protection.Tests.Components;

/// <summary>
/// A PostgreSQL 15 and a Redis 7 of their own in a temporary folder, under their own accounts, reached over a real sshd on
/// loopback as a server would be. One for all tests of the assembly; each test uses a project of its own.
/// </summary>
public sealed class StorageMachine : IAsyncLifetime
{
    public const string RedisPassword = "sesame-4711";

    private const string PgBin = "/usr/lib/postgresql/15/bin";

    private readonly string _folder = Directory.CreateTempSubdirectory("cb-st-").FullName;
    private SshdFixture? _sshd;
    private int _projects;

    public IHostSession Session => _sshd!.Session;

    public string BackupRoot => $"{_folder}/backups";

    public SetRepository Sets => new(Session, BackupRoot);

    public KeyRing Keys { get; } = KeyRing.Parse([KeyRing.NewLine("k1")]);

    private string RedisSocket => $"{_folder}/redis.sock";

    public async ValueTask InitializeAsync()
    {
        _sshd = await SshdFixture.StartAsync("storage");
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("755", 8));
        await ShAsync(
            """
            cd "$1" && mkdir pg redis && chown postgres: pg && chown redis: redis
            cat > redis.conf <<END
            port 0
            unixsocket $1/redis.sock
            dir $1/redis/data
            daemonize yes
            pidfile $1/redis/pid
            logfile $1/redis/log
            appendonly yes
            requirepass $2
            repl-diskless-sync-delay 0
            END
            cat > stop.sh <<'END'
            p=$(cat "$1/redis/pid" 2>/dev/null) || exit 0
            kill "$p"; while kill -0 "$p" 2>/dev/null; do sleep 0.02; done
            END
            chown redis: redis.conf && install -d -o redis -m 700 redis/data
            chmod 777 .
            runuser -u postgres -- /usr/lib/postgresql/15/bin/initdb -D pg/data -A peer -N --locale=C.UTF-8 > /dev/null
            runuser -u postgres -- /usr/lib/postgresql/15/bin/pg_ctl -D pg/data -w -l pg/log -o "-k $1/pg -c listen_addresses= -c fsync=off" start > /dev/null
            runuser -u redis -- redis-server "$1/redis.conf"
            """);
        await Eventually.HoldsAsync("Redis answers", async () => (await RedisAsync("PING")).Trim() == "PONG");
    }

    public async ValueTask DisposeAsync()
    {
        if (_sshd is not null)
        {
            // Not over SSH: after a Ctrl-C the sshd is gone already, and these two would stay.
            const string Stop = "runuser -u postgres -- /usr/lib/postgresql/15/bin/pg_ctl -D \"$1/pg/data\" -m immediate stop >/dev/null; sh \"$1/stop.sh\" \"$1\"";
            using var stop = Process.Start("sh", ["-c", Stop, "sh", _folder]);
            await stop.WaitForExitAsync();
            await _sshd.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A project with a role, a database of some rows, keys and an ENV file.</summary>
    public async Task<Project> NewProjectAsync(int rows = 2000)
    {
        var name = $"p{Interlocked.Increment(ref _projects)}";
        var project = new Project(this, name, $"{_folder}/{name}.env");
        await SqlAsync("postgres", $"CREATE ROLE {name} LOGIN PASSWORD 'secret-{name}';");
        await SqlAsync("postgres", $"CREATE DATABASE {name} OWNER {name};");
        await SqlAsync(name, $"""
            SET ROLE {name};
            CREATE TABLE guests (id bigserial PRIMARY KEY, name text NOT NULL, noise bytea);
            INSERT INTO guests (name, noise) SELECT 'guest ' || g, sha256(g::text::bytea) FROM generate_series(1, {rows}) g;
            CREATE INDEX ON guests (name);
            """);
        await RedisAsync("FLUSHALL");
        await ShAsync($"seq 1 500 | sed 's/.*/SET key:& value-&/' | REDISCLI_AUTH={RedisPassword} redis-cli -s {RedisSocket} > /dev/null");
        await ShAsync(
            $$"""
            cd "$1" && mkdir -p {{name}}-conf/sites {{name}}-conf/empty
            printf 'listen 80\nroot /srv\n' > {{name}}-conf/main.conf
            printf 'with a blank' > "{{name}}-conf/sites/a b.conf"
            printf 'a\0b' > {{name}}-conf/sites/binary
            ln -s sites/binary {{name}}-conf/link
            chmod 640 {{name}}-conf/main.conf && chmod 1700 {{name}}-conf/sites && chown 12:34 {{name}}-conf/sites/binary
            echo 'services: {}' > {{name}}-compose.yml
            """);
        await Session.WriteFileAsync(project.EnvPath, Encoding.UTF8.GetBytes($"SECRET={name}\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return project;
    }

    public async Task<string> SqlAsync(string database, string sql)
    {
        var command = Command.Of($"{PgBin}/psql", "-X", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", $"{_folder}/pg", "-d", database) with { RunAs = "postgres", WorkingDirectory = "/" };
        return (await Session.RunAsync(command, Encoding.UTF8.GetBytes(sql))).Output.Trim();
    }

    public async Task<string> RedisAsync(params string[] arguments)
    {
        var command = RedisCommands.Live(Redis, RedisPassword, arguments) with { SuccessExitCodes = [0, 1] };
        return (await Session.RunAsync(command)).Output;
    }

    public Task<CommandResult> ShAsync(string script) =>
        Session.RunAsync(Command.Of("sh", "-ec", script, "sh", _folder, RedisPassword) with { Timeout = TimeSpan.FromMinutes(1) });

    public PostgresSettings Postgres(string database) => new() { Database = database, SocketDirectory = $"{_folder}/pg", BinDirectory = PgBin };

    public RedisSettings Redis => new()
    {
        SocketPath = RedisSocket,
        DataDirectory = $"{_folder}/redis/data",
        StopCommand = ["sh", $"{_folder}/stop.sh", _folder],
        StartCommand = ["runuser", "-u", "redis", "--", "redis-server", $"{_folder}/redis.conf"],
    };

    /// <summary>A project's data and what it looks like from outside.</summary>
    public sealed class Project(StorageMachine machine, string name, string envPath)
    {
        private DateTimeOffset _at = new(2026, 1, 31, 3, 30, 0, TimeSpan.Zero);

        public string Name => name;

        public string EnvPath => envPath;

        public ComponentSettings Settings => new()
        {
            Postgres = machine.Postgres(name),
            Redis = machine.Redis,
            Env = new EnvSettings { Path = envPath },
            Config = new ConfigSettings { Paths = [ConfigFolder, ComposeFile] },
        };

        public string ConfigFolder => $"{machine._folder}/{name}-conf";

        public string ComposeFile => $"{machine._folder}/{name}-compose.yml";

        public IReadOnlyList<IBackupComponent> Components => ComponentCatalog.Create([], new ComponentPlaces
        {
            Storage = machine.Session,
            App = machine.Session,
            Settings = Settings,
            RedisPassword = RedisPassword,
        });

        public SetId NewSetId() => SetId.Of(ProjectName.Parse(name), _at = _at.AddMinutes(1));

        public BackupContext Backup(SetId set) => new(
            new BackupInput { Project = name, Environment = "production", SetId = set.Value, Settings = Settings },
            machine.Sets, Components, machine.Keys, TimeProvider.System);

        public RestoreContext Restore(SetId set) => new(
            new RestoreInput { Project = name, Environment = "production", SetId = set.Value, Settings = Settings },
            machine.Sets, Components, machine.Keys, TimeProvider.System);

        /// <summary>One hash over every row, every key, the configuration and the ENV file.</summary>
        public async Task<string> HashAsync()
        {
            var rows = await machine.SqlAsync(name, "SELECT count(*) || md5(string_agg(g::text, ',' ORDER BY id)) FROM guests g;");
            var keys = await machine.RedisAsync("--raw", "EVAL",
                "local o = {} local k = redis.call('KEYS','*') table.sort(k) for _,n in ipairs(k) do o[#o+1] = n..redis.call('GET',n) end return #k..redis.sha1hex(table.concat(o))", "0");
            var config = await machine.ShAsync(
                $"for p in {ConfigFolder} {ComposeFile}; do find $p -printf '%P %y %m %U %G %l\n' | sort; find $p -type f -exec sha256sum {{}} + | sort; done | sha256sum");
            return $"{rows} {keys.Trim()} {config.Output.Trim()} {Encoding.UTF8.GetString(await machine.Session.ReadFileAsync(envPath) ?? [])}";
        }

        /// <summary>The accident: a table dropped, keys flushed, the ENV file and the configuration damaged.</summary>
        public async Task DamageAsync()
        {
            await machine.SqlAsync(name, "DROP TABLE guests; CREATE TABLE guests (id bigserial PRIMARY KEY, name text); INSERT INTO guests (name) VALUES ('wrong');");
            await machine.RedisAsync("FLUSHALL");
            await machine.RedisAsync("SET", "wrong", "1");
            await machine.Session.WriteFileAsync(envPath, "damaged"u8.ToArray(), UnixFileMode.UserRead);
            await machine.ShAsync($"cd {ConfigFolder} && echo more >> main.conf && chmod 600 main.conf && rm link && ln -s main.conf link && rm -r sites && touch sites new && rm {ComposeFile}");
        }

        /// <summary>Scratch databases, folders and files that a restore may have left; empty when there are none.</summary>
        public async Task<string> LeftoversAsync()
        {
            var databases = await machine.SqlAsync("postgres", $"SELECT datname FROM pg_database WHERE datname LIKE '{name}\\_%' ORDER BY 1;");
            var closed = await machine.SqlAsync("postgres", $"SELECT datname || ' is closed' FROM pg_database WHERE datname = '{name}' AND NOT datallowconn;");
            var files = await machine.ShAsync("cd \"$1\" && ls -d redis/data.* *.env.* .p*.restore-* .p*.before-* 2>/dev/null || true");
            return string.Join(' ', databases, closed, files.Output).Trim();
        }
    }
}
