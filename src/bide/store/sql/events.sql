-- name: insert
-- Written in the transaction that makes the move.
INSERT INTO events (owner, at, kind, job_id, batch_id, detail) VALUES (:owner, :at, :kind, :job, :batch, :detail);

-- name: of_job
-- A job's history: its own events and those of its batches.
SELECT * FROM events WHERE owner = :owner AND (job_id = :job OR batch_id IN (
    SELECT s.batch_id FROM shares s JOIN buckets b ON b.id = s.bucket_id WHERE b.job_id = :job
)) ORDER BY id;

-- name: page
-- An owner's events between two ids, oldest first.
SELECT e.*, j.external_id AS job, b.external_id AS batch FROM events e
LEFT JOIN jobs j ON j.id = e.job_id LEFT JOIN batches b ON b.id = e.batch_id
WHERE e.owner = :owner AND e.id > :after AND e.id <= :last ORDER BY e.id LIMIT :count;

-- name: newest
SELECT coalesce(max(id), 0) AS id FROM events;

-- name: numbers
-- The ids above one, of everybody's events.
SELECT id FROM events WHERE id > :after ORDER BY id LIMIT :count;
