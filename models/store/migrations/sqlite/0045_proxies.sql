-- +goose Up

-- A written authorisation to vote for a seat. motions is a list of their ids, empty for all of the meeting.
CREATE TABLE proxies (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  number       TEXT NOT NULL CHECK (length(number) <= 32),
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  seat_id      BIGINT NOT NULL,
  seat_no      INT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  agent_sealed TEXT NOT NULL,
  paper_sealed TEXT NOT NULL,
  paper_index  TEXT NOT NULL CHECK (length(paper_index) <= 80),
  phone_sealed TEXT NOT NULL,
  phone_index  TEXT NOT NULL CHECK (length(phone_index) <= 80),
  motions      TEXT NOT NULL,
  powers       TEXT NOT NULL CHECK (length(powers) <= 500),
  starts_at    DATETIME NOT NULL,
  ends_at      DATETIME NOT NULL,
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  reason       TEXT NOT NULL CHECK (length(reason) <= 200),
  entered_by   BIGINT NOT NULL,
  by_owner     BOOLEAN NOT NULL,
  reviewed_by  BIGINT NOT NULL,
  reviewed_at  DATETIME NULL,
  ended_by     BIGINT NOT NULL,
  ended_at     DATETIME NULL,
  objection_id BIGINT NOT NULL,
  client_ref   TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash   TEXT NOT NULL CHECK (length(input_hash) <= 64),
  at           DATETIME NOT NULL
);
CREATE UNIQUE INDEX proxies_ref ON proxies (entered_by, client_ref);
CREATE UNIQUE INDEX proxies_number ON proxies (number);
CREATE INDEX proxies_meeting ON proxies (meeting_id, id);
CREATE INDEX proxies_seat ON proxies (seat_id, id);
CREATE INDEX proxies_agent ON proxies (meeting_id, paper_index);
CREATE INDEX proxies_phone ON proxies (phone_index, id);

-- What the government's own platform said a meeting came to: the record where that platform binds.
CREATE TABLE official_results (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  platform     TEXT NOT NULL CHECK (length(platform) <= 60),
  body         TEXT NOT NULL,
  sha256       TEXT NOT NULL CHECK (length(sha256) <= 64),
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  entered_by   BIGINT NOT NULL,
  entered_at   DATETIME NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_at DATETIME NULL,
  client_ref   TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash   TEXT NOT NULL CHECK (length(input_hash) <= 64)
);
CREATE UNIQUE INDEX official_results_ref ON official_results (entered_by, client_ref);
CREATE INDEX official_results_meeting ON official_results (meeting_id, id);
