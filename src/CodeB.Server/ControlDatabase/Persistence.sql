-- Grain state, one row a grain and state name. The version is the ETag that IPersistentState<T> carries.
-- A key is what Orleans makes of a grain id: two numbers for integer and Guid keys, a text for string keys.
CREATE TABLE IF NOT EXISTS orleans_state (
    service_id   text        NOT NULL,
    state_type   text        NOT NULL,
    key_n0       bigint      NOT NULL,
    key_n1       bigint      NOT NULL,
    key_text     text        NOT NULL,
    version      integer     NOT NULL,
    payload      bytea,
    modified_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service_id, state_type, key_n0, key_n1, key_text)
);

-- query: ReadFromStorageKey
SELECT payload AS PayloadBinary, version AS Version
FROM orleans_state
WHERE service_id = @ServiceId
  AND state_type = @GrainTypeString
  AND key_n0 = @GrainIdN0
  AND key_n1 = @GrainIdN1
  AND key_text = coalesce(@GrainIdExtensionString, '')

-- query: WriteToStorageKey
-- No row comes back when the version is not the stored one, or when a first write finds a row: a stale write.
WITH updated AS (
    UPDATE orleans_state
    SET payload = @PayloadBinary, version = version + 1, modified_at = now()
    WHERE service_id = @ServiceId
      AND state_type = @GrainTypeString
      AND key_n0 = @GrainIdN0
      AND key_n1 = @GrainIdN1
      AND key_text = coalesce(@GrainIdExtensionString, '')
      AND version = @GrainStateVersion
    RETURNING version
), inserted AS (
    INSERT INTO orleans_state (service_id, state_type, key_n0, key_n1, key_text, version, payload)
    SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''), 1, @PayloadBinary
    WHERE @GrainStateVersion IS NULL
    ON CONFLICT DO NOTHING
    RETURNING version
)
SELECT version AS NewGrainStateVersion FROM updated
UNION ALL
SELECT version FROM inserted

-- query: ClearStorageKey
-- The row stays, so that the version goes on rising and an older activation cannot write over the cleared state.
UPDATE orleans_state
SET payload = NULL, version = version + 1, modified_at = now()
WHERE service_id = @ServiceId
  AND state_type = @GrainTypeString
  AND key_n0 = @GrainIdN0
  AND key_n1 = @GrainIdN1
  AND key_text = coalesce(@GrainIdExtensionString, '')
  AND version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion

-- query: DeleteStorageKey
-- The caller tells success by a version other than the one it sent.
DELETE FROM orleans_state
WHERE service_id = @ServiceId
  AND state_type = @GrainTypeString
  AND key_n0 = @GrainIdN0
  AND key_n1 = @GrainIdN1
  AND key_text = coalesce(@GrainIdExtensionString, '')
  AND version = @GrainStateVersion
RETURNING version + 1 AS NewGrainStateVersion
