-- What was seen of how long lanes take, as counts in thousandths of a request: nothing is read before it is added to, so processes
-- never overwrite each other. About accounts, so nobody owns them. What they mean stands in bide/lanes/forecast/cell.py.
CREATE TABLE forecasts (
    account TEXT NOT NULL,
    model TEXT NOT NULL,
    lane TEXT NOT NULL,                -- batch | flex | realtime
    kind TEXT NOT NULL,                -- turnaround | cancel | level | latency | refusal
    size {integer} NOT NULL,           -- the size class of a batch, else 0
    since {integer} NOT NULL,          -- the first instant of the hour or day in which what they tell of began
    bin {integer} NOT NULL,
    ended {integer} NOT NULL,
    gone {integer} NOT NULL,           -- lost sight of before their end: cancelled, expired, refused
    changed_at {integer} NOT NULL,
    PRIMARY KEY (account, model, lane, kind, size, since, bin)
) {strict};
CREATE INDEX forecasts_by_change ON forecasts (changed_at);
CREATE INDEX forecasts_by_age ON forecasts (since);

-- The ages in seconds by which the batch was given 5, 10 … 95 % at its submission.
ALTER TABLE batches ADD COLUMN promise TEXT;
