-- name: insert
-- A new batch, to be filled.
INSERT INTO batches (owner, external_id, tag, account, model, endpoint, state, failed_validations, opened_at, due_at,
    holder, lease_until, fence, copy_of, copy_chance)
VALUES (:owner, :external_id, :tag, :account, :model, :endpoint, 'open', :failed_validations, :now, :now,
    :holder, :lease_until, :fence, :copy_of, :copy_chance)
RETURNING *;

-- name: filling
-- A batch that is being filled from a bucket.
SELECT t.id FROM batches t JOIN shares s ON s.batch_id = t.id WHERE s.bucket_id = :bucket AND t.state = 'open' LIMIT 1;

-- name: waits
-- A request of a bucket that may go into a batch.
SELECT id FROM requests
WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0 AND losses < {most losses} LIMIT 1;

-- name: claim
-- Take batches that need attention and that nobody holds. The fence tells this lease from every earlier one.
WITH due AS (
    SELECT id FROM batches WHERE due_at <= :now AND lease_until <= :now AND account = :account ORDER BY due_at, id LIMIT :count {skip locked}
)
UPDATE batches SET holder = :holder, lease_until = :lease_until, fence = fence + 1
WHERE id IN (SELECT id FROM due) RETURNING *;

-- name: renew
-- Only while the lease is held: a step that has just ended must not find it taken again.
UPDATE batches SET lease_until = :lease_until WHERE id = :batch AND fence = :fence AND holder IS NOT NULL;

-- name: release_holder
-- A worker has died: what it held is free. Locked by id, as by everybody who moves several batches.
UPDATE batches SET holder = NULL, lease_until = 0 WHERE id IN (SELECT id FROM batches WHERE holder = :holder ORDER BY id {lock batches});

-- name: holders
SELECT DISTINCT holder FROM batches WHERE holder IS NOT NULL
UNION SELECT DISTINCT holder FROM attempts WHERE state = 'sent' AND batch_id IS NULL AND holder IS NOT NULL
UNION SELECT DISTINCT holder FROM deliveries WHERE holder IS NOT NULL
UNION SELECT DISTINCT holder FROM schedules WHERE holder IS NOT NULL;

-- name: next_due
-- By account, the next instant at which some batch needs attention.
SELECT account, min(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END) AS due_at FROM batches
WHERE due_at IS NOT NULL GROUP BY account ORDER BY account;

-- name: by_id
SELECT * FROM batches WHERE id = :batch;

-- name: hold
-- The batch, if the lease is still ours.
SELECT * FROM batches WHERE id = :batch AND fence = :fence {lock batches};

-- name: cut
-- The last of the waiting requests that still fits beside what the batch has.
SELECT max(id) AS last FROM (
    SELECT id, sum(length + :overhead) OVER (ORDER BY id) AS total_size, sum(input_tokens) OVER (ORDER BY id) AS total_tokens,
        row_number() OVER (ORDER BY id) AS position
    FROM requests
    WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0 AND losses < {most losses}
    ORDER BY id LIMIT :count
) AS page WHERE total_size <= :size AND (total_tokens <= :tokens OR position <= :least);

-- name: fill
-- Plan an attempt in this batch for each waiting request up to there.
INSERT INTO attempts (owner, request_id, lane, account, batch_id, state)
SELECT owner, id, 'batch', :account, :batch, 'planned' FROM requests
WHERE bucket_id = :bucket AND state = 'open' AND live_batches = 0 AND live_calls = 0 AND losses < {most losses} AND id <= :last
ORDER BY id;

-- name: added
-- What a batch was given since then, by bucket and by what the requests were before.
SELECT r.bucket_id, {phase r} AS phase, count(*) AS requests, sum(r.length) AS length, sum(r.input_tokens) AS tokens,
    sum(r.input_tokens + r.output_tokens) AS bound, min(a.id) AS first, max(a.id) AS last
FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.batch_id = :batch AND a.id > :after GROUP BY r.bucket_id, {phase r} ORDER BY r.bucket_id, phase;

-- name: mark
-- Its requests are in a batch now, or in one more.
UPDATE requests SET live_batches = live_batches + 1 WHERE id IN (SELECT request_id FROM attempts WHERE batch_id = :batch AND id > :after);

-- name: grow
-- Count what was added.
UPDATE batches SET requests = requests + :requests, size = size + :size, tokens = tokens + :tokens,
    first_attempt = coalesce(first_attempt, :first), last_attempt = :last
WHERE id = :batch AND fence = :fence;

-- name: share
INSERT INTO shares (batch_id, bucket_id, requests) VALUES (:batch, :bucket, :requests)
ON CONFLICT (batch_id, bucket_id) DO UPDATE SET requests = shares.requests + excluded.requests;

-- name: seal
-- Complete: nothing is added any more. The other way into this state is `withdraw`.
UPDATE batches SET state = 'sealed', due_at = :now
WHERE id = :batch AND fence = :fence AND state = 'open' RETURNING *;

-- name: stage
-- The input file is at the provider.
UPDATE batches SET input_file = :input_file WHERE id = :batch AND fence = :fence AND state = 'sealed';

