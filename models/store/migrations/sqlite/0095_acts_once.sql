-- +goose Up

-- What was done is found by who did it, and then by what it is about: one index does for all that is asked.
ALTER TABLE acts RENAME TO former_acts;
CREATE TABLE acts (
  person_id    BIGINT NOT NULL,
  subject_kind TEXT NOT NULL CHECK (length(subject_kind) <= 32),
  subject_id   BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  at           DATETIME NOT NULL,
  PRIMARY KEY (person_id, subject_kind, subject_id, owner_set_id)
);
INSERT INTO acts (person_id, subject_kind, subject_id, owner_set_id, at) SELECT person_id, subject_kind, subject_id, owner_set_id, at FROM former_acts;
DROP TABLE former_acts;
