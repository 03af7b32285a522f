namespace CodeB.Protection.Postgres;

/// <summary>The SQL of backup and restore, as pure functions of names. For PostgreSQL 13 and later.</summary>
public static class PgSql
{
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>One JSON object a database: how it was made, how large it is. Nothing where there is none.</summary>
    public static string Properties(string database) =>
        $"""
        SET standard_conforming_strings = on;
        SELECT json_build_object(
          'encoding', pg_encoding_to_char(d.encoding),
          'collate', d.datcollate,
          'ctype', d.datctype,
          'provider', coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'),
          'icu_locale', coalesce(to_jsonb(d) ->> 'daticulocale', to_jsonb(d) ->> 'datlocale', ''),
          'owner', pg_get_userbyid(d.datdba),
          'bytes', pg_database_size(d.oid)::text,
          'server_version', current_setting('server_version'))
        FROM pg_database d WHERE d.datname = {Literal(database)};
        """;

    /// <summary>A JSON object of counts that a restored database must show again: relations by kind, and the tables' rows.</summary>
    public const string Counts =
        """
        SELECT json_build_object(
          'tables', (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%')::text,
          'indexes', (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                      WHERE c.relkind IN ('i', 'I') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%')::text,
          'sequences', (SELECT count(*) FROM pg_class WHERE relkind = 'S')::text);
        """;

    /// <summary>The names of the roles on which the database's objects and grants depend, superusers aside, one a line.</summary>
    public static string RolesOf(string database) =>
        $"""
        SELECT r.rolname FROM pg_authid r
        WHERE NOT r.rolsuper AND r.rolname NOT LIKE 'pg\_%' AND (
          r.oid = (SELECT datdba FROM pg_database WHERE datname = {Literal(database)})
          OR r.oid IN (SELECT s.refobjid FROM pg_shdepend s WHERE s.refclassid = 'pg_authid'::regclass
                       AND s.dbid = (SELECT oid FROM pg_database WHERE datname = {Literal(database)})))
        ORDER BY r.rolname;
        """;

    /// <summary>
    /// SQL that makes those roles where they are missing and leaves the others alone, with their passwords as the hashes that
    /// the cluster keeps.
    /// </summary>
    public static string RoleScript(string database) =>
        $$"""
        SELECT format(
          'DO $codeb$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %L) THEN CREATE ROLE %I WITH %s %s %s %s %s %s CONNECTION LIMIT %s PASSWORD %L; END IF; END $codeb$;',
          r.rolname, r.rolname,
          CASE WHEN r.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
          CASE WHEN r.rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END,
          CASE WHEN r.rolcreatedb THEN 'CREATEDB' ELSE 'NOCREATEDB' END,
          CASE WHEN r.rolcreaterole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END,
          CASE WHEN r.rolreplication THEN 'REPLICATION' ELSE 'NOREPLICATION' END,
          CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END,
          r.rolconnlimit, r.rolpassword)
        FROM pg_authid r WHERE r.rolname IN ({{RolesOf(database).TrimEnd().TrimEnd(';')}})
        ORDER BY r.rolname;
        """;

    public static string ExistingDatabases(params ReadOnlySpan<string> names) =>
        $"SELECT datname FROM pg_database WHERE datname IN ({Join(names)});";

    public static string ExistingRoles(params ReadOnlySpan<string> names) =>
        $"SELECT rolname FROM pg_roles WHERE rolname IN ({Join(names)});";

    public static string Drop(string database) => $"DROP DATABASE IF EXISTS {Identifier(database)} WITH (FORCE);";

    public static string DropRole(string role) => $"DROP ROLE IF EXISTS {Identifier(role)};";