-- name: intend
-- From here on a batch may exist at the provider. Committed before the create is sent.
UPDATE batches SET state = 'submitting', intended_at = :now, lease_until = :lease_until
WHERE id = :batch AND fence = :fence AND state IN {before batch.submitting} RETURNING *;

-- name: others_in_doubt
-- The account's other batches whose create is under way, or that nobody has answered for.
SELECT other.id FROM batches JOIN batches AS other ON other.account = batches.account AND other.id <> batches.id
WHERE batches.id = :batch AND other.state <> 'harvested' AND other.state IN ('submitting', 'ambiguous') LIMIT 1;

-- name: provider_ids
-- What is known to be ours at an account, of what was created since an instant.
SELECT provider_id FROM batches WHERE account = :account AND provider_id IS NOT NULL AND submitted_at >= :since;

-- name: submitted
-- The provider's id is known.
UPDATE batches SET state = 'submitted', provider_id = :provider_id, submitted_at = :submitted_at, expires_at = :expires_at,
    promise = :promise, failures = 0, trouble = NULL, due_at = :due_at, holder = NULL, lease_until = 0
WHERE id = :batch AND fence = :fence AND state IN {before batch.submitted} RETURNING *;

-- name: send_attempts
UPDATE attempts SET state = 'sent', sent_at = :now
WHERE batch_id = :batch AND id BETWEEN :first AND :last AND state IN {before attempt.sent};

-- name: withdraw
-- The create surely did not arrive, or was refused for now: it may be tried again.
UPDATE batches SET state = 'sealed', input_file = :input_file, failures = failures + 1, trouble = :trouble, due_at = :due_at,
    holder = NULL, lease_until = 0
WHERE id = :batch AND fence = :fence AND state = 'submitting' RETURNING *;

-- name: ambiguous
-- The create was sent, or may have been, and nobody answered.
UPDATE batches SET state = 'ambiguous', doubted_at = :now, trouble = :trouble, due_at = :due_at, holder = NULL, lease_until = 0
WHERE id = :batch AND fence = :fence AND state IN {before batch.ambiguous} RETURNING *;

-- name: observe
-- What a poll showed. Counters are for people.
UPDATE batches SET total_count = :total, completed_count = :completed, failed_count = :failed, started_at = :started_at,
    expires_at = coalesce(:expires_at, expires_at), failures = 0, trouble = NULL, holder = NULL, lease_until = 0,
    -- Who asked for its end while we looked wants it now.
    due_at = CASE WHEN cancel_asked = 1 AND :cancel_asked = 0 THEN due_at ELSE :due_at END
WHERE id = :batch AND fence = :fence;

-- name: cancelling
-- The provider has accepted the cancel.
UPDATE batches SET state = 'cancelling', cancel_at = coalesce(cancel_at, :now), due_at = :due_at, holder = NULL, lease_until = 0
WHERE id = :batch AND fence = :fence AND state IN {before batch.cancelling} RETURNING *;

-- name: end
-- The provider has finished with it. Its output is read from the beginning, whatever was seen of it while it grew.
UPDATE batches SET state = 'ended', outcome = :outcome, code = :code, message = :message, output_file = :output_file, output_rows = 0,
    error_file = :error_file, ended_at = :ended_at, failures = 0, trouble = NULL, due_at = :now
WHERE id = :batch AND fence = :fence AND state IN {before batch.ended} RETURNING *;

-- name: slot
-- One of the account's batches for which there was no slot is handed in now: another has ended. Said twice, that it is live: so
-- planners go by the index of these. Whoever runs this holds the batch that has ended, so it waits for no other: one that somebody
-- moves at this moment is passed by. So is one that is due `soon`, perhaps because another end has just woken it by a clock that is a
-- little ahead: batches that end together hand in one each.
UPDATE batches SET due_at = :now WHERE id = (
    SELECT id FROM batches
    WHERE state <> 'harvested' AND account = :account AND state = 'sealed' AND due_at > :soon AND substr(trouble, 1, 16) = 'too_many_batches'
    ORDER BY id LIMIT 1 {skip locked}
);

-- name: progress
-- So many rows of its files have been landed; while it runs, of the output as it grows.
UPDATE batches SET output_rows = :output_rows, error_rows = :error_rows
WHERE id = :batch AND fence = :fence AND state IN ('submitted', 'cancelling', 'ended');

-- name: harvested
-- Nothing more will come from it.
UPDATE batches SET state = 'harvested', harvested_at = :now, failures = 0, trouble = NULL, due_at = :now
WHERE id = :batch AND fence = :fence AND state IN {before batch.harvested} RETURNING *;

-- name: cleaned
-- Its files at the provider are deleted, or will expire by themselves.
UPDATE batches SET cleaned_at = :now, files_kept = :kept, due_at = NULL, holder = NULL, lease_until = 0
WHERE id = :batch AND fence = :fence AND state = 'harvested';

-- name: trouble
-- A call about it failed, and the back-off grows; or (`failed` is 0) it waits for its turn.
UPDATE batches SET failures = failures + :failed, trouble = :trouble, due_at = :due_at, holder = NULL, lease_until = 0
WHERE id = :batch AND fence = :fence;

