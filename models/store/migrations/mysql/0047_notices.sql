-- +goose Up

-- The words of a meeting's notice as they were frozen and sent to the seats.
ALTER TABLE meetings ADD COLUMN notice VARCHAR(600) NOT NULL DEFAULT '';

-- Owners of whom the convener says, with evidence, that they owe fees. Only a rule of the estate gives the list an effect, and only beside the result.
CREATE TABLE meeting_debtors (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  owed         VARCHAR(200) NOT NULL,
  state        VARCHAR(16) NOT NULL,
  entered_by   BIGINT NOT NULL,
  entered_at   DATETIME NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_at DATETIME NULL,
  objection    VARCHAR(500) NOT NULL,
  objected_by  BIGINT NOT NULL,
  objected_at  DATETIME NULL,
  answer       VARCHAR(500) NOT NULL,
  answered_by  BIGINT NOT NULL,
  answered_at  DATETIME NULL,
  client_ref   VARCHAR(64) NOT NULL,
  input_hash   VARCHAR(64) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX meeting_debtors_set ON meeting_debtors (meeting_id, owner_set_id);
CREATE UNIQUE INDEX meeting_debtors_ref ON meeting_debtors (entered_by, client_ref);

-- What a browser has begun or proved on a voting link: it asked for the code of a phone, it left for WeChat, it came back as somebody. way says which.
-- secret_hash is of what names the row: link and phone, the state that WeChat gives back, the ticket.
CREATE TABLE link_visits (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  link_id     BIGINT NOT NULL,
  way         VARCHAR(8) NOT NULL,
  secret_hash VARCHAR(64) NOT NULL,
  client_hash VARCHAR(64) NOT NULL,
  person_id   BIGINT NOT NULL,
  used_at     DATETIME NULL,
  expires_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX link_visits_secret ON link_visits (secret_hash);
CREATE INDEX link_visits_expiry ON link_visits (expires_at);
