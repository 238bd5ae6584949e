-- +goose Up

-- A contract about common parts: what is let, to whom, for how much a period, and by which decision of the owners.
CREATE TABLE income_contracts (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id     BIGINT NOT NULL,
  kind          TEXT NOT NULL CHECK (length(kind) <= 16),
  title         TEXT NOT NULL CHECK (length(title) <= 80),
  party         TEXT NOT NULL CHECK (length(party) <= 80),
  basis         TEXT NOT NULL CHECK (length(basis) <= 200),
  starts_on     DATE NOT NULL,
  ends_on       DATE NOT NULL,
  amount        BIGINT NOT NULL,
  period_months INT NOT NULL,
  ended_on      DATE NULL,
  end_reason    TEXT NOT NULL CHECK (length(end_reason) <= 200),
  recorded_by   BIGINT NOT NULL,
  client_ref    TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash    TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at    DATETIME NOT NULL
);
CREATE INDEX income_contracts_estate ON income_contracts (estate_id, id);
CREATE UNIQUE INDEX income_contracts_ref ON income_contracts (recorded_by, client_ref);

-- Money received or spent; struck and never edited.
CREATE TABLE income_lines (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id     BIGINT NOT NULL,
  contract_id   BIGINT NOT NULL,
  sort          TEXT NOT NULL CHECK (length(sort) <= 16),
  amount        BIGINT NOT NULL,
  happened_on   DATE NOT NULL,
  party         TEXT NOT NULL CHECK (length(party) <= 80),
  text          TEXT NOT NULL CHECK (length(text) <= 200),
  receipts      INT NOT NULL,
  journal_id    BIGINT NOT NULL,
  struck_at     DATETIME NULL,
  struck_by     BIGINT NOT NULL,
  struck_reason TEXT NOT NULL CHECK (length(struck_reason) <= 200),
  recorded_by   BIGINT NOT NULL,
  client_ref    TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash    TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at    DATETIME NOT NULL
);
CREATE INDEX income_lines_estate ON income_lines (estate_id, happened_on, id);
CREATE INDEX income_lines_contract ON income_lines (contract_id, happened_on);
CREATE UNIQUE INDEX income_lines_ref ON income_lines (recorded_by, client_ref);

-- What a period left over, and what of it goes to the fund. live is the period while nobody sent it back.
CREATE TABLE income_settlements (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  from_on     DATE NOT NULL,
  to_on       DATE NOT NULL,
  live        TEXT NULL CHECK (length(live) <= 40),
  revenue     BIGINT NOT NULL,
  cost        BIGINT NOT NULL,
  rate        BIGINT NOT NULL,
  rule        TEXT NOT NULL CHECK (length(rule) <= 200),
  to_fund     BIGINT NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  text        TEXT NOT NULL CHECK (length(text) <= 200),
  proposed_by BIGINT NOT NULL,
  decided_by  BIGINT NOT NULL,
  decided_at  DATETIME NULL,
  paid_by     BIGINT NOT NULL,
  paid_on     DATE NULL,
  bank_ref    TEXT NOT NULL CHECK (length(bank_ref) <= 64),
  created_at  DATETIME NOT NULL
);
CREATE INDEX income_settlements_estate ON income_settlements (estate_id, from_on);
CREATE UNIQUE INDEX income_settlements_live ON income_settlements (live);
