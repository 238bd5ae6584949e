-- +goose Up

-- The mandate list as the bureau revises it. The shipped list is version 1; a confirmed revision takes the next number.
CREATE TABLE mandate_versions (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  pack         TEXT NOT NULL CHECK (length(pack) <= 32),
  number       INT          NULL,
  base         INT          NOT NULL,
  revision     TEXT         NOT NULL,
  content      TEXT         NOT NULL,
  reason       TEXT NOT NULL CHECK (length(reason) <= 500),
  article      TEXT NOT NULL CHECK (length(article) <= 300),
  state        TEXT NOT NULL CHECK (length(state) <= 12),
  entered_by   BIGINT       NOT NULL,
  entered_at   DATETIME     NOT NULL,
  confirmed_by BIGINT       NOT NULL,
  confirmed_at DATETIME     NULL,
  decision     TEXT NOT NULL CHECK (length(decision) <= 200)
);
CREATE UNIQUE INDEX mandate_versions_number ON mandate_versions (pack, number);

-- What the clocks of a case ran by, apart from the list that routed it.
ALTER TABLE cases ADD COLUMN rules TEXT NOT NULL DEFAULT '' CHECK (length(rules) <= 96);
