-- name: commit_id
-- The transaction's own number, if it has changed anything: by it the server tells afterwards whether it was committed.
SELECT CAST(pg_current_xact_id_if_assigned() AS TEXT);

-- name: outcome
-- committed, aborted or in progress; NULL: too long ago.
SELECT pg_xact_status(CAST(CAST(:number AS TEXT) AS xid8));

-- name: end_session
-- Nobody speaks to this session any more, and its transaction is still open.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid = :pid AND backend_xid = CAST(CAST(CAST(:number AS TEXT) AS xid8) AS xid);

-- name: lock_migrations
SELECT pg_advisory_xact_lock(:space, 0);

-- name: has_schema
SELECT to_regclass('settings') IS NOT NULL;

-- name: schema
-- The number of the newest migration that was made here.
SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'schema';

-- name: migrated
INSERT INTO settings (name, value) VALUES ('schema', :number) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: schema_name
-- Several schemas of a database may each have a bide.
SELECT current_schema();

-- name: attend
-- Shared, so that a session that the server has not yet missed does not keep its successor out.
SELECT pg_advisory_lock_shared(:space, :holder);

-- name: present
SELECT EXISTS (
    SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid = CAST(CAST(:space AS BIGINT) AS OID) AND objid = CAST(CAST(:holder AS BIGINT) AS OID) AND objsubid = 2 AND granted
);

-- name: others_present
SELECT EXISTS (
    SELECT 1 FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid = CAST(CAST(:space AS BIGINT) AS OID) AND objid <> CAST(CAST(:holder AS BIGINT) AS OID) AND objsubid = 2 AND granted
        AND objid <> 0 AND pid <> :pid
);
