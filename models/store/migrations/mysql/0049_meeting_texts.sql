-- +goose Up

-- What owners wrote for their neighbours and the content check did not clear: kind names the table, subject_id its row. Neighbours read it
-- once a person has cleared it.
CREATE TABLE meeting_texts (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  kind       VARCHAR(16) NOT NULL,
  subject_id BIGINT NOT NULL,
  state      VARCHAR(16) NOT NULL,
  reason     VARCHAR(200) NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_at DATETIME NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX meeting_texts_subject ON meeting_texts (kind, subject_id);
CREATE INDEX meeting_texts_waiting ON meeting_texts (estate_id, state, id);

-- What one person signed, backed or stood for: for their own export, and to take them out of it.
CREATE INDEX petition_signatures_person ON petition_signatures (person_id, id);
CREATE INDEX candidate_backers_person ON candidate_backers (person_id, id);
CREATE INDEX candidates_person ON candidates (person_id, id);

-- How much was said to something, and how much of it is answered, without reading the words.
CREATE INDEX meeting_comments_state ON meeting_comments (about, about_id, state);
