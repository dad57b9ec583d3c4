-- What is over does not stay for ever. What goes, goes in small steps: one worker at a time, under a lease with a number.

-- Work on the store itself that one worker does at a time.
CREATE TABLE chores (
    name TEXT NOT NULL PRIMARY KEY,
    due_at {integer} NOT NULL,
    holder TEXT,
    lease_until {integer} NOT NULL,
    fence {integer} NOT NULL
) {strict};

-- An object of kind `purged` has lost its rows: its file goes next, and then its row.
CREATE INDEX objects_purged ON objects (id) WHERE kind = 'purged';
CREATE INDEX objects_answers ON objects (name) WHERE kind = 'answers';

CREATE INDEX jobs_ended ON jobs (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX batches_over ON batches (harvested_at) WHERE harvested_at IS NOT NULL;
CREATE INDEX served_by_job ON served_batches (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX message_batches_by_job ON message_batches (job_id);
CREATE INDEX responses_by_age ON responses (created_at);
CREATE INDEX files_by_batch ON files (batch_id) WHERE batch_id IS NOT NULL;

-- In the place of the one by job alone: whether a job has entries of this month is asked of jobs with millions.
CREATE INDEX ledger_by_job_and_time ON ledger (job_id, at);
DROP INDEX ledger_by_job;
