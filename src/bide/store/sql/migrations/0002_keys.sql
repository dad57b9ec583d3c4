-- Keys of those who come over the gateway, and what each has spent.

-- Of a secret only its SHA-256 is kept. A plain hash is right here: a secret is 256 random bits, nobody can go through them,
-- so there is nothing that a slow, salted hash would protect, and every call would pay for it.
CREATE TABLE keys (
    id {id},
    owner TEXT NOT NULL,
    external_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    digest {bytes} NOT NULL UNIQUE,
    prefix TEXT NOT NULL,               -- how the secret begins, for people
    former_digest {bytes},              -- the secret before the last rotation
    former_until {integer},             -- until when it is good
    created_at {integer} NOT NULL,
    expires_at {integer},
    revoked_at {integer},
    models TEXT,                        -- what may be asked: patterns as of file names (JSON); NULL: every model
    lanes TEXT,                         -- how it may be served (JSON); NULL: every lane
    priority TEXT,                      -- of a request that does not say how long it may wait
    workflow TEXT,
    requests_per_minute {integer},
    tokens_per_minute {integer},
    budget_day {integer},               -- NULL: none
    budget_month {integer},
    budget_hard {integer} NOT NULL      -- 1: what goes beyond is refused; 0: it is said
) {strict};
CREATE INDEX keys_by_former_digest ON keys (former_digest) WHERE former_digest IS NOT NULL;

-- What a key has reserved and spent in a period of UTC: a day (2026-11-21) or a month (2026-11).
CREATE TABLE spending (
    key_id {integer} NOT NULL {references keys},
    period TEXT NOT NULL,
    reserved {integer} NOT NULL,
    spent {integer} NOT NULL,
    PRIMARY KEY (key_id, period)
) {strict};

-- Whose money it is; NULL: of nobody who has a key.
ALTER TABLE jobs ADD COLUMN key_id {integer} {references keys};

-- Reserved for the request against its job's key; 0 once it is settled.
ALTER TABLE requests ADD COLUMN reserved {integer} NOT NULL DEFAULT 0;

-- When that was; NULL: when it was queued.
ALTER TABLE requests ADD COLUMN reserved_at {integer};
