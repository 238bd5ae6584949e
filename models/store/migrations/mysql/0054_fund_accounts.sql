-- +goose Up

-- The maintenance fund of an estate: who keeps its special account, and at which bank. Of the account's number only the last four digits are kept.
CREATE TABLE fund_accounts (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  holder     VARCHAR(16) NOT NULL,
  bank       VARCHAR(60) NOT NULL,
  last_four  VARCHAR(4) NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_accounts_estate ON fund_accounts (estate_id);

-- Who kept the account since when, and by what: a resolution of the owners, or the bureau's reason.
CREATE TABLE fund_holdings (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  holder      VARCHAR(16) NOT NULL,
  bank        VARCHAR(60) NOT NULL,
  last_four   VARCHAR(4) NOT NULL,
  meeting_id  BIGINT NOT NULL,
  resolution  VARCHAR(100) NOT NULL,
  reason      VARCHAR(500) NOT NULL,
  recorded_by BIGINT NOT NULL,
  at          DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_holdings_estate ON fund_holdings (estate_id, id);

-- What a client sent under a reference and that was done.
CREATE TABLE fund_taps (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id  BIGINT NOT NULL,
  client_ref VARCHAR(64) NOT NULL,
  input_hash VARCHAR(64) NOT NULL,
  subject_id BIGINT NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_taps_ref ON fund_taps (person_id, client_ref);

-- Whether a building has a lift: the first deposit may depend on it.
CREATE TABLE fund_buildings (
  building_id BIGINT NOT NULL PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  lift        BOOLEAN NOT NULL,
  updated_by  BIGINT NOT NULL,
  updated_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The sub-account of a unit. What stands on it is read from the ledger; first_fen is what was deposited first, by which renewal is measured.
CREATE TABLE fund_subaccounts (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  first_fen   BIGINT NOT NULL,
  area_milli  BIGINT NOT NULL,
  seller      VARCHAR(100) NOT NULL,
  import_id   BIGINT NOT NULL,
  created_at  DATETIME NOT NULL,
  closed_at   DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_subaccounts_unit ON fund_subaccounts (unit_id);
CREATE INDEX fund_subaccounts_estate ON fund_subaccounts (estate_id, unit_id);

-- A bank slip of deposits, one journal.
CREATE TABLE fund_slips (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  slip        VARCHAR(64) NOT NULL,
  slot        VARCHAR(64) NULL,
  paid_on     DATE NOT NULL,
  amount      BIGINT NOT NULL,
  plan_id     BIGINT NOT NULL,
  journal_id  BIGINT NOT NULL,
  created_by  BIGINT NOT NULL,
  created_at  DATETIME NOT NULL,
  reversed_by BIGINT NOT NULL,
  reversed_at DATETIME NULL,
  reason      VARCHAR(300) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_slips_slot ON fund_slips (estate_id, slot);
CREATE INDEX fund_slips_estate ON fund_slips (estate_id, id);

-- What a slip paid for each unit. dropped says that the slip was reversed.
CREATE TABLE fund_deposits (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slip_id    BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  unit_id    BIGINT NOT NULL,
  plan_id    BIGINT NOT NULL,
  kind       VARCHAR(16) NOT NULL,
  payer      VARCHAR(16) NOT NULL,
  amount     BIGINT NOT NULL,
  dropped    BOOLEAN NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_deposits_slip ON fund_deposits (slip_id);
CREATE INDEX fund_deposits_unit ON fund_deposits (unit_id, id);
CREATE INDEX fund_deposits_plan ON fund_deposits (plan_id, unit_id);

-- The bank's list of opening balances: checked, then applied by another person in parts.
CREATE TABLE fund_imports (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  file_id     BIGINT NOT NULL,
  file_sha256 VARCHAR(64) NOT NULL,
  as_of       DATE NOT NULL,
  state       VARCHAR(16) NOT NULL,
  report      MEDIUMTEXT NOT NULL,
  parts       INT NOT NULL,
  done        INT NOT NULL,
  created_by  BIGINT NOT NULL,
  created_at  DATETIME NOT NULL,
  applied_by  BIGINT NOT NULL,
  applied_at  DATETIME NULL,
  finished_at DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_imports_estate ON fund_imports (estate_id, id);

-- The lines of such a list. stray says that its money was taken over and that its unit is not in the register.
CREATE TABLE fund_import_lines (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  import_id   BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  part        INT NOT NULL,
  line        INT NOT NULL,
  building    VARCHAR(40) NOT NULL,
  number      VARCHAR(60) NOT NULL,
  unit_id     BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  owners_fen  BIGINT NOT NULL,
  seller_fen  BIGINT NOT NULL,
  first_fen   BIGINT NOT NULL,
  area_milli  BIGINT NOT NULL,
  seller      VARCHAR(100) NOT NULL,
  stray       BOOLEAN NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_import_lines_part ON fund_import_lines (import_id, part, id);
CREATE INDEX fund_import_lines_stray ON fund_import_lines (estate_id, stray, id);

-- Interest and other income of the fund: received, weighed, then allocated to the sub-accounts in parts.
CREATE TABLE fund_incomes (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  kind        VARCHAR(16) NOT NULL,
  amount      BIGINT NOT NULL,
  from_on     DATE NOT NULL,
  to_on       DATE NOT NULL,
  received_on DATE NOT NULL,
  slip        VARCHAR(64) NOT NULL,
  slot        VARCHAR(64) NULL,
  state       VARCHAR(16) NOT NULL,
  method      VARCHAR(32) NOT NULL,
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
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_incomes_slot ON fund_incomes (estate_id, slot);
CREATE INDEX fund_incomes_estate ON fund_incomes (estate_id, id);

-- A sub-account's share of an income. weight is the sum of its balances in fen at the end of each day.
CREATE TABLE fund_income_shares (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  income_id BIGINT NOT NULL,
  part      INT NOT NULL,
  unit_id   BIGINT NOT NULL,
  code      VARCHAR(32) NOT NULL,
  weight    BIGINT NOT NULL,
  amount    BIGINT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_income_shares_unit ON fund_income_shares (income_id, unit_id, code);
CREATE INDEX fund_income_shares_part ON fund_income_shares (income_id, part, id);

-- Refunds of buildings or units that are gone.
CREATE TABLE fund_refunds (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  paid_on    DATE NOT NULL,
  reason     VARCHAR(500) NOT NULL,
  state      VARCHAR(16) NOT NULL,
  owners_fen BIGINT NOT NULL,
  seller_fen BIGINT NOT NULL,
  journal_id BIGINT NOT NULL,
  asked_by   BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_at DATETIME NULL,
  answer     VARCHAR(500) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_refunds_estate ON fund_refunds (estate_id, id);

-- What goes back of each unit: to the owner set of the day, and to the public-housing seller.
CREATE TABLE fund_refund_lines (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  refund_id    BIGINT NOT NULL,
  unit_id      BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  seller       VARCHAR(100) NOT NULL,
  owners_fen   BIGINT NOT NULL,
  seller_fen   BIGINT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_refund_lines_unit ON fund_refund_lines (refund_id, unit_id);

-- Plans of renewal under a resolution to raise the fund.
CREATE TABLE fund_plans (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id    BIGINT NOT NULL,
  title        VARCHAR(60) NOT NULL,
  meeting_id   BIGINT NOT NULL,
  position     INT NOT NULL,
  resolution   VARCHAR(100) NOT NULL,
  basis        VARCHAR(16) NOT NULL,
  rate         BIGINT NOT NULL,
  dates        VARCHAR(500) NOT NULL,
  state        VARCHAR(16) NOT NULL,
  units        INT NOT NULL,
  amount       BIGINT NOT NULL,
  made_by      BIGINT NOT NULL,
  created_at   DATETIME NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_at DATETIME NULL,
  reason       VARCHAR(500) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_plans_estate ON fund_plans (estate_id, id);

-- What a unit owes under a plan, all instalments together.
CREATE TABLE fund_plan_dues (
  id      BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  plan_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  amount  BIGINT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_plan_dues_unit ON fund_plan_dues (plan_id, unit_id);
CREATE INDEX fund_plan_dues_of ON fund_plan_dues (unit_id, plan_id);

-- A month of the bank's statement. slot is the month while the upload stands.
CREATE TABLE fund_bank_months (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  first_day   DATE NOT NULL,
  slot        VARCHAR(7) NULL,
  file_id     BIGINT NOT NULL,
  file_sha256 VARCHAR(64) NOT NULL,
  opening     BIGINT NOT NULL,
  closing     BIGINT NOT NULL,
  books       BIGINT NOT NULL,
  state       VARCHAR(16) NOT NULL,
  created_by  BIGINT NOT NULL,
  created_at  DATETIME NOT NULL,
  closed_by   BIGINT NOT NULL,
  closed_at   DATETIME NULL,
  reason      VARCHAR(300) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_bank_months_slot ON fund_bank_months (estate_id, slot);
CREATE INDEX fund_bank_months_estate ON fund_bank_months (estate_id, id);

-- Its lines, without what the bank writes of people.
CREATE TABLE fund_bank_lines (
  id       BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  month_id BIGINT NOT NULL,
  line     INT NOT NULL,
  on_day   DATE NOT NULL,
  amount   BIGINT NOT NULL,
  serial   VARCHAR(64) NOT NULL,
  entry_id BIGINT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_bank_lines_month ON fund_bank_lines (month_id, id);

-- What the bank and the books do not have alike.
CREATE TABLE fund_differences (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  month_id     BIGINT NOT NULL,
  kind         VARCHAR(16) NOT NULL,
  bank_line_id BIGINT NOT NULL,
  entry_id     BIGINT NOT NULL,
  bank_fen     BIGINT NOT NULL,
  books_fen    BIGINT NOT NULL,
  bank_on      DATE NULL,
  books_on     DATE NULL,
  serial       VARCHAR(64) NOT NULL,
  source       VARCHAR(300) NOT NULL,
  explanation  VARCHAR(500) NOT NULL,
  explained_by BIGINT NOT NULL,
  explained_at DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_differences_month ON fund_differences (month_id, id);

-- Owners who ask for a recheck of the published figures.
CREATE TABLE fund_rechecks (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  year        INT NOT NULL,
  text        VARCHAR(1000) NOT NULL,
  state       VARCHAR(16) NOT NULL,
  due_at      DATETIME NOT NULL,
  answer      VARCHAR(2000) NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  created_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_rechecks_estate ON fund_rechecks (estate_id, state, id);
CREATE INDEX fund_rechecks_person ON fund_rechecks (person_id, id);
