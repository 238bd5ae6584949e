-- +goose Up

-- The mandate list as the bureau revises it. The shipped list is version 1; a confirmed revision takes the next number.
CREATE TABLE mandate_versions (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pack         VARCHAR(32)  NOT NULL,
  number       INT          NULL,
  base         INT          NOT NULL,
  revision     MEDIUMTEXT   NOT NULL,
  content      MEDIUMTEXT   NOT NULL,
  reason       VARCHAR(500) NOT NULL,
  article      VARCHAR(300) NOT NULL,
  state        VARCHAR(12)  NOT NULL,
  entered_by   BIGINT       NOT NULL,
  entered_at   DATETIME     NOT NULL,
  confirmed_by BIGINT       NOT NULL,
  confirmed_at DATETIME     NULL,
  decision     VARCHAR(200) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX mandate_versions_number ON mandate_versions (pack, number);

-- What the clocks of a case ran by, apart from the list that routed it.
ALTER TABLE cases ADD COLUMN rules VARCHAR(96) NOT NULL DEFAULT '';
