-- +goose Up

-- The words of a meeting's notice as they were frozen and sent to the seats.
ALTER TABLE meetings ADD COLUMN notice TEXT NOT NULL DEFAULT '' CHECK (length(notice) <= 600);

-- Owners of whom the convener says, with evidence, that they owe fees. Only a rule of the estate gives the list an effect, and only beside the result.
CREATE TABLE meeting_debtors (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  owed         TEXT NOT NULL CHECK (length(owed) <= 200),
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  entered_by   BIGINT NOT NULL,
  entered_at   DATETIME NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_at DATETIME NULL,
  objection    TEXT NOT NULL CHECK (length(objection) <= 500),
  objected_by  BIGINT NOT NULL,
  objected_at  DATETIME NULL,
  answer       TEXT NOT NULL CHECK (length(answer) <= 500),
  answered_by  BIGINT NOT NULL,
  answered_at  DATETIME NULL,
  client_ref   TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash   TEXT NOT NULL CHECK (length(input_hash) <= 64)
);
CREATE UNIQUE INDEX meeting_debtors_set ON meeting_debtors (meeting_id, owner_set_id);
CREATE UNIQUE INDEX meeting_debtors_ref ON meeting_debtors (entered_by, client_ref);

-- What a browser has begun or proved on a voting link: it asked for the code of a phone, it left for WeChat, it came back as somebody. way says which.
-- secret_hash is of what names the row: link and phone, the state that WeChat gives back, the ticket.
CREATE TABLE link_visits (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  link_id     BIGINT NOT NULL,
  way         TEXT NOT NULL CHECK (length(way) <= 8),
  secret_hash TEXT NOT NULL CHECK (length(secret_hash) <= 64),
  client_hash TEXT NOT NULL CHECK (length(client_hash) <= 64),
  person_id   BIGINT NOT NULL,
  used_at     DATETIME NULL,
  expires_at  DATETIME NOT NULL
);
CREATE UNIQUE INDEX link_visits_secret ON link_visits (secret_hash);
CREATE INDEX link_visits_expiry ON link_visits (expires_at);
