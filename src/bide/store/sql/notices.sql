-- name: hear
INSERT INTO heard (account, event_id, at) VALUES (:account, :event_id, :now) ON CONFLICT (account, event_id) DO NOTHING;

-- name: forget
-- What is so old comes no more.
DELETE FROM heard WHERE at < :before;
