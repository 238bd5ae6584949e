-- +goose Up

-- What a message that an office has to read is about, so that what the office does with it ends the wait.
ALTER TABLE acks ADD COLUMN subject_kind VARCHAR(32) NOT NULL DEFAULT '';
ALTER TABLE acks ADD COLUMN subject_id BIGINT NOT NULL DEFAULT 0;
-- Only hours of work count while it is unread.
ALTER TABLE acks ADD COLUMN working BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX acks_subject ON acks (subject_kind, subject_id, state);

-- The owners of an estate are walked by their accounts.
CREATE INDEX owners_people ON owners (estate_id, person_id, id);
