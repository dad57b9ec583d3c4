-- Responses that clients may ask about again: those that live at the account that was asked, and those of ours that were
-- deleted. All others of ours are calls.
CREATE TABLE responses (
    owner TEXT NOT NULL,
    external_id TEXT NOT NULL,
    account TEXT,                       -- where it lives; NULL: here
    created_at {integer} NOT NULL,
    deleted_at {integer},
    PRIMARY KEY (owner, external_id)
) {strict};
