-- What an owner's lists are read by, newest first, and the event log from where a client stopped.

CREATE INDEX calls_by_owner ON calls (owner, created_at, external_id);
CREATE INDEX jobs_by_owner ON jobs (owner, id);
CREATE INDEX events_by_owner ON events (owner, id);
