-- +goose Up

-- The maintenance fund of an estate: who keeps its special account, and at which bank. Of the account's number only the last four digits are kept.
CREATE TABLE fund_accounts (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  holder     TEXT NOT NULL CHECK (length(holder) <= 16),
  bank       TEXT NOT NULL CHECK (length(bank) <= 60),
  last_four  TEXT NOT NULL CHECK (length(last_four) <= 4),
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX fund_accounts_estate ON fund_accounts (estate_id);

-- Who kept the account since when, and by what: a resolution of the owners, or the bureau's reason.
CREATE TABLE fund_holdings (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  holder      TEXT NOT NULL CHECK (length(holder) <= 16),
  bank        TEXT NOT NULL CHECK (length(bank) <= 60),
  last_four   TEXT NOT NULL CHECK (length(last_four) <= 4),
  meeting_id  BIGINT NOT NULL,
  resolution  TEXT NOT NULL CHECK (length(resolution) <= 100),
  reason      TEXT NOT NULL CHECK (length(reason) <= 500),
  recorded_by BIGINT NOT NULL,
  at          DATETIME NOT NULL
);
CREATE INDEX fund_holdings_estate ON fund_holdings (estate_id, id);

-- What a client sent under a reference and that was done.
CREATE TABLE fund_taps (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id  BIGINT NOT NULL,
  client_ref TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash TEXT NOT NULL CHECK (length(input_hash) <= 64),
  subject_id BIGINT NOT NULL,
  at         DATETIME NOT NULL
);
CREATE UNIQUE INDEX fund_taps_ref ON fund_taps (person_id, client_ref);

-- Whether a building has a lift: the first deposit may depend on it.
CREATE TABLE fund_buildings (
  building_id BIGINT NOT NULL PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  lift        BOOLEAN NOT NULL,
  updated_by  BIGINT NOT NULL,
  updated_at  DATETIME NOT NULL
);

-- The sub-account of a unit. What stands on it is read from the ledger; first_fen is what was deposited first, by which renewal is measured.
CREATE TABLE fund_subaccounts (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  first_fen   BIGINT NOT NULL,
  area_milli  BIGINT NOT NULL,
  seller      TEXT NOT NULL CHECK (length(seller) <= 100),
  import_id   BIGINT NOT NULL,
  created_at  DATETIME NOT NULL,
  closed_at   DATETIME NULL
);
CREATE UNIQUE INDEX fund_subaccounts_unit ON fund_subaccounts (unit_id);
CREATE INDEX fund_subaccounts_estate ON fund_subaccounts (estate_id, unit_id);

-- A bank slip of deposits, one journal.
CREATE TABLE fund_slips (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  slip        TEXT NOT NULL CHECK (length(slip) <= 64),
  slot        TEXT NULL CHECK (length(slot) <= 64),
  paid_on     DATE NOT NULL,
  amount      BIGINT NOT NULL,
  plan_id     BIGINT NOT NULL,
  journal_id  BIGINT NOT NULL,
  created_by  BIGINT NOT NULL,
  created_at  DATETIME NOT NULL,
  reversed_by BIGINT NOT NULL,
  reversed_at DATETIME NULL,
  reason      TEXT NOT NULL CHECK (length(reason) <= 300)
);
CREATE UNIQUE INDEX fund_slips_slot ON fund_slips (estate_id, slot);
CREATE INDEX fund_slips_estate ON fund_slips (estate_id, id);

-- What a slip paid for each unit. dropped says that the slip was reversed.
CREATE TABLE fund_deposits (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  slip_id    BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  unit_id    BIGINT NOT NULL,
  plan_id    BIGINT NOT NULL,
  kind       TEXT NOT NULL CHECK (length(kind) <= 16),
  payer      TEXT NOT NULL CHECK (length(payer) <= 16),
  amount     BIGINT NOT NULL,
  dropped    BOOLEAN NOT NULL
);
CREATE INDEX fund_deposits_slip ON fund_deposits (slip_id);
CREATE INDEX fund_deposits_unit ON fund_deposits (unit_id, id);
CREATE INDEX fund_deposits_plan ON fund_deposits (plan_id, unit_id);

-- The bank's list of opening balances: checked, then applied by another person in parts.
CREATE TABLE fund_imports (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  file_id     BIGINT NOT NULL,
  file_sha256 TEXT NOT NULL CHECK (length(file_sha256) <= 64),
  as_of       DATE NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  report      TEXT NOT NULL,
  parts       INT NOT NULL,
  done        INT NOT NULL,
  created_by  BIGINT NOT NULL,
  created_at  DATETIME NOT NULL,
  applied_by  BIGINT NOT NULL,
  applied_at  DATETIME NULL,
  finished_at DATETIME NULL
);
CREATE INDEX fund_imports_estate ON fund_imports (estate_id, id);

-- The lines of such a list. stray says that its money was taken over and that its unit is not in the register.
CREATE TABLE fund_import_lines (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id   BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  part        INT NOT NULL,
  line        INT NOT NULL,
  building    TEXT NOT NULL CHECK (length(building) <= 40),
  number      TEXT NOT NULL CHECK (length(number) <= 60),
  unit_id     BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  owners_fen  BIGINT NOT NULL,
  seller_fen  BIGINT NOT NULL,
  first_fen   BIGINT NOT NULL,
  area_milli  BIGINT NOT NULL,
  seller      TEXT NOT NULL CHECK (length(seller) <= 100),
  stray       BOOLEAN NOT NULL
);
CREATE INDEX fund_import_lines_part ON fund_import_lines (import_id, part, id);
CREATE INDEX fund_import_lines_stray ON fund_import_lines (estate_id, stray, id);

-- Interest and other income of the fund: received, weighed, then allocated to the sub-accounts in parts.
CREATE TABLE fund_incomes (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  kind        TEXT NOT NULL CHECK (length(kind) <= 16),
  amount      BIGINT NOT NULL,
  from_on     DATE NOT NULL,
  to_on       DATE NOT NULL,
  received_on DATE NOT NULL,
  slip        TEXT NOT NULL CHECK (length(slip) <= 64),
  slot        TEXT NULL CHECK (length(slot) <= 64),
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  method      TEXT NOT NULL CHECK (length(method) <= 32),
  enters_on   DATE NULL,
  seen_entry  BIGINT NOT NULL,
  shares      INT NOT NULL,
  parts       INT NOT NULL,
  done        INT NOT NULL,
  journal_id  BIGINT NOT NULL,
  created_by  BIGINT NOT NULL,
  created_at  DATETIME NOT NULL,
  weighed_by  BIGINT NOT NULL,
  weighed_at  DATETIME NULL,
  approved_by BIGINT NOT NULL,
  approved_at DATETIME NULL,
  finished_at DATETIME NULL
);
CREATE UNIQUE INDEX fund_incomes_slot ON fund_incomes (estate_id, slot);
CREATE INDEX fund_incomes_estate ON fund_incomes (estate_id, id);

-- A sub-account's share of an income. weight is the sum of its balances in fen at the end of each day.
CREATE TABLE fund_income_shares (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  income_id BIGINT NOT NULL,
  part      INT NOT NULL,
  unit_id   BIGINT NOT NULL,
  code      TEXT NOT NULL CHECK (length(code) <= 32),
  weight    BIGINT NOT NULL,
  amount    BIGINT NOT NULL
);
CREATE UNIQUE INDEX fund_income_shares_unit ON fund_income_shares (income_id, unit_id, code);
CREATE INDEX fund_income_shares_part ON fund_income_shares (income_id, part, id);

-- Refunds of buildings or units that are gone.
CREATE TABLE fund_refunds (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  paid_on    DATE NOT NULL,
  reason     TEXT NOT NULL CHECK (length(reason) <= 500),
  state      TEXT NOT NULL CHECK (length(state) <= 16),
  owners_fen BIGINT NOT NULL,
  seller_fen BIGINT NOT NULL,
  journal_id BIGINT NOT NULL,
  asked_by   BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_at DATETIME NULL,
  answer     TEXT NOT NULL CHECK (length(answer) <= 500)
);
CREATE INDEX fund_refunds_estate ON fund_refunds (estate_id, id);

-- What goes back of each unit: to the owner set of the day, and to the public-housing seller.
CREATE TABLE fund_refund_lines (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  refund_id    BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  seller       TEXT NOT NULL CHECK (length(seller) <= 100),
  owners_fen   BIGINT NOT NULL,
  seller_fen   BIGINT NOT NULL
);
CREATE UNIQUE INDEX fund_refund_lines_unit ON fund_refund_lines (refund_id, unit_id);

-- Plans of renewal under a resolution to raise the fund.
CREATE TABLE fund_plans (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id    BIGINT NOT NULL,
  title        TEXT NOT NULL CHECK (length(title) <= 60),
  meeting_id   BIGINT NOT NULL,
  position     INT NOT NULL,
  resolution   TEXT NOT NULL CHECK (length(resolution) <= 100),
  basis        TEXT NOT NULL CHECK (length(basis) <= 16),
  rate         BIGINT NOT NULL,
  dates        TEXT NOT NULL CHECK (length(dates) <= 500),
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  units        INT NOT NULL,
  amount       BIGINT NOT NULL,
  made_by      BIGINT NOT NULL,
  created_at   DATETIME NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_at DATETIME NULL,
  reason       TEXT NOT NULL CHECK (length(reason) <= 500)
);
CREATE INDEX fund_plans_estate ON fund_plans (estate_id, id);

-- What a unit owes under a plan, all instalments together.
CREATE TABLE fund_plan_dues (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  plan_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  amount  BIGINT NOT NULL
);
CREATE UNIQUE INDEX fund_plan_dues_unit ON fund_plan_dues (plan_id, unit_id);
CREATE INDEX fund_plan_dues_of ON fund_plan_dues (unit_id, plan_id);

-- A month of the bank's statement. slot is the month while the upload stands.
CREATE TABLE fund_bank_months (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  first_day   DATE NOT NULL,
  slot        TEXT NULL CHECK (length(slot) <= 7),
  file_id     BIGINT NOT NULL,
  file_sha256 TEXT NOT NULL CHECK (length(file_sha256) <= 64),
  opening     BIGINT NOT NULL,
  closing     BIGINT NOT NULL,
  books       BIGINT NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  created_by  BIGINT NOT NULL,
  created_at  DATETIME NOT NULL,
  closed_by   BIGINT NOT NULL,
  closed_at   DATETIME NULL,
  reason      TEXT NOT NULL CHECK (length(reason) <= 300)
);
CREATE UNIQUE INDEX fund_bank_months_slot ON fund_bank_months (estate_id, slot);
CREATE INDEX fund_bank_months_estate ON fund_bank_months (estate_id, id);

-- Its lines, without what the bank writes of people.
CREATE TABLE fund_bank_lines (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  month_id BIGINT NOT NULL,
  line     INT NOT NULL,
  on_day   DATE NOT NULL,
  amount   BIGINT NOT NULL,
  serial   TEXT NOT NULL CHECK (length(serial) <= 64),
  entry_id BIGINT NOT NULL
);
CREATE INDEX fund_bank_lines_month ON fund_bank_lines (month_id, id);

-- What the bank and the books do not have alike.
CREATE TABLE fund_differences (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  month_id     BIGINT NOT NULL,
  kind         TEXT NOT NULL CHECK (length(kind) <= 16),
  bank_line_id BIGINT NOT NULL,
  entry_id     BIGINT NOT NULL,
  bank_fen     BIGINT NOT NULL,
  books_fen    BIGINT NOT NULL,
  bank_on      DATE NULL,
  books_on     DATE NULL,
  serial       TEXT NOT NULL CHECK (length(serial) <= 64),
  source       TEXT NOT NULL CHECK (length(source) <= 300),
  explanation  TEXT NOT NULL CHECK (length(explanation) <= 500),
  explained_by BIGINT NOT NULL,
  explained_at DATETIME NULL
);
CREATE INDEX fund_differences_month ON fund_differences (month_id, id);

-- Owners who ask for a recheck of the published figures.
CREATE TABLE fund_rechecks (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  year        INT NOT NULL,
  text        TEXT NOT NULL CHECK (length(text) <= 1000),
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  due_at      DATETIME NOT NULL,
  answer      TEXT NOT NULL CHECK (length(answer) <= 2000),
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  created_at  DATETIME NOT NULL
);
CREATE INDEX fund_rechecks_estate ON fund_rechecks (estate_id, state, id);
CREATE INDEX fund_rechecks_person ON fund_rechecks (person_id, id);
