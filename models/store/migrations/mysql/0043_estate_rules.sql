-- +goose Up

-- Versions of an estate's rules of procedure, of its covenant, and of the voting rules that a preparatory group posts. A version is never
-- changed: a later one takes its place from its day.
CREATE TABLE rulebooks (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id    BIGINT NOT NULL,
  kind         VARCHAR(16) NOT NULL,
  version      INT NOT NULL,
  fields       TEXT NOT NULL,
  effective_on DATE NOT NULL,
  meeting_id   BIGINT NOT NULL,
  group_id     BIGINT NOT NULL,
  evidence     VARCHAR(500) NOT NULL,
  state        VARCHAR(16) NOT NULL,
  entered_by   BIGINT NOT NULL,
  entered_at   DATETIME NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_at DATETIME NULL,
  reason       VARCHAR(200) NOT NULL,
  client_ref   VARCHAR(64) NOT NULL,
  input_hash   VARCHAR(64) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX rulebooks_version ON rulebooks (estate_id, kind, version);
CREATE UNIQUE INDEX rulebooks_ref ON rulebooks (entered_by, client_ref);

-- A township's own model texts, in front of those of the program.
CREATE TABLE model_texts (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  organisation_id BIGINT NOT NULL,
  kind            VARCHAR(16) NOT NULL,
  version         INT NOT NULL,
  title           VARCHAR(60) NOT NULL,
  body            MEDIUMTEXT NOT NULL,
  written_by      BIGINT NOT NULL,
  at              DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX model_texts_version ON model_texts (organisation_id, kind, version);

-- What owners say to what is posted: drafts, a group's list, a candidate.
CREATE TABLE meeting_comments (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  about       VARCHAR(16) NOT NULL,
  about_id    BIGINT NOT NULL,
  position    INT NOT NULL,
  building_id BIGINT NOT NULL,
  text        VARCHAR(1000) NOT NULL,
  state       VARCHAR(16) NOT NULL,
  answer      VARCHAR(1000) NOT NULL,
  person_id   BIGINT NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  client_ref  VARCHAR(64) NOT NULL,
  input_hash  VARCHAR(64) NOT NULL,
  at          DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX meeting_comments_ref ON meeting_comments (person_id, client_ref);
CREATE INDEX meeting_comments_about ON meeting_comments (about, about_id, id);

-- Who stands for a committee. slot is the key of the ballot (c1, c2, …), given with the final list.
CREATE TABLE candidates (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  owner_id     BIGINT NOT NULL,
  person_id    BIGINT NOT NULL,
  name_sealed  TEXT NOT NULL,
  profile      VARCHAR(1000) NOT NULL,
  nominated    VARCHAR(16) NOT NULL,
  nominator_id BIGINT NOT NULL,
  consent_at   DATETIME NULL,
  consent_for  VARCHAR(200) NOT NULL,
  state        VARCHAR(16) NOT NULL,
  checks       TEXT NOT NULL,
  refusal      VARCHAR(32) NOT NULL,
  reason       VARCHAR(500) NOT NULL,
  checked_by   BIGINT NOT NULL,
  checked_at   DATETIME NULL,
  slot         VARCHAR(8) NULL,
  client_ref   VARCHAR(64) NOT NULL,
  input_hash   VARCHAR(64) NOT NULL,
  at           DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX candidates_owner ON candidates (meeting_id, owner_id);
CREATE UNIQUE INDEX candidates_slot ON candidates (meeting_id, slot);
CREATE UNIQUE INDEX candidates_ref ON candidates (nominator_id, client_ref);

-- Owners who put somebody forward, one for each owner set.
CREATE TABLE candidate_backers (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  candidate_id BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  person_id    BIGINT NOT NULL,
  at           DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX candidate_backers_set ON candidate_backers (candidate_id, owner_set_id);

-- How a final list of candidates came to its order.
CREATE TABLE candidate_lists (
  meeting_id BIGINT NOT NULL PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  ordered_by VARCHAR(16) NOT NULL,
  minutes    VARCHAR(1000) NOT NULL,
  fixed_by   BIGINT NOT NULL,
  fixed_at   DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Documents that give somebody the right to vote for an owner set, and what an officer found.
CREATE TABLE credentials (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number       VARCHAR(32) NOT NULL,
  estate_id    BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  kind         VARCHAR(16) NOT NULL,
  person_id    BIGINT NOT NULL,
  words        VARCHAR(500) NOT NULL,
  valid_from   DATETIME NOT NULL,
  valid_until  DATETIME NULL,
  state        VARCHAR(16) NOT NULL,
  entered_by   BIGINT NOT NULL,
  reviewed_by  BIGINT NOT NULL,
  reviewed_at  DATETIME NULL,
  reason       VARCHAR(500) NOT NULL,
  ended_by     BIGINT NOT NULL,
  ended_at     DATETIME NULL,
  client_ref   VARCHAR(64) NOT NULL,
  input_hash   VARCHAR(64) NOT NULL,
  at           DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX credentials_ref ON credentials (entered_by, client_ref);
CREATE UNIQUE INDEX credentials_number ON credentials (number);
CREATE INDEX credentials_person ON credentials (person_id, state);
CREATE INDEX credentials_set ON credentials (owner_set_id, state);
CREATE INDEX credentials_estate ON credentials (estate_id, state, id);
