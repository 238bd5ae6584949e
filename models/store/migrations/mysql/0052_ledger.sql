-- +goose Up

-- The books of an estate, one of each kind. last_no counts its journals without gaps; no posting is effective on or before closed_through.
CREATE TABLE ledger_books (
  id             BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id      BIGINT NOT NULL,
  kind           VARCHAR(16) NOT NULL,
  last_no        BIGINT NOT NULL,
  sealed_no      BIGINT NOT NULL,
  unsealed       BOOLEAN NOT NULL,
  closed_through DATE NULL,
  created_at     DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX ledger_books_kind ON ledger_books (estate_id, kind);
CREATE INDEX ledger_books_unsealed ON ledger_books (unsealed, id);

-- An account: its place in the chart, and the building or unit whose it is.
CREATE TABLE ledger_accounts (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  book_id     BIGINT NOT NULL,
  code        VARCHAR(32) NOT NULL,
  building_id BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX ledger_accounts_place ON ledger_accounts (book_id, code, unit_id, building_id);

-- A journal: several entries that balance, posted at once; never changed, never deleted.
CREATE TABLE ledger_journals (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  book_id      BIGINT NOT NULL,
  no           BIGINT NOT NULL,
  ref          VARCHAR(80) NOT NULL,
  input_hash   VARCHAR(64) NOT NULL,
  effective_on DATE NOT NULL,
  booked_at    DATETIME NOT NULL,
  person_id    BIGINT NOT NULL,
  post_id      BIGINT NOT NULL,
  source_kind  VARCHAR(32) NOT NULL,
  source_id    BIGINT NOT NULL,
  source_text  VARCHAR(300) NOT NULL,
  memo         VARCHAR(300) NOT NULL,
  reverses_id  BIGINT NULL,
  entries      INT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX ledger_journals_no ON ledger_journals (book_id, no);
CREATE UNIQUE INDEX ledger_journals_ref ON ledger_journals (book_id, ref);
CREATE UNIQUE INDEX ledger_journals_reverses ON ledger_journals (reverses_id);
CREATE INDEX ledger_journals_source ON ledger_journals (source_kind, source_id);
CREATE INDEX ledger_journals_day ON ledger_journals (book_id, effective_on, no);

-- An entry: debit is positive, credit negative, in fen.
CREATE TABLE ledger_entries (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  journal_id   BIGINT NOT NULL,
  account_id   BIGINT NOT NULL,
  effective_on DATE NOT NULL,
  amount       BIGINT NOT NULL,
  memo         VARCHAR(200) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX ledger_entries_journal ON ledger_entries (journal_id);
CREATE INDEX ledger_entries_account ON ledger_entries (account_id, effective_on, amount);

-- The chain over a book's journals, made behind the writes.
CREATE TABLE ledger_seals (
  book_id BIGINT NOT NULL,
  no      BIGINT NOT NULL,
  hash    VARCHAR(64) NOT NULL,
  PRIMARY KEY (book_id, no)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
