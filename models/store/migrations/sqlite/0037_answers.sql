-- +goose Up

-- What a message that an office has to read is about, so that what the office does with it ends the wait.
ALTER TABLE acks ADD COLUMN subject_kind TEXT NOT NULL DEFAULT '' CHECK (length(subject_kind) <= 32);
ALTER TABLE acks ADD COLUMN subject_id BIGINT NOT NULL DEFAULT 0;
-- Only hours of work count while it is unread.
ALTER TABLE acks ADD COLUMN working BOOLEAN NOT NULL DEFAULT FALSE;
-- To have read it is not enough.
ALTER TABLE acks ADD COLUMN must_act BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX acks_subject ON acks (subject_kind, subject_id, state);

-- The owners of an estate are walked by their accounts.
CREATE INDEX owners_people ON owners (estate_id, person_id, id);

-- What a message says to owners whom nothing else has reached, by their door: the list that an office prints, posts and walks.
CREATE TABLE letters (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  about_id   BIGINT NOT NULL,
  sender_id  BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  text_id    BIGINT NOT NULL,
  unit_id    BIGINT NOT NULL,
  open       BOOLEAN NOT NULL,
  result     TEXT NOT NULL CHECK (length(result) <= 16),
  person_id  BIGINT NOT NULL,
  post_id    BIGINT NOT NULL,
  at         DATETIME NULL,
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX letters_once ON letters (message_id, unit_id);
CREATE INDEX letters_open ON letters (open, estate_id, unit_id, id);

-- The part of the estate that a notice is about, as JSON; empty for the whole.
ALTER TABLE notices ADD COLUMN scope TEXT NOT NULL DEFAULT '' CHECK (length(scope) <= 4000);
