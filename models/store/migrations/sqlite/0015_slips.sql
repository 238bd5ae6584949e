-- +goose Up

-- Codes sent to a phone to prove that somebody holds it, and the ticket that a right code gives for a short time.
CREATE TABLE phone_codes (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  phone_index   TEXT NOT NULL CHECK (length(phone_index) <= 96),
  phone_sealed  TEXT NOT NULL CHECK (length(phone_sealed) <= 512),
  code_digest   TEXT NOT NULL CHECK (length(code_digest) <= 96),
  tries         INT          NOT NULL,
  ticket_hash   TEXT NULL CHECK (length(ticket_hash) <= 64),
  created_at    DATETIME     NOT NULL,
  expires_at    DATETIME     NOT NULL
);
CREATE INDEX phone_codes_phone ON phone_codes (phone_index, id);
CREATE UNIQUE INDEX phone_codes_ticket ON phone_codes (ticket_hash);
CREATE INDEX phone_codes_expires ON phone_codes (expires_at);

-- What a resident has begun to write. One a person; gone when it is filed.
CREATE TABLE complaint_drafts (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id   BIGINT      NOT NULL,
  body_sealed TEXT        NOT NULL,
  updated_at  DATETIME    NOT NULL
);
CREATE UNIQUE INDEX complaint_drafts_person ON complaint_drafts (person_id);
