-- +goose Up

-- A written authorisation to vote for a seat. motions is a list of their ids, empty for all of the meeting.
CREATE TABLE proxies (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number       VARCHAR(32) NOT NULL,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  seat_id      BIGINT NOT NULL,
  seat_no      INT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  agent_sealed TEXT NOT NULL,
  paper_sealed TEXT NOT NULL,
  paper_index  VARCHAR(80) NOT NULL,
  phone_sealed TEXT NOT NULL,
  phone_index  VARCHAR(80) NOT NULL,
  motions      TEXT NOT NULL,
  powers       VARCHAR(500) NOT NULL,
  starts_at    DATETIME NOT NULL,
  ends_at      DATETIME NOT NULL,
  state        VARCHAR(16) NOT NULL,
  reason       VARCHAR(200) NOT NULL,
  entered_by   BIGINT NOT NULL,
  by_owner     BOOLEAN NOT NULL,
  reviewed_by  BIGINT NOT NULL,
  reviewed_at  DATETIME NULL,
  ended_by     BIGINT NOT NULL,
  ended_at     DATETIME NULL,
  objection_id BIGINT NOT NULL,
  client_ref   VARCHAR(64) NOT NULL,
  input_hash   VARCHAR(64) NOT NULL,
  at           DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX proxies_ref ON proxies (entered_by, client_ref);
CREATE UNIQUE INDEX proxies_number ON proxies (number);
CREATE INDEX proxies_meeting ON proxies (meeting_id, id);
CREATE INDEX proxies_seat ON proxies (seat_id, id);
CREATE INDEX proxies_agent ON proxies (meeting_id, paper_index);
CREATE INDEX proxies_phone ON proxies (phone_index, id);

-- What the government's own platform said a meeting came to: the record where that platform binds.
CREATE TABLE official_results (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  platform     VARCHAR(60) NOT NULL,
  body         MEDIUMTEXT NOT NULL,
  sha256       VARCHAR(64) NOT NULL,
  state        VARCHAR(16) NOT NULL,
  entered_by   BIGINT NOT NULL,
  entered_at   DATETIME NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_at DATETIME NULL,
  client_ref   VARCHAR(64) NOT NULL,
  input_hash   VARCHAR(64) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX official_results_ref ON official_results (entered_by, client_ref);
CREATE INDEX official_results_meeting ON official_results (meeting_id, id);
