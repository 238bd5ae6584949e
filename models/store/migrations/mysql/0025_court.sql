-- +goose Up

-- Whom a restriction restricts, while it does: nobody is restricted twice at a time.
ALTER TABLE restrictions ADD COLUMN live VARCHAR(104) NULL;
CREATE UNIQUE INDEX restrictions_live ON restrictions (live);
CREATE INDEX restrictions_receipt ON restrictions (receipt, id);

-- A second tap publishes nothing anew.
ALTER TABLE league_tables ADD COLUMN client_ref VARCHAR(64) NULL;
ALTER TABLE league_tables ADD COLUMN input_hash VARCHAR(64) NOT NULL DEFAULT '';
CREATE UNIQUE INDEX league_tables_ref ON league_tables (published_by, client_ref);

-- How many answers of a case came after the date that was due when they came. Of old cases only the last one is known.
ALTER TABLE cases ADD COLUMN late_answers INT NOT NULL DEFAULT 0;
UPDATE cases SET late_answers = 1 WHERE answered_at IS NOT NULL AND due_at IS NOT NULL AND answered_at > due_at;

-- What others read instead of the words for the place.
ALTER TABLE cases ADD COLUMN redacted_place VARCHAR(100) NOT NULL DEFAULT '';

-- What was told of a case is found by the case when its identities are erased.
ALTER TABLE outbox_messages ADD COLUMN case_id BIGINT NOT NULL DEFAULT 0;
UPDATE outbox_messages SET case_id = CAST(JSON_EXTRACT(body, '$.case_id') AS SIGNED) WHERE kind LIKE 'complaint.%';
CREATE INDEX outbox_messages_case ON outbox_messages (case_id, id);
