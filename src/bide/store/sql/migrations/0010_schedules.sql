-- Files that are handed in again and again, and what came of it each time.

CREATE TABLE schedules (
    id {id},
    owner TEXT NOT NULL,
    external_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    asked TEXT NOT NULL,                -- the options of the hand-in, as JSON
    cron TEXT NOT NULL,
    timezone TEXT NOT NULL,
    missed TEXT NOT NULL,               -- what happens to instants while nobody runs
    host TEXT,                          -- the machine that can reach its files; NULL: any
    created_at {integer} NOT NULL,
    due_at {integer},                   -- the first instant that nobody has seen to yet; NULL: none comes
    holder TEXT,
    lease_until {integer} NOT NULL DEFAULT 0,
    fence {integer} NOT NULL DEFAULT 0, -- counts the leases
    UNIQUE (owner, name)
) {strict};
CREATE INDEX schedules_due ON schedules (due_at) WHERE due_at IS NOT NULL;

-- One row for each instant that somebody has seen to: there is never a second.
CREATE TABLE schedule_runs (
    id {id},
    owner TEXT NOT NULL,
    schedule_id {integer} NOT NULL {references schedules},
    due_at {integer} NOT NULL,
    at {integer} NOT NULL,
    job_id {integer},                   -- NULL: it was not handed in
    code TEXT,                          -- why not
    message TEXT,
    UNIQUE (schedule_id, due_at)
) {strict};
