-- name: add
-- Add to the counts of a bin.
INSERT INTO forecasts (account, model, lane, kind, size, since, bin, ended, gone, changed_at)
VALUES (:account, :model, :lane, :kind, :size, :since, :bin, :ended, :gone, :now)
ON CONFLICT (account, model, lane, kind, size, since, bin) DO UPDATE SET ended = forecasts.ended + excluded.ended,
    gone = forecasts.gone + excluded.gone, changed_at = excluded.changed_at;

-- name: changed
-- The counts that changed since an instant, as they stand now.
SELECT account, model, lane, kind, size, since, bin, ended, gone FROM forecasts WHERE changed_at >= :instant
ORDER BY account, model, lane, kind, size, since, bin;

-- name: of_kind
-- All counts of a kind.
SELECT account, model, lane, kind, size, since, bin, ended, gone FROM forecasts WHERE kind = :kind
ORDER BY account, model, lane, kind, size, since, bin;

-- name: ages
-- By the moment (in units of `grain`) at which they were done, how many of a batch's requests; no moment where the provider told none.
SELECT finished_at / :grain AS moment, count(*) AS requests FROM attempts
WHERE batch_id = :batch AND id BETWEEN :first AND :last AND state IN ('answered', 'errored')
GROUP BY finished_at / :grain ORDER BY moment;

-- name: forget
DELETE FROM forecasts WHERE since < :instant;
