-- +goose Up

-- By which code somebody at work ties the account with which they follow the service account to themselves.
CREATE TABLE account_codes (
  person_id  BIGINT NOT NULL PRIMARY KEY,
  code_index TEXT NOT NULL CHECK (length(code_index) <= 80),
  expires_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX account_codes_code ON account_codes (code_index);
CREATE INDEX account_codes_end ON account_codes (expires_at);
