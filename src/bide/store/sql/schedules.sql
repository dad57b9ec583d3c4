-- name: insert
INSERT INTO schedules (owner, external_id, name, asked, cron, timezone, missed, host, created_at, due_at)
VALUES (:owner, :external_id, :name, :asked, :cron, :timezone, :missed, :host, :now, :due_at)
ON CONFLICT (owner, name) DO NOTHING RETURNING *;

-- name: by_name
SELECT * FROM schedules WHERE owner = :owner AND name = :name;

-- name: all
SELECT * FROM schedules WHERE owner = :owner ORDER BY name;

-- name: runs
-- The newest first, with the names of their jobs.
SELECT r.*, j.external_id AS job FROM schedule_runs r LEFT JOIN jobs j ON j.id = r.job_id
WHERE r.owner = :owner AND r.schedule_id = :schedule ORDER BY r.due_at DESC LIMIT :count;

-- name: delete_runs
DELETE FROM schedule_runs WHERE owner = :owner AND schedule_id = :schedule;

-- name: delete
DELETE FROM schedules WHERE owner = :owner AND id = :schedule;

-- name: claim
-- Take schedules that are due and whose files this machine can reach.
WITH due AS (
    SELECT id FROM schedules
    WHERE due_at <= :now AND lease_until <= :now AND (host IS NULL OR host = :host)
    ORDER BY due_at, id LIMIT :count {skip locked}
)
UPDATE schedules SET holder = :holder, lease_until = :lease_until, fence = fence + 1
WHERE id IN (SELECT id FROM due) RETURNING *;

-- name: renew
UPDATE schedules SET lease_until = :lease_until WHERE id = :schedule AND fence = :fence AND holder IS NOT NULL;

-- name: seen_to
-- On to the next instant; only for who holds it still.
UPDATE schedules SET due_at = :due_at, holder = NULL, lease_until = 0
WHERE id = :schedule AND fence = :fence AND holder IS NOT NULL RETURNING *;

-- name: put_off
UPDATE schedules SET holder = NULL, lease_until = :until WHERE id = :schedule AND fence = :fence AND holder IS NOT NULL;

-- name: run
-- What came of an instant. One that is on record stays as it is.
INSERT INTO schedule_runs (owner, schedule_id, due_at, at, job_id, code, message)
VALUES (:owner, :schedule, :due_at, :now, :job, :code, :message)
ON CONFLICT (schedule_id, due_at) DO NOTHING;

-- name: trim
-- Of what came of its instants the newest stays.
DELETE FROM schedule_runs WHERE schedule_id = :schedule AND due_at < (
    SELECT min(due_at) FROM (
        SELECT due_at FROM schedule_runs WHERE schedule_id = :schedule ORDER BY due_at DESC LIMIT :kept
    ) AS newest
);

-- name: release_holder
UPDATE schedules SET holder = NULL, lease_until = 0 WHERE holder = :holder;

-- name: next_due
-- When a machine has its next schedule to see to.
SELECT min(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END) AS due_at FROM schedules
WHERE due_at IS NOT NULL AND (host IS NULL OR host = :host);
