-- name: insert
-- Written in the transaction that makes the move.
INSERT INTO events (owner, at, kind, job_id, batch_id, detail) VALUES (:owner, :at, :kind, :job, :batch, :detail);

-- name: of_job
-- A job's history: its own events and those of its batches.
SELECT * FROM events WHERE owner = :owner AND (job_id = :job OR batch_id IN (
    SELECT s.batch_id FROM shares s JOIN buckets b ON b.id = s.bucket_id WHERE b.job_id = :job
)) ORDER BY id;