-- name: ask_cancel
-- Somebody wants it to end; whoever holds it next will see to that.
UPDATE batches SET cancel_asked = 1, due_at = :now
WHERE id = :batch AND cancel_asked = 0 AND state NOT IN ('ended', 'harvested') RETURNING *;

-- name: wake
-- The provider says that it has something to show.
UPDATE batches SET due_at = :now
WHERE account = :account AND provider_id = :provider_id AND state IN ('submitted', 'cancelling') AND due_at > :now;

-- name: look_by
-- Its requests are about to be called: what has ended by then is not to be paid twice.
UPDATE batches SET due_at = :at WHERE id = :batch AND state = 'submitted' AND due_at > :at;

-- name: wanted
-- How many of the batch's shares belong to jobs that still want them.
SELECT count(*) AS wanted FROM shares s JOIN buckets b ON b.id = s.bucket_id JOIN jobs j ON j.id = b.job_id
WHERE s.batch_id = :batch AND j.state = 'running';

-- name: jobs
-- The jobs that have requests in it.
SELECT DISTINCT b.job_id FROM shares s JOIN buckets b ON b.id = s.bucket_id WHERE s.batch_id = :batch ORDER BY b.job_id;

-- name: of_job
-- The batches that carry a job's requests.
SELECT DISTINCT t.* FROM batches t JOIN shares s ON s.batch_id = t.id JOIN buckets b ON b.id = s.bucket_id
WHERE b.job_id = :job ORDER BY t.id;

-- name: bar
-- Keep the buckets of this batch out of the batch lane.
UPDATE buckets SET batchable = 0 WHERE id IN (SELECT bucket_id FROM shares WHERE batch_id = :batch);

-- name: live
-- Batches whose answers are not all in, with how many of their requests belong to which bucket; of a copy, or what has one,
-- whether its request is still open.
SELECT t.*, s.bucket_id, s.requests AS share,
    CASE WHEN t.copied = 0 AND t.copy_of IS NULL THEN 1 ELSE (
        SELECT count(*) FROM attempts a JOIN requests r ON r.id = a.request_id
        WHERE a.id = t.first_attempt AND a.batch_id = t.id AND r.state = 'open'
    ) END AS needed
FROM batches t JOIN shares s ON s.batch_id = t.id
WHERE t.state <> 'harvested' ORDER BY t.id, s.bucket_id;

-- name: lines
-- A page of the requests in a batch, in the order of its file.
SELECT a.id, r.object_id, r.start, r.length, r.checksum FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.batch_id = :batch AND a.id > :after AND a.id <= :last ORDER BY a.id LIMIT :count;

-- name: line
-- The attempt on a line of the batch's file, counted from 0.
SELECT id FROM attempts WHERE batch_id = :batch AND id BETWEEN :first AND :last ORDER BY id LIMIT 1 OFFSET :offset;

-- name: left
-- Whether an ended batch has requests that are still to be answered.
SELECT a.id FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.batch_id = :source AND a.id BETWEEN :first AND :last AND r.state = 'open' AND r.live_batches = 0 AND r.live_calls = 0
LIMIT 1;

-- name: regroup
-- Plan the open requests of an ended batch in another batch, without a turn in the queue.
INSERT INTO attempts (owner, request_id, lane, account, batch_id, state)
SELECT a.owner, a.request_id, 'batch', a.account, :batch, 'planned'
FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.batch_id = :source AND a.id BETWEEN :first AND :last AND r.state = 'open' AND r.live_batches = 0 AND r.live_calls = 0
ORDER BY a.id;

-- name: copyable
-- A batch that may have a second copy: of one request, under way, and the only one.
SELECT * FROM batches
WHERE id = :batch AND requests = 1 AND state = 'submitted' AND cancel_asked = 0 AND copied = 0 AND copy_of IS NULL {lock batches};

-- name: copy
-- Plan the request of a batch in its copy as well.
INSERT INTO attempts (owner, request_id, lane, account, batch_id, state)
SELECT owner, request_id, 'batch', account, :copy, 'planned' FROM attempts WHERE id = :attempt;

-- name: copyable_request
-- The request of such a batch, while it is open, in no other batch or call, and has not been lost too often.
SELECT r.id FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.batch_id = :batch AND a.id = :attempt AND a.state = 'sent' AND r.bucket_id = :bucket AND r.state = 'open'
    AND r.live_batches = 1 AND r.live_calls = 0 AND r.losses < {most losses};

-- name: copied
UPDATE batches SET copied = 1 WHERE id = :batch;

-- name: copy_won
-- Whether a second copy has brought the answer of its request, before that had to be called.
SELECT count(*) AS won FROM attempts a JOIN requests r ON r.id = a.request_id
WHERE a.id = :attempt AND a.batch_id = :batch AND r.settled_by = a.id AND r.state = 'succeeded'
    AND NOT EXISTS (SELECT 1 FROM attempts c WHERE c.request_id = r.id AND c.lane = 'realtime' AND c.id > a.id);
