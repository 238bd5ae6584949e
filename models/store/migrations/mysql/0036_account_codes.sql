-- +goose Up

-- By which code somebody at work ties the account with which they follow the service account to themselves.
CREATE TABLE account_codes (
  person_id  BIGINT NOT NULL PRIMARY KEY,
  code_index VARCHAR(80) NOT NULL,
  expires_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX account_codes_code ON account_codes (code_index);
CREATE INDEX account_codes_end ON account_codes (expires_at);
