-- +goose Up

-- A month's league table as it was published; a later one takes its place with a reason and never changes it.
CREATE TABLE league_tables (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  month        TEXT NOT NULL CHECK (length(month) <= 7),
  kind         TEXT NOT NULL CHECK (length(kind) <= 16),
  version      INT          NOT NULL,
  rules        TEXT NOT NULL CHECK (length(rules) <= 96),
  content      TEXT         NOT NULL,
  reason       TEXT NOT NULL CHECK (length(reason) <= 200),
  published_by BIGINT       NOT NULL,
  published_at DATETIME     NOT NULL
);
CREATE UNIQUE INDEX league_tables_version ON league_tables (month, kind, version);
