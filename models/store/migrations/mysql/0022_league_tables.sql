-- +goose Up

-- A month's league table as it was published; a later one takes its place with a reason and never changes it.
CREATE TABLE league_tables (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  month        VARCHAR(7)   NOT NULL,
  kind         VARCHAR(16)  NOT NULL,
  version      INT          NOT NULL,
  rules        VARCHAR(96)  NOT NULL,
  content      MEDIUMTEXT   NOT NULL,
  reason       VARCHAR(200) NOT NULL,
  published_by BIGINT       NOT NULL,
  published_at DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX league_tables_version ON league_tables (month, kind, version);
