-- name: claim
-- One worker purges at a time, and not before it is due.
INSERT INTO chores (name, due_at, holder, lease_until, fence) VALUES ('purge', 0, :holder, :lease_until, 1)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until, fence = chores.fence + 1
WHERE chores.lease_until <= :now AND chores.due_at <= :due_by RETURNING fence;

-- name: hold
-- The worker that purges still is the one; the lease begins anew.
UPDATE chores SET lease_until = :lease_until WHERE name = 'purge' AND fence = :fence;

-- name: rest
-- Nothing more is to go for now.
UPDATE chores SET due_at = :due_at, holder = NULL, lease_until = 0 WHERE name = 'purge' AND fence = :fence;

-- name: eligible
-- Jobs that may go: over for long enough, with nothing of this month and nothing that somebody may still ask for. Retries go
-- before what they retried, whose bodies they share. The newest of everything stays, so that no number is given twice.
SELECT j.* FROM jobs j
WHERE j.done_at IS NOT NULL AND j.done_at < :before AND j.owner <> '' AND (:job = 0 OR j.id = :job)
    AND j.id < (SELECT max(id) FROM jobs)
    AND coalesce(j.last_request, 0) < (SELECT coalesce(max(id), 0) FROM requests)
    AND j.id <> coalesce((SELECT r.job_id FROM requests r WHERE r.id = (SELECT request_id FROM attempts ORDER BY id DESC LIMIT 1)), 0)
    AND NOT EXISTS (SELECT 1 FROM jobs c WHERE c.parent_id = j.id)
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.job_id = j.id AND d.due_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM ledger e WHERE e.job_id = j.id AND e.at >= :month)
    AND NOT EXISTS (
        SELECT 1 FROM served_batches s WHERE s.job_id = j.id AND (s.state <> 'ended' OR EXISTS (
            SELECT 1 FROM files f WHERE f.batch_id = s.id AND f.deleted_at IS NULL
                AND (f.expires_at IS NULL OR f.expires_at > :now)
        ))
    )
ORDER BY j.done_at, j.id LIMIT :count;

-- name: take
-- Nobody's any more: from here on nobody finds it, and it goes to its end whatever happens.
UPDATE jobs SET owner = '', idempotency_key = NULL WHERE id = :job;

-- name: take_served
UPDATE served_batches SET owner = '', idempotency_key = NULL WHERE job_id = :job;

-- name: take_message_batches
UPDATE message_batches SET owner = '', idempotency_key = NULL WHERE job_id = :job;

-- name: take_files
UPDATE files SET owner = '' WHERE batch_id IN (SELECT id FROM served_batches WHERE job_id = :job);

-- name: taken
-- Jobs that are on their way out.
SELECT * FROM jobs WHERE owner = '' ORDER BY id LIMIT :count;

-- name: chunk
-- The next requests of a job that goes. The plus sign keeps planners on the primary key.
SELECT min(id) AS first, max(id) AS last, count(*) AS requests FROM (
    SELECT id FROM requests WHERE id BETWEEN :first AND :last AND +job_id = :job ORDER BY id LIMIT :count
) AS next;

-- name: delete_answers
DELETE FROM answers WHERE attempt_id IN (
    SELECT a.id FROM attempts a JOIN requests r ON r.id = a.request_id WHERE r.id BETWEEN :first AND :last AND +r.job_id = :job
);

-- name: delete_attempts
DELETE FROM attempts WHERE request_id IN (SELECT id FROM requests WHERE id BETWEEN :first AND :last AND +job_id = :job);

-- name: delete_served_lines
DELETE FROM served_lines WHERE request_id IN (SELECT id FROM requests WHERE id BETWEEN :first AND :last AND +job_id = :job);

-- name: delete_calls
DELETE FROM calls WHERE job_id = :job AND external_id IN (
    SELECT custom_id FROM requests WHERE id BETWEEN :first AND :last AND +job_id = :job
);

-- name: objects_of_chunk
SELECT DISTINCT object_id FROM requests WHERE id BETWEEN :first AND :last AND +job_id = :job;

-- name: objects_left
SELECT DISTINCT object_id FROM requests WHERE job_id = :job;

-- name: delete_requests
DELETE FROM requests WHERE id BETWEEN :first AND :last AND +job_id = :job;

-- name: delete_content
DELETE FROM contents WHERE object_id = :object;

-- name: orphan_object
-- Nothing points into it any more.
UPDATE objects SET kind = 'purged' WHERE id = :object;

-- name: orphan_named
UPDATE objects SET kind = 'purged' WHERE name = :name;

-- name: delete_caps
DELETE FROM caps WHERE job_id = :job;

-- name: delete_tallies
DELETE FROM tallies WHERE bucket_id IN (SELECT id FROM buckets WHERE job_id = :job);

-- name: delete_shares
DELETE FROM shares WHERE bucket_id IN (SELECT id FROM buckets WHERE job_id = :job);

-- name: delete_decisions
-- Of its buckets alone; those of a batch go with the batch.
DELETE FROM decisions WHERE bucket_id IN (SELECT id FROM buckets WHERE job_id = :job) AND batch_id IS NULL;

-- name: free_decisions
UPDATE decisions SET bucket_id = NULL WHERE bucket_id IN (SELECT id FROM buckets WHERE job_id = :job);

