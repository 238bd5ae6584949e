-- +goose Up

-- What owners wrote for their neighbours and the content check did not clear: kind names the table, subject_id its row. Neighbours read it
-- once a person has cleared it.
CREATE TABLE meeting_texts (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  kind       TEXT NOT NULL CHECK (length(kind) <= 16),
  subject_id BIGINT NOT NULL,
  state      TEXT NOT NULL CHECK (length(state) <= 16),
  reason     TEXT NOT NULL CHECK (length(reason) <= 200),
  decided_by BIGINT NOT NULL,
  decided_at DATETIME NULL,
  at         DATETIME NOT NULL
);
CREATE UNIQUE INDEX meeting_texts_subject ON meeting_texts (kind, subject_id);
CREATE INDEX meeting_texts_waiting ON meeting_texts (estate_id, state, id);

-- What one person signed, backed or stood for: for their own export, and to take them out of it.
CREATE INDEX petition_signatures_person ON petition_signatures (person_id, id);
CREATE INDEX candidate_backers_person ON candidate_backers (person_id, id);
CREATE INDEX candidates_person ON candidates (person_id, id);

-- How much was said to something, and how much of it is answered, without reading the words.
CREATE INDEX meeting_comments_state ON meeting_comments (about, about_id, state);
