-- +goose Up

-- What others read instead of a text that holds what is nobody's business; the original stays for those entitled.
ALTER TABLE cases ADD COLUMN redacted TEXT NOT NULL DEFAULT '' CHECK (length(redacted) <= 4000);
ALTER TABLE case_steps ADD COLUMN redacted TEXT NOT NULL DEFAULT '' CHECK (length(redacted) <= 4000);
ALTER TABLE files ADD COLUMN redacted_id BIGINT NOT NULL DEFAULT 0;

-- When the identities of a closed case were erased.
ALTER TABLE cases ADD COLUMN erased_at DATETIME NULL;
CREATE INDEX cases_erased ON cases (erased_at, closed_at);

-- Somebody who files what is abuse, for a time, with an appeal to another office.
CREATE TABLE restrictions (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  case_id     BIGINT       NOT NULL,
  receipt     TEXT NOT NULL CHECK (length(receipt) <= 32),
  estate_id   BIGINT       NOT NULL,
  about_id    BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  phone_index TEXT NOT NULL CHECK (length(phone_index) <= 96),
  reason      TEXT NOT NULL CHECK (length(reason) <= 500),
  ends_at     DATETIME     NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 12),
  imposed_by  BIGINT       NOT NULL,
  imposed_org BIGINT       NOT NULL,
  appeal      TEXT NOT NULL CHECK (length(appeal) <= 500),
  appealed_at DATETIME     NULL,
  decision    TEXT NOT NULL CHECK (length(decision) <= 500),
  decided_by  BIGINT       NOT NULL,
  decided_at  DATETIME     NULL,
  created_at  DATETIME     NOT NULL
);
CREATE INDEX restrictions_person ON restrictions (person_id, id);
CREATE INDEX restrictions_phone ON restrictions (phone_index, id);
CREATE INDEX restrictions_state ON restrictions (state, id);
