-- Calls that come one at a time. What may wait becomes a request of a job that gathers such calls; what may not is passed
-- on at once, and is a passage.

-- Until when a job of kind `calls` takes requests in; no batch is made of it before, unless it is large enough.
ALTER TABLE jobs ADD COLUMN gathers_until {integer};

-- Objects that lie here instead of in a file: the bodies of calls that were accepted together.
CREATE TABLE contents (
    object_id {integer} NOT NULL PRIMARY KEY {references objects},
    content {bytes} NOT NULL
) {strict};

-- A call that may wait. Its request is the one of its job with this `custom_id`.
CREATE TABLE calls (
    external_id TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    job_id {integer} NOT NULL {references jobs},
    key_id {integer},
    path TEXT NOT NULL,                 -- the endpoint as the caller addressed it
    model TEXT NOT NULL,                -- the caller's name of it
    digest {bytes} NOT NULL,            -- of key, path and body: the same again may be a retry
    idempotency_key TEXT,
    urgency TEXT NOT NULL,              -- who said how long it may wait
    deadline {integer} NOT NULL,        -- as asked; that of its job may be a little earlier
    stream {integer} NOT NULL,          -- 1: to be answered as an event stream
    holder TEXT,                        -- the gateway on which a connection waits for the answer; NULL: nobody waits
    created_at {integer} NOT NULL,
    delivered_at {integer}              -- when a connection took the whole answer
) {strict};
CREATE UNIQUE INDEX calls_by_idempotency_key ON calls (owner, path, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX calls_orphaned ON calls (digest) WHERE holder IS NULL AND delivered_at IS NULL;
CREATE INDEX calls_held ON calls (holder) WHERE holder IS NOT NULL;
CREATE INDEX calls_by_job ON calls (job_id);

-- A call that was passed on at once: the intent first, what became of it afterwards, and what it cost.
CREATE TABLE passages (
    id {id},
    external_id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    key_id {integer},
    workflow TEXT,
    path TEXT NOT NULL,
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    urgency TEXT NOT NULL,
    state TEXT NOT NULL,                -- sent | answered | errored | refused | lost
    holder TEXT,                        -- the gateway that makes the call; NULL when it has ended
    body_bytes {integer} NOT NULL,      -- with `output_tokens` the bound of what it can have cost
    output_tokens {integer} NOT NULL,
    reserved {integer} NOT NULL,
    sent_at {integer} NOT NULL,
    first_token_at {integer},
    finished_at {integer},
    status {integer},
    code TEXT,
    kind TEXT,                          -- paid | suspected; NULL: nothing was billed
    amount {integer},                   -- NULL: the price is unknown
    card_id {integer} {references rate_cards},
    input {integer} NOT NULL DEFAULT 0,
    cached {integer} NOT NULL DEFAULT 0,
    cache_write {integer} NOT NULL DEFAULT 0,
    output {integer} NOT NULL DEFAULT 0,
    reasoning {integer} NOT NULL DEFAULT 0,
    cache_write_1h {integer} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX passages_under_way ON passages (holder) WHERE holder IS NOT NULL;
CREATE INDEX passages_by_owner ON passages (owner, sent_at);
