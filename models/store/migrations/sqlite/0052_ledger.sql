-- +goose Up

-- The books of an estate, one of each kind. last_no counts its journals without gaps; no posting is effective on or before closed_through.
CREATE TABLE ledger_books (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id      BIGINT NOT NULL,
  kind           TEXT NOT NULL CHECK (length(kind) <= 16),
  last_no        BIGINT NOT NULL,
  sealed_no      BIGINT NOT NULL,
  unsealed       BOOLEAN NOT NULL,
  closed_through DATE NULL,
  created_at     DATETIME NOT NULL
);
CREATE UNIQUE INDEX ledger_books_kind ON ledger_books (estate_id, kind);
CREATE INDEX ledger_books_unsealed ON ledger_books (unsealed, id);

-- An account: its place in the chart, and the building or unit whose it is.
CREATE TABLE ledger_accounts (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  book_id     BIGINT NOT NULL,
  code        TEXT NOT NULL CHECK (length(code) <= 32),
  building_id BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL
);
CREATE UNIQUE INDEX ledger_accounts_place ON ledger_accounts (book_id, code, unit_id, building_id);

-- A journal: several entries that balance, posted at once; never changed, never deleted.
CREATE TABLE ledger_journals (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  book_id      BIGINT NOT NULL,
  no           BIGINT NOT NULL,
  ref          TEXT NOT NULL CHECK (length(ref) <= 80),
  input_hash   TEXT NOT NULL CHECK (length(input_hash) <= 64),
  effective_on DATE NOT NULL,
  booked_at    DATETIME NOT NULL,
  person_id    BIGINT NOT NULL,
  post_id      BIGINT NOT NULL,
  source_kind  TEXT NOT NULL CHECK (length(source_kind) <= 32),
  source_id    BIGINT NOT NULL,
  source_text  TEXT NOT NULL CHECK (length(source_text) <= 300),
  memo         TEXT NOT NULL CHECK (length(memo) <= 300),
  reverses_id  BIGINT NULL,
  entries      INT NOT NULL
);
CREATE UNIQUE INDEX ledger_journals_no ON ledger_journals (book_id, no);
CREATE UNIQUE INDEX ledger_journals_ref ON ledger_journals (book_id, ref);
CREATE UNIQUE INDEX ledger_journals_reverses ON ledger_journals (reverses_id);
CREATE INDEX ledger_journals_source ON ledger_journals (source_kind, source_id);
CREATE INDEX ledger_journals_day ON ledger_journals (book_id, effective_on, no);

-- An entry: debit is positive, credit negative, in fen.
CREATE TABLE ledger_entries (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  journal_id   BIGINT NOT NULL,
  account_id   BIGINT NOT NULL,
  effective_on DATE NOT NULL,
  amount       BIGINT NOT NULL,
  memo         TEXT NOT NULL CHECK (length(memo) <= 200)
);
CREATE INDEX ledger_entries_journal ON ledger_entries (journal_id);
CREATE INDEX ledger_entries_account ON ledger_entries (account_id, effective_on, amount);

-- The chain over a book's journals, made behind the writes.
CREATE TABLE ledger_seals (
  book_id BIGINT NOT NULL,
  no      BIGINT NOT NULL,
  hash    TEXT NOT NULL CHECK (length(hash) <= 64),
  PRIMARY KEY (book_id, no)
);
