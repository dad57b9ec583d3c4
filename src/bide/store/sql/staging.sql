-- name: landing
-- What arrived: one row an attempt, as the provider reported it.
{temporary} landing (
    attempt_id {integer} NOT NULL PRIMARY KEY,
    verdict TEXT NOT NULL,
    permanent {integer} NOT NULL,
    status {integer},
    code TEXT,
    message TEXT,
    object_id {integer},
    start {integer},
    length {integer},
    checksum {integer},
    input {integer} NOT NULL,
    cached {integer} NOT NULL,
    cache_write {integer} NOT NULL,
    output {integer} NOT NULL,
    reasoning {integer} NOT NULL,
    cache_write_1h {integer} NOT NULL,
    billed {integer} NOT NULL, -- 0: no, 1: yes, 2: perhaps
    card_id {integer},
    amount {integer},
    listed {integer},
    sent_at {integer},
    first_token_at {integer},
    finished_at {integer}
);

-- name: moved
-- What it means: the same rows with where their requests stand before and after.
{temporary} moved (
    attempt_id {integer} NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    job_id {integer} NOT NULL,
    bucket_id {integer} NOT NULL,
    request_id {integer} NOT NULL,
    tokens {integer} NOT NULL,
    lane TEXT NOT NULL,
    was TEXT NOT NULL,
    verdict TEXT NOT NULL,
    request_before TEXT NOT NULL,
    request_after TEXT NOT NULL,
    live_batches {integer} NOT NULL,
    live_calls {integer} NOT NULL,
    phase_before TEXT NOT NULL,
    phase_idle TEXT NOT NULL, -- where the request is when it has no live attempt
    entry TEXT,
    reason TEXT,
    amount {integer},
    listed {integer},
    keeps {integer} NOT NULL -- 1: its answer is kept for exact repeats
);

-- name: ended
-- What became of calls that were passed on.
{temporary} ended (
    external_id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    first_token_at {integer},
    finished_at {integer} NOT NULL,
    status {integer},
    code TEXT,
    kind TEXT,
    amount {integer},
    listed {integer},
    card_id {integer},
    input {integer} NOT NULL,
    cached {integer} NOT NULL,
    cache_write {integer} NOT NULL,
    output {integer} NOT NULL,
    reasoning {integer} NOT NULL,
    cache_write_1h {integer} NOT NULL
);
