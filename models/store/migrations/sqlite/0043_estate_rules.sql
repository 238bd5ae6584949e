-- +goose Up

-- Versions of an estate's rules of procedure, of its covenant, and of the voting rules that a preparatory group posts. A version is never
-- changed: a later one takes its place from its day.
CREATE TABLE rulebooks (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id    BIGINT NOT NULL,
  kind         TEXT NOT NULL CHECK (length(kind) <= 16),
  version      INT NOT NULL,
  fields       TEXT NOT NULL,
  effective_on DATE NOT NULL,
  meeting_id   BIGINT NOT NULL,
  group_id     BIGINT NOT NULL,
  evidence     TEXT NOT NULL CHECK (length(evidence) <= 500),
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  entered_by   BIGINT NOT NULL,
  entered_at   DATETIME NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_at DATETIME NULL,
  reason       TEXT NOT NULL CHECK (length(reason) <= 200),
  client_ref   TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash   TEXT NOT NULL CHECK (length(input_hash) <= 64)
);
CREATE UNIQUE INDEX rulebooks_version ON rulebooks (estate_id, kind, version);
CREATE UNIQUE INDEX rulebooks_ref ON rulebooks (entered_by, client_ref);

-- A township's own model texts, in front of those of the program.
CREATE TABLE model_texts (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organisation_id BIGINT NOT NULL,
  kind            TEXT NOT NULL CHECK (length(kind) <= 16),
  version         INT NOT NULL,
  title           TEXT NOT NULL CHECK (length(title) <= 60),
  body            TEXT NOT NULL,
  written_by      BIGINT NOT NULL,
  at              DATETIME NOT NULL
);
CREATE UNIQUE INDEX model_texts_version ON model_texts (organisation_id, kind, version);

-- What owners say to what is posted: drafts, a group's list, a candidate.
CREATE TABLE meeting_comments (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  about       TEXT NOT NULL CHECK (length(about) <= 16),
  about_id    BIGINT NOT NULL,
  position    INT NOT NULL,
  building_id BIGINT NOT NULL,
  text        TEXT NOT NULL CHECK (length(text) <= 1000),
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  answer      TEXT NOT NULL CHECK (length(answer) <= 1000),
  person_id   BIGINT NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  client_ref  TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash  TEXT NOT NULL CHECK (length(input_hash) <= 64),
  at          DATETIME NOT NULL
);
CREATE UNIQUE INDEX meeting_comments_ref ON meeting_comments (person_id, client_ref);
CREATE INDEX meeting_comments_about ON meeting_comments (about, about_id, id);

-- Who stands for a committee. slot is the key of the ballot (c1, c2, …), given with the final list.
CREATE TABLE candidates (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  owner_id     BIGINT NOT NULL,
  person_id    BIGINT NOT NULL,
  name_sealed  TEXT NOT NULL,
  profile      TEXT NOT NULL CHECK (length(profile) <= 1000),
  nominated    TEXT NOT NULL CHECK (length(nominated) <= 16),
  nominator_id BIGINT NOT NULL,
  consent_at   DATETIME NULL,
  consent_for  TEXT NOT NULL CHECK (length(consent_for) <= 200),
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  checks       TEXT NOT NULL,
  refusal      TEXT NOT NULL CHECK (length(refusal) <= 32),
  reason       TEXT NOT NULL CHECK (length(reason) <= 500),
  checked_by   BIGINT NOT NULL,
  checked_at   DATETIME NULL,
  slot         TEXT NULL CHECK (length(slot) <= 8),
  client_ref   TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash   TEXT NOT NULL CHECK (length(input_hash) <= 64),
  at           DATETIME NOT NULL
);
CREATE UNIQUE INDEX candidates_owner ON candidates (meeting_id, owner_id);
CREATE UNIQUE INDEX candidates_slot ON candidates (meeting_id, slot);
CREATE UNIQUE INDEX candidates_ref ON candidates (nominator_id, client_ref);

-- Owners who put somebody forward, one for each owner set.
CREATE TABLE candidate_backers (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  candidate_id BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  person_id    BIGINT NOT NULL,
  at           DATETIME NOT NULL
);
CREATE UNIQUE INDEX candidate_backers_set ON candidate_backers (candidate_id, owner_set_id);

-- How a final list of candidates came to its order.
CREATE TABLE candidate_lists (
  meeting_id BIGINT NOT NULL PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  ordered_by TEXT NOT NULL CHECK (length(ordered_by) <= 16),
  minutes    TEXT NOT NULL CHECK (length(minutes) <= 1000),
  fixed_by   BIGINT NOT NULL,
  fixed_at   DATETIME NOT NULL
);

-- Documents that give somebody the right to vote for an owner set, and what an officer found.
CREATE TABLE credentials (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  number       TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id    BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  kind         TEXT NOT NULL CHECK (length(kind) <= 16),
  person_id    BIGINT NOT NULL,
  words        TEXT NOT NULL CHECK (length(words) <= 500),
  valid_from   DATETIME NOT NULL,
  valid_until  DATETIME NULL,
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  entered_by   BIGINT NOT NULL,
  reviewed_by  BIGINT NOT NULL,
  reviewed_at  DATETIME NULL,
  reason       TEXT NOT NULL CHECK (length(reason) <= 500),
  ended_by     BIGINT NOT NULL,
  ended_at     DATETIME NULL,
  client_ref   TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash   TEXT NOT NULL CHECK (length(input_hash) <= 64),
  at           DATETIME NOT NULL
);
CREATE UNIQUE INDEX credentials_ref ON credentials (entered_by, client_ref);
CREATE UNIQUE INDEX credentials_number ON credentials (number);
CREATE INDEX credentials_person ON credentials (person_id, state);
CREATE INDEX credentials_set ON credentials (owner_set_id, state);
CREATE INDEX credentials_estate ON credentials (estate_id, state, id);
