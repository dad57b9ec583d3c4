-- The first schema. What stands in braces SQLite and PostgreSQL spell differently (bide/store/queries.py); everything else
-- is the same text in both.
--
-- Instants are microseconds since 1970 UTC, money is in 1e-12 USD. `owner` is on every table that holds somebody's work.

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) {strict};

-- Immutable body files in the Objects seam. Rows elsewhere hold (object_id, start, length, checksum).
CREATE TABLE objects (
    id {id},
    owner TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,                -- bodies | input | answers
    size {integer} NOT NULL,
    created_at {integer} NOT NULL
) {strict};

CREATE TABLE jobs (
    id {id},
    owner TEXT NOT NULL,
    external_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,                -- run | retry
    state TEXT NOT NULL,
    name TEXT NOT NULL,                -- what a person calls it: the input's name
    workflow TEXT,
    fingerprint TEXT,                  -- content and parameters; the same again is the same job
    idempotency_key TEXT,
    priority TEXT,
    priority_source TEXT NOT NULL,     -- who said how long it may wait: by | within | priority | config | default
    deadline {integer} NOT NULL,
    on_miss TEXT NOT NULL,
    max_cost {integer},
    parent_id {integer} {references jobs},
    destination TEXT,                  -- where the answers go (JSON), NULL where the caller collects them
    parameters TEXT NOT NULL,          -- what was asked (JSON), for status and for naming a conflict
    input_id {integer} {references objects},
    requests {integer} NOT NULL DEFAULT 0,
    refused {integer} NOT NULL DEFAULT 0,
    admission TEXT,                    -- guaranteed N of M, with its arithmetic (JSON)
    first_request {integer},
    last_request {integer},
    created_at {integer} NOT NULL,
    accepted_at {integer},
    cancelled_at {integer},
    answered_at {integer},             -- every request settled
    done_at {integer}
) {strict};
CREATE UNIQUE INDEX jobs_by_idempotency_key ON jobs (owner, idempotency_key) WHERE idempotency_key IS NOT NULL AND accepted_at IS NOT NULL;
CREATE INDEX jobs_by_fingerprint ON jobs (owner, fingerprint) WHERE accepted_at IS NOT NULL;
CREATE INDEX jobs_unanswered ON jobs (id) WHERE answered_at IS NULL;
CREATE INDEX jobs_unfinished ON jobs (id) WHERE done_at IS NULL;
CREATE INDEX jobs_by_parent ON jobs (parent_id) WHERE parent_id IS NOT NULL;

-- Requests of one job that share account, model, endpoint and deadline; what planning and rescue reckon with.
CREATE TABLE buckets (
    id {id},
    owner TEXT NOT NULL,
    job_id {integer} NOT NULL {references jobs},
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    deadline {integer} NOT NULL,
    part TEXT NOT NULL,                -- guaranteed | assumed | rest, as told at intake
    protected {integer} NOT NULL,      -- 1: inside the real-time capacity, rescued in time; a rest may join later
    longest {integer} NOT NULL DEFAULT 0,   -- the most output tokens any of them may ask for
    batchable {integer} NOT NULL DEFAULT 1, -- 0: the provider has no batch lane for this model
    paid {integer} NOT NULL DEFAULT 0,
    listed {integer} NOT NULL DEFAULT 0,    -- what the paid answers would have cost at list price
    wasted {integer} NOT NULL DEFAULT 0,
    suspected {integer} NOT NULL DEFAULT 0,
    unpriced {integer} NOT NULL DEFAULT 0,  -- answers whose price is unknown
    UNIQUE (job_id, account, model, endpoint, deadline, part)
) {strict};

-- How many of a bucket's requests are in which phase; moved in the transaction that moves the requests.
CREATE TABLE tallies (
    bucket_id {integer} NOT NULL {references buckets},
    phase TEXT NOT NULL,   -- waiting | stubborn | batched | calling | batch | realtime | failed | cancelled | expired
    requests {integer} NOT NULL,
    tokens {integer} NOT NULL,
    PRIMARY KEY (bucket_id, phase)
) {strict};

