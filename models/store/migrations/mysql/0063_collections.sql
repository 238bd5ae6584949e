-- +goose Up

-- A unit that the committee is asked to speak with about a fee or the fund: never how much. live is kind and unit while the task is open.
CREATE TABLE committee_collections (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id       BIGINT NOT NULL,
  term_id         BIGINT NOT NULL,
  kind            VARCHAR(16) NOT NULL,
  unit_id         BIGINT NOT NULL,
  owner_set_id    BIGINT NOT NULL,
  stage           VARCHAR(16) NOT NULL,
  given_by        BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  due_at          DATETIME NOT NULL,
  state           VARCHAR(16) NOT NULL,
  live            VARCHAR(60) NULL,
  member_id       BIGINT NOT NULL,
  taken_at        DATETIME NULL,
  how             VARCHAR(16) NOT NULL,
  text            VARCHAR(300) NOT NULL,
  closed_at       DATETIME NULL,
  created_at      DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_collections_live ON committee_collections (live);
CREATE INDEX committee_collections_estate ON committee_collections (estate_id, id);
CREATE INDEX committee_collections_unit ON committee_collections (unit_id, id);
CREATE INDEX committee_collections_due ON committee_collections (state, due_at);
