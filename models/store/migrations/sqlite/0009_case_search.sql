-- +goose Up

-- Pairs of neighbouring letters of what a case says. It is the same on every database: TiDB has no full-text index, and
-- those of MySQL, MariaDB and SQLite cut Chinese in three different ways.
CREATE TABLE case_grams (
  gram            INT          NOT NULL,
  case_id         BIGINT       NOT NULL,
  PRIMARY KEY (gram, case_id)
);
ALTER TABLE cases ADD COLUMN indexed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX cases_indexed ON cases (indexed, id);
