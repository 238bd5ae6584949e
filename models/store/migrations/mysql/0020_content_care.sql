-- +goose Up

-- What others read instead of a text that holds what is nobody's business; the original stays for those entitled.
ALTER TABLE cases ADD COLUMN redacted VARCHAR(4000) NOT NULL DEFAULT '';
ALTER TABLE case_steps ADD COLUMN redacted VARCHAR(4000) NOT NULL DEFAULT '';
ALTER TABLE files ADD COLUMN redacted_id BIGINT NOT NULL DEFAULT 0;

-- When the identities of a closed case were erased.
ALTER TABLE cases ADD COLUMN erased_at DATETIME NULL;
CREATE INDEX cases_erased ON cases (erased_at, closed_at);

-- Somebody who files what is abuse, for a time, with an appeal to another office.
CREATE TABLE restrictions (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  case_id     BIGINT       NOT NULL,
  receipt     VARCHAR(32)  NOT NULL,
  estate_id   BIGINT       NOT NULL,
  about_id    BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  phone_index VARCHAR(96)  NOT NULL,
  reason      VARCHAR(500) NOT NULL,
  ends_at     DATETIME     NOT NULL,
  state       VARCHAR(12)  NOT NULL,
  imposed_by  BIGINT       NOT NULL,
  imposed_org BIGINT       NOT NULL,
  appeal      VARCHAR(500) NOT NULL,
  appealed_at DATETIME     NULL,
  decision    VARCHAR(500) NOT NULL,
  decided_by  BIGINT       NOT NULL,
  decided_at  DATETIME     NULL,
  created_at  DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX restrictions_person ON restrictions (person_id, id);
CREATE INDEX restrictions_phone ON restrictions (phone_index, id);
CREATE INDEX restrictions_state ON restrictions (state, id);
