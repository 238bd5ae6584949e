-- +goose Up

-- That seats have acted stands in a few rows, each with many of them; acts of people keep theirs.
CREATE TABLE seat_acts (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  subject_kind VARCHAR(32) NOT NULL,
  subject_id   BIGINT NOT NULL,
  owner_sets   TEXT NOT NULL,
  at           DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO seat_acts (subject_kind, subject_id, owner_sets, at) SELECT subject_kind, subject_id, json_array(owner_set_id), at FROM acts WHERE owner_set_id <> 0;
CREATE INDEX seat_acts_subject ON seat_acts (subject_kind, subject_id);
ALTER TABLE acts RENAME TO former_acts;
CREATE TABLE acts (
  person_id    BIGINT NOT NULL,
  subject_kind VARCHAR(32) NOT NULL,
  subject_id   BIGINT NOT NULL,
  at           DATETIME NOT NULL,
  PRIMARY KEY (person_id, subject_kind, subject_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO acts (person_id, subject_kind, subject_id, at) SELECT person_id, subject_kind, subject_id, at FROM former_acts WHERE owner_set_id = 0;
DROP TABLE former_acts;
