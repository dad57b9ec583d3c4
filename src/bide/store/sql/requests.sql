-- name: insert
-- One request; a custom_id that the job already has changes nothing.
INSERT INTO requests (
    owner, job_id, bucket_id, line, custom_id, object_id, start, length, checksum, input_tokens, output_tokens, queued_at
) VALUES (
    :owner, :job, :bucket, :line, :custom_id, :object, :start, :length, :checksum, :input_tokens, :output_tokens, :now
) ON CONFLICT (job_id, custom_id) DO NOTHING;

-- name: insert_alike
-- The same of one that may be answered from what is kept.
INSERT INTO requests (
    owner, job_id, bucket_id, line, custom_id, object_id, start, length, checksum, input_tokens, output_tokens, likeness, kept_for, queued_at
) VALUES (
    :owner, :job, :bucket, :line, :custom_id, :object, :start, :length, :checksum, :input_tokens, :output_tokens, :likeness, :kept_for, :now
) ON CONFLICT (job_id, custom_id) DO NOTHING;

-- name: find_custom_id
-- Which line a custom_id was first used on.
SELECT id, line FROM requests WHERE owner = :owner AND job_id = :job AND custom_id = :custom_id;

-- name: first
-- The first of a job's requests above an id. The plus signs keep planners on the primary key.
SELECT id FROM requests WHERE id > :after AND +job_id = :job ORDER BY id LIMIT 1;

-- name: last
SELECT id FROM requests WHERE id > :after AND +job_id = :job ORDER BY id DESC LIMIT 1;

-- name: newest
SELECT coalesce(max(id), 0) AS id FROM requests;

-- name: of_bucket
SELECT count(*) AS requests, coalesce(sum(input_tokens + output_tokens), 0) AS tokens, coalesce(max(output_tokens), 0) AS longest,
    coalesce(max(length), 0) AS bytes
FROM requests WHERE bucket_id = :bucket AND state = 'open';

-- name: copy
-- The failed requests of a job once more, as another job's. They share the body. What an earlier retry has answered, or is
-- about to, is left out.
INSERT INTO requests (
    owner, job_id, bucket_id, line, custom_id, object_id, start, length, checksum, input_tokens, output_tokens, queued_at
)
SELECT r.owner, :job, :bucket, r.line, r.custom_id, r.object_id, r.start, r.length, r.checksum, r.input_tokens, r.output_tokens, :now
FROM requests r WHERE r.owner = :owner AND r.bucket_id = :source AND r.state = 'failed' AND NOT EXISTS (
    SELECT 1 FROM jobs retry
    JOIN jobs other ON other.parent_id = retry.parent_id AND other.id <> retry.id AND other.state <> 'accepting'
    JOIN requests tried ON tried.job_id = other.id AND tried.custom_id = r.custom_id AND tried.state IN ('open', 'succeeded')
    WHERE retry.id = :job
) ORDER BY r.id;

-- name: results
-- A page of a job's requests in input order, each with the attempt that settled it.
SELECT r.id, r.line, r.custom_id, r.state, a.lane, a.status, a.code, a.message, a.object_id, a.start, a.length, a.checksum,
    a.amount, a.id AS attempt, n.response, b.deadline, r.settled_at
FROM requests r JOIN buckets b ON b.id = r.bucket_id
LEFT JOIN attempts a ON a.id = r.settled_by LEFT JOIN answers n ON n.attempt_id = a.id
WHERE r.owner = :owner AND +r.job_id = :job AND r.id > :after AND r.id <= :last ORDER BY r.id LIMIT :count;

-- name: settle_waiting
-- Give a bucket's waiting requests a final state without an answer.
UPDATE requests SET state = :state, settled_at = :now
WHERE id IN (
    SELECT r.id FROM requests r
    WHERE r.bucket_id = :bucket AND r.state = 'open' AND r.live_batches = 0 AND r.live_calls = 0 ORDER BY r.id LIMIT :count
) RETURNING id, reserved, coalesce(reserved_at, queued_at) AS reserved_at, input_tokens + output_tokens AS tokens,
    CASE WHEN losses >= {most losses} THEN 'stubborn' ELSE 'waiting' END AS phase;

-- name: settle_batched
-- Give up a bucket's requests that lie in batches; an answer that still comes is a late one.
UPDATE requests SET state = :state, settled_at = :now
WHERE id IN (
    SELECT r.id FROM requests r
    WHERE r.id BETWEEN (SELECT first_request FROM jobs WHERE id = :job) AND (SELECT last_request FROM jobs WHERE id = :job)
        AND r.bucket_id = :bucket AND r.state = 'open' AND r.live_batches > 0 AND r.live_calls = 0
    ORDER BY r.id LIMIT :count
) RETURNING id, reserved, coalesce(reserved_at, queued_at) AS reserved_at, input_tokens + output_tokens AS tokens, 'batched' AS phase;