CREATE TABLE requests (
    id {id},
    owner TEXT NOT NULL,
    job_id {integer} NOT NULL {references jobs},
    bucket_id {integer} NOT NULL {references buckets},
    line {integer} NOT NULL,
    custom_id TEXT NOT NULL,
    object_id {integer} NOT NULL {references objects},
    start {integer} NOT NULL,
    length {integer} NOT NULL,
    checksum {integer} NOT NULL,
    input_tokens {integer} NOT NULL,    -- an estimate
    output_tokens {integer} NOT NULL,   -- the caller's own limit, or what was assumed for want of one
    state TEXT NOT NULL DEFAULT 'open',
    live_batches {integer} NOT NULL DEFAULT 0,
    live_calls {integer} NOT NULL DEFAULT 0,
    errors {integer} NOT NULL DEFAULT 0,
    losses {integer} NOT NULL DEFAULT 0, -- attempts of which nobody knows what became
    settled_by {integer},               -- the attempt whose answer or error is the request's
    queued_at {integer} NOT NULL,
    settled_at {integer}
) {strict};
CREATE UNIQUE INDEX requests_by_custom_id ON requests (job_id, custom_id);
CREATE INDEX requests_waiting ON requests (bucket_id, id) WHERE state = 'open' AND live_batches = 0 AND live_calls = 0;
CREATE INDEX requests_stubborn ON requests (bucket_id, id)
    WHERE state = 'open' AND live_batches = 0 AND live_calls = 0 AND losses >= {most losses};

