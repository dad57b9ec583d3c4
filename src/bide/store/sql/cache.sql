-- name: inline
-- Answers that are to be kept and came one at a time: they have to lie in objects, so that others can point to them.
SELECT m.attempt_id, m.owner, n.response FROM moved m JOIN answers n ON n.attempt_id = m.attempt_id
WHERE m.keeps = 1 ORDER BY m.attempt_id;

-- name: place
-- An answer lies in an object from here on.
UPDATE attempts SET object_id = :object, start = 0, length = :length, checksum = :checksum WHERE id = :attempt;

-- name: unplace
DELETE FROM answers WHERE attempt_id = :attempt;

-- name: keep_landed
-- Keep what has just settled requests, for their exact repeats; of several alike the last.
INSERT INTO kept_answers (
    owner, likeness, request_id, object_id, start, length, checksum, card_id, listed,
    input, cached, cache_write, output, reasoning, cache_write_1h, kept_at, until
)
SELECT owner, likeness, request_id, object_id, start, length, checksum, card_id, listed,
    input, cached, cache_write, output, reasoning, cache_write_1h, :now, :now + kept_for
FROM (
    SELECT r.owner, r.likeness, r.kept_for, m.request_id, a.object_id, a.start, a.length, a.checksum, l.card_id, l.listed,
        l.input, l.cached, l.cache_write, l.output, l.reasoning, l.cache_write_1h,
        row_number() OVER (PARTITION BY r.owner, r.likeness ORDER BY m.attempt_id DESC) AS place
    FROM moved m JOIN landing l ON l.attempt_id = m.attempt_id JOIN attempts a ON a.id = m.attempt_id
    JOIN requests r ON r.id = m.request_id
    WHERE m.keeps = 1 AND a.object_id IS NOT NULL
) AS settled WHERE place = 1 ORDER BY owner, likeness
ON CONFLICT (owner, likeness) DO UPDATE SET request_id = excluded.request_id, object_id = excluded.object_id, start = excluded.start,
    length = excluded.length, checksum = excluded.checksum, card_id = excluded.card_id, listed = excluded.listed,
    input = excluded.input, cached = excluded.cached, cache_write = excluded.cache_write, output = excluded.output,
    reasoning = excluded.reasoning, cache_write_1h = excluded.cache_write_1h, kept_at = excluded.kept_at, until = excluded.until;

-- name: keep
-- Keep the answer to a call that was passed on.
INSERT INTO kept_answers (
    owner, likeness, request_id, object_id, start, length, checksum, card_id, listed,
    input, cached, cache_write, output, reasoning, cache_write_1h, kept_at, until
) VALUES (
    :owner, :likeness, NULL, :object, 0, :length, :checksum, :card, :listed,
    :input, :cached, :cache_write, :output, :reasoning, :cache_write_1h, :now, :until
) ON CONFLICT (owner, likeness) DO UPDATE SET request_id = excluded.request_id, object_id = excluded.object_id, start = excluded.start,
    length = excluded.length, checksum = excluded.checksum, card_id = excluded.card_id, listed = excluded.listed,
    input = excluded.input, cached = excluded.cached, cache_write = excluded.cache_write, output = excluded.output,
    reasoning = excluded.reasoning, cache_write_1h = excluded.cache_write_1h, kept_at = excluded.kept_at, until = excluded.until;

-- name: find
-- The answer that is kept for a likeness, unless it is too old for whoever gave it or for whoever asks.
SELECT * FROM kept_answers WHERE owner = :owner AND likeness = :likeness AND until > :now AND kept_at > :since;

-- name: give
-- A call that could not wait, answered from what is kept: it has ended when it is put on record, and cost nothing.
INSERT INTO passages (
    external_id, owner, key_id, workflow, path, account, model, urgency, state, lane, holder, body_bytes, output_tokens, reserved,
    sent_at, finished_at, status, kind, amount, listed, card_id, input, cached, cache_write, output, reasoning, cache_write_1h
) VALUES (
    :external_id, :owner, :key, :workflow, :path, :account, :model, :urgency, 'answered', 'cache', NULL, :body_bytes, :output_tokens, 0,
    :now, :now, 200, 'paid', 0, :listed, :card, :input, :cached, :cache_write, :output, :reasoning, :cache_write_1h
);

-- name: seek_from
-- From where on a bucket's requests are to be looked up.
SELECT seek_from FROM buckets WHERE id = :bucket;

-- name: seek
-- Requests of a bucket above an id are to be looked up; an earlier wish for that stands.
UPDATE buckets SET seek_from = coalesce(seek_from, :after) WHERE id = :bucket;

-- name: sought
-- So far they have been; NULL: all of them.
UPDATE buckets SET seek_from = :after WHERE id = :bucket;

-- name: lock_repeats
-- What is about to be given cannot be purged meanwhile.
SELECT k.likeness FROM kept_answers k WHERE (k.owner, k.likeness) IN (
    SELECT r.owner, r.likeness FROM requests r
    WHERE r.bucket_id = :bucket AND r.state = 'open' AND r.live_batches = 0 AND r.live_calls = 0 AND r.id > :after
        AND r.likeness IS NOT NULL
) AND k.until > :now ORDER BY k.owner, k.likeness {share k};

-- name: repeats
-- Waiting requests of a bucket with the answers that are kept for them. CROSS JOIN has SQLite look each of them up.
SELECT r.id, k.object_id, k.start, k.length, k.checksum, k.card_id, k.listed, k.input, k.cached, k.cache_write, k.output,
    k.reasoning, k.cache_write_1h, k.kept_at
FROM requests r CROSS JOIN kept_answers k
WHERE r.bucket_id = :bucket AND r.state = 'open' AND r.live_batches = 0 AND r.live_calls = 0 AND r.id > :after
    AND r.likeness IS NOT NULL AND k.owner = r.owner AND k.likeness = r.likeness AND k.until > :now AND k.kept_at > :now - r.kept_for
ORDER BY r.id LIMIT :count;

-- name: forget_old
-- Some of the answers whose time is over, and of those of calls that were passed on before an instant.
DELETE FROM kept_answers WHERE (owner, likeness) IN (
    SELECT owner, likeness FROM kept_answers WHERE until <= :now OR (request_id IS NULL AND kept_at < :before)
    ORDER BY until LIMIT :count
);

-- name: forget_of_job
-- Answers of requests that are purged.
DELETE FROM kept_answers WHERE request_id IN (SELECT id FROM requests WHERE id BETWEEN :first AND :last AND +job_id = :job);

-- name: held
-- The next objects that stay for as long as something points into them, and whether anything does.
SELECT o.id, CASE WHEN EXISTS (SELECT 1 FROM kept_answers k WHERE k.object_id = o.id)
    OR EXISTS (SELECT 1 FROM attempts a WHERE a.batch_id IS NULL AND a.object_id = o.id) THEN 1 ELSE 0 END AS used
FROM objects o WHERE o.kind = 'held' AND o.id > :after ORDER BY o.id LIMIT :count;

-- name: hold_answers
-- The answers of a batch that goes, as far as others need them.
UPDATE objects SET kind = 'held' WHERE kind = 'answers' AND substr(name, 1, length(:prefix)) = :prefix AND (
    EXISTS (SELECT 1 FROM kept_answers k WHERE k.object_id = objects.id)
    OR EXISTS (SELECT 1 FROM attempts a WHERE a.batch_id IS NULL AND a.object_id = objects.id)
);
