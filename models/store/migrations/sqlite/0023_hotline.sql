-- +goose Up

-- One upload of work orders from the 12345 hotline: its worksheets around the orders, and the bad cells. No personal data.
CREATE TABLE hotline_imports (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organisation_id BIGINT      NOT NULL,
  file_sha256     TEXT NOT NULL CHECK (length(file_sha256) <= 64),
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  layouts         TEXT NOT NULL,
  faults          TEXT NOT NULL,
  fault_count     INT         NOT NULL,
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_by      BIGINT      NOT NULL,
  created_at      DATETIME    NOT NULL
);
CREATE UNIQUE INDEX hotline_imports_ref ON hotline_imports (organisation_id, client_ref);

-- A work order of an import. filed_number is set with its case: a number is filed once for an estate, whoever imports it,
-- unless somebody says that it is another matter under the same number.
CREATE TABLE hotline_orders (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id    BIGINT       NOT NULL,
  sheet        INT          NOT NULL,
  line         INT          NOT NULL,
  number       TEXT NOT NULL CHECK (length(number) <= 64),
  filed_number TEXT NULL CHECK (length(filed_number) <= 112),
  again        BOOLEAN      NOT NULL,
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  estate_id    BIGINT       NOT NULL,
  guessed      BOOLEAN      NOT NULL,
  matter       TEXT NOT NULL CHECK (length(matter) <= 64),
  suggested    TEXT NOT NULL CHECK (length(suggested) <= 200),
  about        TEXT NOT NULL CHECK (length(about) <= 64),
  twin         TEXT NOT NULL CHECK (length(twin) <= 32),
  body_sealed  TEXT NOT NULL,
  case_id      BIGINT       NOT NULL,
  receipt      TEXT NOT NULL CHECK (length(receipt) <= 32),
  reason       TEXT NOT NULL CHECK (length(reason) <= 300),
  decided_by   BIGINT       NOT NULL,
  created_at   DATETIME     NOT NULL
);
CREATE UNIQUE INDEX hotline_orders_filed ON hotline_orders (filed_number);
CREATE UNIQUE INDEX hotline_orders_number ON hotline_orders (import_id, number);
CREATE INDEX hotline_orders_case ON hotline_orders (case_id, created_at);
CREATE INDEX hotline_orders_numbers ON hotline_orders (number, filed_number);

-- A deadline that somebody outside has set; it counts at every dispatch while it lies ahead and is the earlier one.
ALTER TABLE cases ADD COLUMN outside_due_at DATETIME NULL;
