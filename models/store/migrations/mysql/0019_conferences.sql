-- +goose Up

-- A joint conference (联席会议, policy 五(二)3): what it speaks of, who comes, what it decides.
CREATE TABLE conferences (
  id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number     VARCHAR(32)  NOT NULL,
  holder_id  BIGINT       NOT NULL,
  estate_id  BIGINT       NOT NULL,
  title      VARCHAR(100) NOT NULL,
  place      VARCHAR(200) NOT NULL,
  starts_at  DATETIME     NOT NULL,
  state      VARCHAR(12)  NOT NULL,
  outcome    VARCHAR(500) NOT NULL,
  version    BIGINT       NOT NULL,
  called_by  BIGINT       NOT NULL,
  client_ref VARCHAR(64)  NOT NULL,
  input_hash VARCHAR(64)  NOT NULL,
  created_at DATETIME     NOT NULL,
  closed_at  DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX conferences_number ON conferences (number);
CREATE UNIQUE INDEX conferences_ref ON conferences (called_by, client_ref);
CREATE INDEX conferences_holder ON conferences (holder_id, id);

CREATE TABLE conference_items (
  id            BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
  conference_id BIGINT        NOT NULL,
  case_id       BIGINT        NOT NULL,
  about_id      BIGINT        NOT NULL,
  text          VARCHAR(500)  NOT NULL,
  decision      VARCHAR(2000) NOT NULL,
  decided_at    DATETIME      NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX conference_items_conference ON conference_items (conference_id, id);

CREATE TABLE conference_attendees (
  conference_id   BIGINT      NOT NULL,
  organisation_id BIGINT      NOT NULL,
  state           VARCHAR(12) NOT NULL,
  names           VARCHAR(200) NOT NULL,
  PRIMARY KEY (conference_id, organisation_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX conference_attendees_organisation ON conference_attendees (organisation_id, conference_id);
