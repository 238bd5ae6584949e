-- +goose Up

-- A unit that the committee is asked to speak with about a fee or the fund: never how much. live is kind and unit while the task is open.
CREATE TABLE committee_collections (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id       BIGINT NOT NULL,
  term_id         BIGINT NOT NULL,
  kind            TEXT NOT NULL CHECK (length(kind) <= 16),
  unit_id         BIGINT NOT NULL,
  owner_set_id    BIGINT NOT NULL,
  stage           TEXT NOT NULL CHECK (length(stage) <= 16),
  given_by        BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  due_at          DATETIME NOT NULL,
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  live            TEXT NULL CHECK (length(live) <= 60),
  member_id       BIGINT NOT NULL,
  taken_at        DATETIME NULL,
  how             TEXT NOT NULL CHECK (length(how) <= 16),
  text            TEXT NOT NULL CHECK (length(text) <= 300),
  closed_at       DATETIME NULL,
  created_at      DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_collections_live ON committee_collections (live);
CREATE INDEX committee_collections_estate ON committee_collections (estate_id, id);
CREATE INDEX committee_collections_unit ON committee_collections (unit_id, id);
CREATE INDEX committee_collections_due ON committee_collections (state, due_at);