CREATE TABLE batches (
    id {id},
    owner TEXT NOT NULL,
    external_id TEXT NOT NULL UNIQUE,
    tag TEXT NOT NULL UNIQUE,          -- in the provider's metadata, the file's name and every custom_id
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    code TEXT,                         -- why it failed, in the provider's words
    message TEXT,
    requests {integer} NOT NULL DEFAULT 0,
    size {integer} NOT NULL DEFAULT 0, -- bytes of its file
    tokens {integer} NOT NULL DEFAULT 0,
    rescued {integer} NOT NULL DEFAULT 0,
    first_attempt {integer},
    last_attempt {integer},
    failed_validations {integer} NOT NULL DEFAULT 0, -- how often its requests failed validation together before
    input_file TEXT,
    provider_id TEXT,
    output_file TEXT,
    error_file TEXT,
    output_rows {integer} NOT NULL DEFAULT 0, -- rows of each file that have been landed
    error_rows {integer} NOT NULL DEFAULT 0,
    total_count {integer} NOT NULL DEFAULT 0, -- the provider's counters: for people, never for decisions
    completed_count {integer} NOT NULL DEFAULT 0,
    failed_count {integer} NOT NULL DEFAULT 0,
    cancel_asked {integer} NOT NULL DEFAULT 0,
    opened_at {integer} NOT NULL,
    intended_at {integer},
    doubted_at {integer},              -- since when nobody sends its create any more, though it may have been sent
    submitted_at {integer},
    started_at {integer},
    cancel_at {integer},
    ended_at {integer},
    harvested_at {integer},
    cleaned_at {integer},
    files_kept {integer} NOT NULL DEFAULT 0, -- left at the provider, where they expire by themselves
    expires_at {integer},
    failures {integer} NOT NULL DEFAULT 0,    -- calls about it that failed in a row
    trouble TEXT,                             -- what the last of them said
    due_at {integer},                         -- when it next needs attention; NULL: never again
    holder TEXT,
    lease_until {integer} NOT NULL DEFAULT 0,
    fence {integer} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX batches_live ON batches (id) WHERE state <> 'harvested';
CREATE INDEX batches_by_intent ON batches (intended_at);
CREATE INDEX batches_due ON batches (due_at, id) WHERE due_at IS NOT NULL;

-- Which buckets a batch's requests are from. Written while it is filled.
CREATE TABLE shares (
    batch_id {integer} NOT NULL {references batches},
    bucket_id {integer} NOT NULL {references buckets},
    requests {integer} NOT NULL,
    PRIMARY KEY (batch_id, bucket_id)
) {strict};
CREATE INDEX shares_by_bucket ON shares (bucket_id);

CREATE TABLE attempts (
    id {id},
    owner TEXT NOT NULL,
    request_id {integer} NOT NULL {references requests},
    lane TEXT NOT NULL,
    account TEXT NOT NULL,
    batch_id {integer} {references batches},
    state TEXT NOT NULL,
    holder TEXT,                        -- who makes the call; NULL in a batch
    lease_until {integer},
    sent_at {integer},
    first_token_at {integer},
    finished_at {integer},
    status {integer},
    code TEXT,
    message TEXT,
    object_id {integer} {references objects}, -- the raw response; NULL: in `answers`
    start {integer},
    length {integer},
    checksum {integer},
    amount {integer}
) {strict};
CREATE INDEX attempts_by_request ON attempts (request_id);
CREATE INDEX attempts_in_flight ON attempts (lease_until, id) WHERE state = 'sent' AND batch_id IS NULL;

-- Responses that came one at a time; those of a batch lie in objects.
CREATE TABLE answers (
    attempt_id {integer} NOT NULL PRIMARY KEY {references attempts},
    response {bytes} NOT NULL
) {strict};

CREATE TABLE rate_cards (
    id {id},
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    mode TEXT NOT NULL,
    day TEXT NOT NULL,
    card TEXT NOT NULL,
    UNIQUE (provider, model, mode, day, card)
) {strict};

-- One entry per billed attempt, written in the transaction that settles it; never changed.
CREATE TABLE ledger (
    id {id},
    owner TEXT NOT NULL,
    job_id {integer} NOT NULL {references jobs},
    workflow TEXT,
    request_id {integer} NOT NULL {references requests},
    attempt_id {integer} NOT NULL {references attempts},
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- paid | waste | suspected
    reason TEXT,
    amount {integer},                   -- NULL: the price is unknown
    listed {integer},                   -- the same tokens at list price
    card_id {integer} {references rate_cards},
    input {integer} NOT NULL,
    cached {integer} NOT NULL,
    cache_write {integer} NOT NULL,
    output {integer} NOT NULL,
    reasoning {integer} NOT NULL,
    cache_write_1h {integer} NOT NULL,    -- of `cache_write`
    at {integer} NOT NULL
) {strict};
CREATE INDEX ledger_by_job ON ledger (job_id);
CREATE INDEX ledger_suspected ON ledger (attempt_id) WHERE kind = 'suspected';

-- Every move, in the transaction that makes it; one event for a move of a whole batch.
CREATE TABLE events (
    id {id},
    owner TEXT NOT NULL,
    at {integer} NOT NULL,
    kind TEXT NOT NULL,
    job_id {integer},
    batch_id {integer},
    detail TEXT NOT NULL
) {strict};
CREATE INDEX events_by_job ON events (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX events_by_batch ON events (batch_id) WHERE batch_id IS NOT NULL;

-- What is known about an account's limits: learned from headers and refusals, or configured.
CREATE TABLE limits (
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    name TEXT NOT NULL,                 -- requests_per_minute | tokens_per_minute | enqueued_tokens
    value {integer} NOT NULL,
    source TEXT NOT NULL,
    learned_at {integer} NOT NULL,
    PRIMARY KEY (account, model, name)
) {strict};

-- Which workers use an account's real-time capacity now; the limit is divided among them.
CREATE TABLE users (
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    holder TEXT NOT NULL,
    until {integer} NOT NULL,
    PRIMARY KEY (account, model, holder)
) {strict};

-- The outbox: answers on their way to whoever asked.
CREATE TABLE deliveries (
    id {id},
    owner TEXT NOT NULL,
    job_id {integer} NOT NULL {references jobs},
    kind TEXT NOT NULL,                 -- file
    destination TEXT NOT NULL,
    host TEXT,                          -- the machine that can reach it; NULL: any
    due_at {integer},
    delivered_at {integer},
    failures {integer} NOT NULL DEFAULT 0,
    trouble TEXT,
    holder TEXT,
    lease_until {integer} NOT NULL DEFAULT 0,
    fence {integer} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX deliveries_due ON deliveries (due_at, id) WHERE due_at IS NOT NULL;
