-- +goose Up

-- A joint conference (联席会议, policy 五(二)3): what it speaks of, who comes, what it decides.
CREATE TABLE conferences (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  number     TEXT NOT NULL CHECK (length(number) <= 32),
  holder_id  BIGINT       NOT NULL,
  estate_id  BIGINT       NOT NULL,
  title      TEXT NOT NULL CHECK (length(title) <= 100),
  place      TEXT NOT NULL CHECK (length(place) <= 200),
  starts_at  DATETIME     NOT NULL,
  state      TEXT NOT NULL CHECK (length(state) <= 12),
  outcome    TEXT NOT NULL CHECK (length(outcome) <= 500),
  version    BIGINT       NOT NULL,
  called_by  BIGINT       NOT NULL,
  client_ref TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at DATETIME     NOT NULL,
  closed_at  DATETIME     NULL
);
CREATE UNIQUE INDEX conferences_number ON conferences (number);
CREATE UNIQUE INDEX conferences_ref ON conferences (called_by, client_ref);
CREATE INDEX conferences_holder ON conferences (holder_id, id);

CREATE TABLE conference_items (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  conference_id BIGINT        NOT NULL,
  case_id       BIGINT        NOT NULL,
  about_id      BIGINT        NOT NULL,
  text          TEXT NOT NULL CHECK (length(text) <= 500),
  decision      TEXT NOT NULL CHECK (length(decision) <= 2000),
  decided_at    DATETIME      NULL
);
CREATE INDEX conference_items_conference ON conference_items (conference_id, id);

CREATE TABLE conference_attendees (
  conference_id   BIGINT      NOT NULL,
  organisation_id BIGINT      NOT NULL,
  state           TEXT NOT NULL CHECK (length(state) <= 12),
  names           TEXT NOT NULL CHECK (length(names) <= 200),
  PRIMARY KEY (conference_id, organisation_id)
);
CREATE INDEX conference_attendees_organisation ON conference_attendees (organisation_id, conference_id);
