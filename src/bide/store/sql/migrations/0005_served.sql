-- Files and batches as OpenAI's clients know them, in front of any provider. A batch of theirs is a job here; what it was
-- created with, and what its client is told about it, stands in served_batches.

CREATE TABLE files (
    id {id},
    owner TEXT NOT NULL,
    external_id TEXT NOT NULL UNIQUE,
    key_id {integer},
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- uploaded | output | error
    size {integer},                     -- bytes; NULL: made from answers, and nobody has counted them yet
    object_id {integer} {references objects}, -- where an uploaded file lies; NULL: made from answers, or its bytes are gone
    batch_id {integer},                 -- the served batch whose answers it is made from
    created_at {integer} NOT NULL,
    expires_at {integer},
    deleted_at {integer}
) {strict};
CREATE INDEX files_by_owner ON files (owner, id) WHERE deleted_at IS NULL;
CREATE INDEX files_lying ON files (object_id) WHERE object_id IS NOT NULL;

-- Uploads that died half-way are found by this.
CREATE INDEX objects_uploaded ON objects (created_at) WHERE kind = 'upload';

CREATE TABLE served_batches (
    id {id},
    owner TEXT NOT NULL,
    external_id TEXT NOT NULL UNIQUE,
    key_id {integer},
    state TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    completion_window TEXT NOT NULL,    -- as asked
    metadata TEXT,                      -- as asked (JSON)
    input_file TEXT NOT NULL,           -- as asked, whether there is such a file or not
    partial {integer} NOT NULL,         -- 1: the output file is there, and fills, while it runs
    output_life {integer} NOT NULL,     -- how long its results are kept
    deadline {integer} NOT NULL,
    said_by TEXT NOT NULL,              -- who said the deadline
    priority TEXT,
    on_miss TEXT NOT NULL,
    workflow TEXT,
    webhook TEXT,                       -- where its end is told; NULL: at the usual place
    idempotency_key TEXT,
    digest {bytes} NOT NULL,            -- of key and body: the same again may be a retry
    holder TEXT,                        -- the gateway that reads its file
    errors TEXT,                        -- why it failed (JSON)
    model TEXT,                         -- where all its requests ask for the same
    job_id {integer} {references jobs},
    output_file TEXT,                   -- ids of files; each is there when its batch shows it
    error_file TEXT,
    outcome TEXT,                       -- completed | expired | cancelled
    succeeded {integer} NOT NULL DEFAULT 0, -- rows of its output file, once it has ended
    failed {integer} NOT NULL DEFAULT 0,    -- rows of its error file
    usage TEXT,                         -- of what succeeded (JSON)
    created_at {integer} NOT NULL,
    told_at {integer},                  -- when its create was answered; NULL: the answer may not have come through
    in_progress_at {integer},
    cancelling_at {integer},
    finalizing_at {integer},
    ended_at {integer}
) {strict};
CREATE UNIQUE INDEX served_by_idempotency_key ON served_batches (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX served_by_owner ON served_batches (owner, id);
CREATE INDEX served_validating ON served_batches (holder) WHERE state = 'validating';
CREATE INDEX served_running ON served_batches (owner, job_id) WHERE state = 'running';
CREATE INDEX served_untold ON served_batches (digest) WHERE told_at IS NULL;

-- The order in which a growing output file shows its rows: what was once line 7 stays line 7.
CREATE TABLE served_lines (
    batch_id {integer} NOT NULL {references served_batches},
    place {integer} NOT NULL,           -- from 1
    request_id {integer} NOT NULL UNIQUE {references requests},
    PRIMARY KEY (batch_id, place)
) {strict};
