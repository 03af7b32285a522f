-- Membership. Every change of a cluster's silos raises the cluster's version by one in the same statement: two silos that
-- change at once cannot both succeed.
CREATE TABLE IF NOT EXISTS orleans_cluster (
    cluster_id text    PRIMARY KEY,
    version    integer NOT NULL
);
CREATE TABLE IF NOT EXISTS orleans_silo (
    cluster_id    text        NOT NULL REFERENCES orleans_cluster ON DELETE CASCADE,
    address       text        NOT NULL,
    port          integer     NOT NULL,
    generation    integer     NOT NULL,
    silo_name     text        NOT NULL,
    host_name     text        NOT NULL,
    status        integer     NOT NULL,
    proxy_port    integer     NOT NULL,
    suspect_times text,
    start_time    timestamptz NOT NULL,
    alive_at      timestamptz NOT NULL,
    PRIMARY KEY (cluster_id, address, port, generation)
);

-- query: InsertMembershipVersionKey
WITH inserted AS (
    INSERT INTO orleans_cluster (cluster_id, version)
    VALUES (@DeploymentId, 0)
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT EXISTS (SELECT FROM inserted)

-- query: MembershipReadAllKey
-- A cluster without silos gives one row with the version alone.
SELECT s.address AS Address, s.port AS Port, s.generation AS Generation, s.silo_name AS SiloName, s.host_name AS HostName,
       s.status AS Status, s.proxy_port AS ProxyPort, s.suspect_times AS SuspectTimes, s.start_time AS StartTime,
       s.alive_at AS IAmAliveTime, c.version AS Version
FROM orleans_cluster c
LEFT JOIN orleans_silo s ON s.cluster_id = c.cluster_id
WHERE c.cluster_id = @DeploymentId

-- query: MembershipReadRowKey
SELECT s.address AS Address, s.port AS Port, s.generation AS Generation, s.silo_name AS SiloName, s.host_name AS HostName,
       s.status AS Status, s.proxy_port AS ProxyPort, s.suspect_times AS SuspectTimes, s.start_time AS StartTime,
       s.alive_at AS IAmAliveTime, c.version AS Version
FROM orleans_cluster c
LEFT JOIN orleans_silo s
    ON s.cluster_id = c.cluster_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
WHERE c.cluster_id = @DeploymentId

-- query: InsertMembershipKey
WITH raised AS (
    UPDATE orleans_cluster
    SET version = version + 1
    WHERE cluster_id = @DeploymentId
      AND version = @Version
      AND NOT EXISTS (
          SELECT FROM orleans_silo
          WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
    RETURNING cluster_id
), inserted AS (
    INSERT INTO orleans_silo (cluster_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_at)
    SELECT cluster_id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    FROM raised
    RETURNING 1
)
SELECT EXISTS (SELECT FROM inserted)

-- query: UpdateMembershipKey
WITH raised AS (
    UPDATE orleans_cluster
    SET version = version + 1
    WHERE cluster_id = @DeploymentId
      AND version = @Version
      AND EXISTS (
          SELECT FROM orleans_silo
          WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
    RETURNING cluster_id
), updated AS (
    UPDATE orleans_silo s
    SET status = @Status, suspect_times = @SuspectTimes, alive_at = @IAmAliveTime
    FROM raised
    WHERE s.cluster_id = raised.cluster_id AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    RETURNING 1
)
SELECT EXISTS (SELECT FROM updated)

-- query: UpdateIAmAlivetimeKey
UPDATE orleans_silo
SET alive_at = @IAmAliveTime
WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation

-- query: GatewaysQueryKey
SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation
FROM orleans_silo
WHERE cluster_id = @DeploymentId AND status = @Status AND proxy_port > 0

-- query: DeleteMembershipTableEntriesKey
DELETE FROM orleans_cluster WHERE cluster_id = @DeploymentId

-- query: CleanupDefunctSiloEntriesKey
-- 6 is SiloStatus.Dead: a silo that is only late must not vanish from the table.
DELETE FROM orleans_silo
WHERE cluster_id = @DeploymentId AND alive_at < @IAmAliveTime AND status = 6
