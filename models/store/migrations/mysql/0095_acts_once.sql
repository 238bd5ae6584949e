-- +goose Up

-- What was done is found by who did it, and then by what it is about: one index does for all that is asked.
ALTER TABLE acts RENAME TO former_acts;
CREATE TABLE acts (
  person_id    BIGINT NOT NULL,
  subject_kind VARCHAR(32) NOT NULL,
  subject_id   BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  at           DATETIME NOT NULL,
  PRIMARY KEY (person_id, subject_kind, subject_id, owner_set_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO acts (person_id, subject_kind, subject_id, owner_set_id, at) SELECT person_id, subject_kind, subject_id, owner_set_id, at FROM former_acts;
DROP TABLE former_acts;
