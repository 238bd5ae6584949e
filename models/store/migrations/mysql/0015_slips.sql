-- +goose Up

-- Codes sent to a phone to prove that somebody holds it, and the ticket that a right code gives for a short time.
CREATE TABLE phone_codes (
  id            BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  phone_index   VARCHAR(96)  NOT NULL,
  phone_sealed  VARCHAR(512) NOT NULL,
  code_digest   VARCHAR(96)  NOT NULL,
  tries         INT          NOT NULL,
  ticket_hash   VARCHAR(64)  NULL,
  created_at    DATETIME     NOT NULL,
  expires_at    DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX phone_codes_phone ON phone_codes (phone_index, id);
CREATE UNIQUE INDEX phone_codes_ticket ON phone_codes (ticket_hash);
CREATE INDEX phone_codes_expires ON phone_codes (expires_at);

-- What a resident has begun to write. One a person; gone when it is filed.
CREATE TABLE complaint_drafts (
  id          BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id   BIGINT      NOT NULL,
  body_sealed TEXT        NOT NULL,
  updated_at  DATETIME    NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX complaint_drafts_person ON complaint_drafts (person_id);
