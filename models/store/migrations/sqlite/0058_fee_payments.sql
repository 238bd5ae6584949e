-- +goose Up

-- Money that came in or, negative, went out. serial is the bank's own number: the same movement is never entered twice.
CREATE TABLE fee_payments (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  number       TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id    BIGINT NOT NULL,
  company_id   BIGINT NOT NULL,
  kind         TEXT NOT NULL CHECK (length(kind) <= 16),
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  way          TEXT NOT NULL CHECK (length(way) <= 16),
  amount       BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  prepaid      BIGINT NOT NULL,
  payer_sealed TEXT NOT NULL CHECK (length(payer_sealed) <= 500),
  payer_index  TEXT NOT NULL CHECK (length(payer_index) <= 80),
  serial       TEXT NULL CHECK (length(serial) <= 64),
  note         TEXT NOT NULL CHECK (length(note) <= 200),
  cashier_id   BIGINT NOT NULL,
  post_id      BIGINT NOT NULL,
  day_on       DATE NOT NULL,
  paid_on      DATE NOT NULL,
  at           DATETIME NOT NULL,
  refunds_id   BIGINT NOT NULL,
  change_id    BIGINT NOT NULL,
  journal_id   BIGINT NOT NULL
);
CREATE UNIQUE INDEX fee_payments_number ON fee_payments (number);
CREATE UNIQUE INDEX fee_payments_serial ON fee_payments (estate_id, serial);
CREATE INDEX fee_payments_estate ON fee_payments (estate_id, id);
CREATE INDEX fee_payments_state ON fee_payments (estate_id, state, id);
CREATE INDEX fee_payments_day ON fee_payments (estate_id, cashier_id, day_on);
CREATE INDEX fee_payments_unit ON fee_payments (unit_id, id);
CREATE INDEX fee_payments_payer ON fee_payments (estate_id, payer_index, id);
CREATE INDEX fee_payments_refunds ON fee_payments (refunds_id, id);

-- What of a payment, or of what was paid ahead, went to which bill; negative where it was taken back.
CREATE TABLE fee_allocations (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  bill_id    BIGINT NOT NULL,
  unit_id    BIGINT NOT NULL,
  payment_id BIGINT NOT NULL,
  change_id  BIGINT NOT NULL,
  source     TEXT NOT NULL CHECK (length(source) <= 16),
  amount     BIGINT NOT NULL,
  at         DATETIME NOT NULL
);
CREATE INDEX fee_allocations_bill ON fee_allocations (bill_id, id);
CREATE INDEX fee_allocations_unit ON fee_allocations (unit_id, payment_id);
CREATE INDEX fee_allocations_payment ON fee_allocations (payment_id, id);

-- What needs a second person: lines on a bill, and money that goes back. effect is what it did to the bill.
CREATE TABLE fee_changes (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  company_id  BIGINT NOT NULL,
  kind        TEXT NOT NULL CHECK (length(kind) <= 16),
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  bill_id     BIGINT NOT NULL,
  payment_id  BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  months      INT NOT NULL,
  amount      BIGINT NOT NULL,
  effect      BIGINT NOT NULL,
  way         TEXT NOT NULL CHECK (length(way) <= 16),
  reason      TEXT NOT NULL CHECK (length(reason) <= 300),
  proposed_by BIGINT NOT NULL,
  post_id     BIGINT NOT NULL,
  proposed_at DATETIME NOT NULL,
  decided_by  BIGINT NOT NULL,
  decided_at  DATETIME NULL,
  decision    TEXT NOT NULL CHECK (length(decision) <= 300),
  journal_id  BIGINT NOT NULL
);
CREATE INDEX fee_changes_estate ON fee_changes (estate_id, id);
CREATE INDEX fee_changes_state ON fee_changes (estate_id, state, id);
CREATE INDEX fee_changes_bill ON fee_changes (bill_id, id);
CREATE INDEX fee_changes_payment ON fee_changes (payment_id, id);

-- Invoices that the tax system issued; a red one is negative.
CREATE TABLE fee_invoices (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  payment_id  BIGINT NOT NULL,
  number      TEXT NOT NULL CHECK (length(number) <= 40),
  kind        TEXT NOT NULL CHECK (length(kind) <= 16),
  issued_on   DATE NOT NULL,
  amount      BIGINT NOT NULL,
  recorded_by BIGINT NOT NULL,
  recorded_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX fee_invoices_number ON fee_invoices (estate_id, number);
CREATE INDEX fee_invoices_payment ON fee_invoices (payment_id, id);

-- A cashier's closed day.
CREATE TABLE fee_days (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  company_id BIGINT NOT NULL,
  person_id  BIGINT NOT NULL,
  day_on     DATE NOT NULL,
  movements  INT NOT NULL,
  cash       BIGINT NOT NULL,
  bank       BIGINT NOT NULL,
  pos        BIGINT NOT NULL,
  counted    BIGINT NOT NULL,
  note       TEXT NOT NULL CHECK (length(note) <= 300),
  closed_at  DATETIME NOT NULL
);
CREATE UNIQUE INDEX fee_days_person ON fee_days (estate_id, person_id, day_on);

-- A list of payments or of opening arrears; the same file once.
CREATE TABLE fee_imports (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  company_id  BIGINT NOT NULL,
  kind        TEXT NOT NULL CHECK (length(kind) <= 16),
  file_sha256 TEXT NOT NULL CHECK (length(file_sha256) <= 64),
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  rows_read   INT NOT NULL,
  total       BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  post_id     BIGINT NOT NULL,
  created_at  DATETIME NOT NULL,
  done_at     DATETIME NULL
);
CREATE UNIQUE INDEX fee_imports_file ON fee_imports (estate_id, kind, file_sha256);
CREATE INDEX fee_imports_state ON fee_imports (state, id);

CREATE TABLE fee_import_lines (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id    BIGINT NOT NULL,
  line         INT NOT NULL,
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  amount       BIGINT NOT NULL,
  paid_on      DATE NOT NULL,
  way          TEXT NOT NULL CHECK (length(way) <= 16),
  serial       TEXT NOT NULL CHECK (length(serial) <= 64),
  bill_number  TEXT NOT NULL CHECK (length(bill_number) <= 32),
  unit         TEXT NOT NULL CHECK (length(unit) <= 200),
  unit_id      BIGINT NOT NULL,
  title        TEXT NOT NULL CHECK (length(title) <= 60),
  months       INT NOT NULL,
  payer_sealed TEXT NOT NULL CHECK (length(payer_sealed) <= 500),
  result       TEXT NOT NULL CHECK (length(result) <= 200),
  payment_id   BIGINT NOT NULL,
  bill_id      BIGINT NOT NULL
);
CREATE UNIQUE INDEX fee_import_lines_line ON fee_import_lines (import_id, line);
CREATE INDEX fee_import_lines_state ON fee_import_lines (import_id, state, line);