    /// <summary>From template0, so that nothing of the target's template1 mixes in.</summary>
    public static string Create(string database, IReadOnlyDictionary<string, string> properties)
    {
        var icu = properties.GetValueOrDefault("provider") == "i" ? $" LOCALE_PROVIDER icu ICU_LOCALE {Literal(properties["icu_locale"])}" : "";
        return $"CREATE DATABASE {Identifier(database)} TEMPLATE template0 OWNER {Identifier(properties["owner"])} " +
            $"ENCODING {Literal(properties["encoding"])} LC_COLLATE {Literal(properties["collate"])} LC_CTYPE {Literal(properties["ctype"])}{icu};";
    }

    /// <summary>
    /// Keeps new connections out, ends those that are open, all at once, and waits until they are gone: only then can the
    /// database be renamed. An application sees its connections end with 57P01 (admin_shutdown) and new ones refused with 55000
    /// ("is not currently accepting connections") until it is opened again.
    /// </summary>
    public static string Close(string database) =>
        $"""
        {IfThere(database, $"ALTER DATABASE {Identifier(database)} WITH ALLOW_CONNECTIONS false")}
        DO $codeb$ BEGIN
          PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {Literal(database)} AND pid <> pg_backend_pid();
          FOR i IN 1..1000 LOOP
            PERFORM pg_stat_clear_snapshot();
            EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = {Literal(database)} AND pid <> pg_backend_pid());
            PERFORM pg_sleep(0.005);
          END LOOP;
        END $codeb$;

        """;

    public static string Reopen(string database) => IfThere(database, $"ALTER DATABASE {Identifier(database)} WITH ALLOW_CONNECTIONS true");

    /// <summary>
    /// Two renames in one transaction: at no instant is there none or another database of the live name. Both stay closed; the
    /// one that leaves is marked with the operation that keeps it.
    /// </summary>
    public static string Swap(string live, string kept, string next, string keptBy) =>
        $"""
        {Close(live)}
        BEGIN;
        ALTER DATABASE {Identifier(live)} RENAME TO {Identifier(kept)};
        ALTER DATABASE {Identifier(kept)} SET {Mark} = {Literal(keptBy)};
        {MakeLive(next, live)}
        COMMIT;
        """;

    /// <summary>Gives a database the live name, closed and without a mark; nobody had it.</summary>
    public static string MakeLive(string next, string live) =>
        $"""
        ALTER DATABASE {Identifier(next)} WITH ALLOW_CONNECTIONS false;
        ALTER DATABASE {Identifier(next)} RENAME TO {Identifier(live)};
        ALTER DATABASE {Identifier(live)} RESET {Mark};
        """;

    /// <summary>A JSON object with a database's size and the operation that keeps it, empty without one. Nothing where there is no such database.</summary>
    public static string Kept(string database) =>
        $"""
        SELECT json_build_object(
          'bytes', pg_database_size(d.oid)::text,
          'kept_by', coalesce((
            SELECT substr(c, {Mark.Length + 2}) FROM pg_db_role_setting s, unnest(s.setconfig) c
            WHERE s.setdatabase = d.oid AND s.setrole = 0 AND starts_with(c, {Literal(Mark + "=")})), ''))
        FROM pg_database d WHERE d.datname = {Literal(database)};
        """;

    /// <summary>
    /// A setting of the database itself, because that goes with it through every rename and leaves the comment, which is its
    /// owner's, alone.
    /// </summary>
    private const string Mark = "codeb.kept_by";

    public static string Rename(string from, string to) => $"ALTER DATABASE {Identifier(from)} RENAME TO {Identifier(to)};";

    /// <summary>One statement, where asking first would be a command of its own while writers are held.</summary>
    private static string IfThere(string database, string statement) =>
        $"DO $codeb$ BEGIN IF EXISTS (SELECT FROM pg_database WHERE datname = {Literal(database)}) THEN EXECUTE {Literal(statement)}; END IF; END $codeb$;";

    private static string Join(ReadOnlySpan<string> names)
    {
        var literals = new List<string>();
        foreach (var name in names)
            literals.Add(Literal(name));
        return string.Join(", ", literals);
    }
}
