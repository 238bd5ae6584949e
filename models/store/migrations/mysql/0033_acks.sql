-- +goose Up

-- What a text is about, as people choose it.
ALTER TABLE message_texts ADD COLUMN kind VARCHAR(32) NOT NULL DEFAULT '';

-- The message in which a delivery went out together with others.
ALTER TABLE deliveries ADD COLUMN digest_id BIGINT NOT NULL DEFAULT 0;

CREATE INDEX inbox_items_unread ON inbox_items (recipient_kind, recipient_id, read_at);

-- What an office has to read in time, a row for each post and each time it was passed on.
CREATE TABLE acks (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  source_id       BIGINT NOT NULL,
  office_id       BIGINT NOT NULL,
  message_id      BIGINT NOT NULL,
  text_id         BIGINT NOT NULL,
  case_id         BIGINT NOT NULL,
  post_id         BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  step            INT NOT NULL,
  steps           VARCHAR(64) NOT NULL,
  patience        INT NOT NULL,
  state           VARCHAR(16) NOT NULL,
  due_at          DATETIME NOT NULL,
  at              DATETIME NOT NULL,
  created_at      DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX acks_once ON acks (source_id, office_id, post_id, step);
CREATE INDEX acks_due ON acks (state, due_at);
CREATE INDEX acks_case ON acks (case_id, state);
CREATE INDEX acks_item ON acks (message_id, post_id);

-- What may reach a person outside the app; post 0 is the person as a resident.
CREATE TABLE preferences (
  person_id  BIGINT NOT NULL,
  post_id    BIGINT NOT NULL,
  kind       VARCHAR(32) NOT NULL,
  mode       VARCHAR(8) NOT NULL,
  updated_at DATETIME NOT NULL,
  PRIMARY KEY (person_id, post_id, kind)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- When a person's digest goes out.
CREATE TABLE digest_hours (
  person_id  BIGINT NOT NULL PRIMARY KEY,
  hour       INT NOT NULL,
  updated_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- When the holder of a post is away, and which post is told meanwhile; 0 is the deputy post.
CREATE TABLE absences (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  post_id     BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  stand_in_id BIGINT NOT NULL,
  starts_on   DATE NOT NULL,
  ends_on     DATE NOT NULL,
  created_at  DATETIME NOT NULL,
  ended_at    DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX absences_post ON absences (post_id, ends_on);