-- name: delete_buckets
DELETE FROM buckets WHERE job_id = :job;

-- name: delete_tries
DELETE FROM delivery_tries WHERE delivery_id IN (SELECT id FROM deliveries WHERE job_id = :job);

-- name: delete_deliveries
DELETE FROM deliveries WHERE job_id = :job;

-- name: delete_files
DELETE FROM files WHERE batch_id IN (SELECT id FROM served_batches WHERE job_id = :job);

-- name: delete_served
DELETE FROM served_batches WHERE job_id = :job;

-- name: delete_message_batches
DELETE FROM message_batches WHERE job_id = :job;

-- name: delete_job
DELETE FROM jobs WHERE id = :job AND owner = '';

-- name: empty_batches
-- Batches all of whose jobs are gone.
SELECT b.id, b.tag FROM batches b
WHERE b.harvested_at IS NOT NULL AND b.harvested_at < :before AND b.state = 'harvested' AND b.due_at IS NULL
    AND b.id < (SELECT max(id) FROM batches)
    AND NOT EXISTS (SELECT 1 FROM shares s WHERE s.batch_id = b.id)
    AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.id BETWEEN b.first_attempt AND b.last_attempt AND a.batch_id = b.id)
ORDER BY b.harvested_at, b.id LIMIT :count;

-- name: delete_batch_decisions
DELETE FROM decisions WHERE batch_id = :batch;

-- name: orphan_answers
-- The answers of a batch, whatever wrote them.
UPDATE objects SET kind = 'purged' WHERE kind = 'answers' AND substr(name, 1, length(:prefix)) = :prefix;

-- name: free_copy
UPDATE batches SET copy_of = NULL WHERE copy_of = :batch;

-- name: delete_batch
DELETE FROM batches WHERE id = :batch;

-- name: orphans
SELECT id, name FROM objects WHERE kind = 'purged' AND id > :after ORDER BY id LIMIT :count;

-- name: delete_object
-- The newest stays on record, so that no number is given twice.
DELETE FROM objects WHERE id = :object AND kind = 'purged' AND id < (SELECT max(id) FROM objects);

-- name: events_walk
-- The next events in the order of their numbers, and how many of them may go.
SELECT max(id) AS last, count(*) AS seen, coalesce(sum(CASE WHEN at < :before THEN 1 ELSE 0 END), 0) AS old FROM (
    SELECT id, at FROM events WHERE id > :after ORDER BY id LIMIT :count
) AS next;

-- name: delete_events
-- The history of what is not over stays.
DELETE FROM events WHERE id > :after AND id <= :last AND at < :before AND id < (SELECT max(id) FROM events)
    AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = events.job_id AND j.done_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = events.batch_id AND b.state <> 'harvested');

-- name: passages_walk
SELECT max(id) AS last, count(*) AS seen, coalesce(sum(CASE WHEN at < :before THEN 1 ELSE 0 END), 0) AS old FROM (
    SELECT id, sent_at AS at FROM passages WHERE id > :after ORDER BY id LIMIT :count
) AS next;

-- name: delete_passages
DELETE FROM passages WHERE id > :after AND id <= :last AND finished_at < :before AND state <> 'sent' AND holder IS NULL
    AND id < (SELECT max(id) FROM passages);

-- name: ledger_walk
SELECT max(id) AS last, count(*) AS seen, coalesce(sum(CASE WHEN at < :before THEN 1 ELSE 0 END), 0) AS old FROM (
    SELECT id, at FROM ledger WHERE id > :after ORDER BY id LIMIT :count
) AS next;

-- name: delete_ledger
-- A job that is there needs its entries.
DELETE FROM ledger WHERE id > :after AND id <= :last AND at < :before AND id < (SELECT max(id) FROM ledger)
    AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = ledger.job_id);

-- name: delete_spending
-- What keys spent in months that are over, as far as nothing of it is still reserved.
DELETE FROM spending WHERE period < :month AND reserved = 0;

-- name: old_responses
-- Where responses lived, and which of ours were deleted; that has to be known for as long as the call is there.
SELECT owner, external_id FROM responses p
WHERE p.created_at < :before
    AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.external_id = 'req_' || substr(p.external_id, 6))
ORDER BY p.created_at LIMIT :count;

-- name: delete_response
DELETE FROM responses WHERE owner = :owner AND external_id = :external_id AND created_at < :before;

-- name: old_files
-- Uploads that are gone, and whose bytes are.
SELECT id FROM files
WHERE object_id IS NULL AND batch_id IS NULL AND coalesce(deleted_at, expires_at) < :before
    AND id < (SELECT max(id) FROM files) ORDER BY id LIMIT :count;

-- name: delete_file
DELETE FROM files WHERE id = :file;

-- name: count_events
SELECT count(*) AS old FROM events WHERE at < :before AND id < (SELECT max(id) FROM events)
    AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = events.job_id AND j.done_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.id = events.batch_id AND b.state <> 'harvested');

-- name: count_passages
SELECT count(*) AS old FROM passages WHERE finished_at < :before AND state <> 'sent' AND holder IS NULL
    AND id < (SELECT max(id) FROM passages);

-- name: count_ledger
SELECT count(*) AS old FROM ledger WHERE at < :before AND id < (SELECT max(id) FROM ledger)
    AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = ledger.job_id);
