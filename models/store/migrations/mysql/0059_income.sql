-- +goose Up

-- A contract about common parts: what is let, to whom, for how much a period, and by which decision of the owners.
CREATE TABLE income_contracts (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id     BIGINT NOT NULL,
  kind          VARCHAR(16) NOT NULL,
  title         VARCHAR(80) NOT NULL,
  party         VARCHAR(80) NOT NULL,
  basis         VARCHAR(200) NOT NULL,
  starts_on     DATE NOT NULL,
  ends_on       DATE NOT NULL,
  amount        BIGINT NOT NULL,
  period_months INT NOT NULL,
  ended_on      DATE NULL,
  end_reason    VARCHAR(200) NOT NULL,
  recorded_by   BIGINT NOT NULL,
  client_ref    VARCHAR(64) NOT NULL,
  input_hash    VARCHAR(64) NOT NULL,
  created_at    DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX income_contracts_estate ON income_contracts (estate_id, id);
CREATE UNIQUE INDEX income_contracts_ref ON income_contracts (recorded_by, client_ref);

-- Money received or spent; struck and never edited.
CREATE TABLE income_lines (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id     BIGINT NOT NULL,
  contract_id   BIGINT NOT NULL,
  sort          VARCHAR(16) NOT NULL,
  amount        BIGINT NOT NULL,
  happened_on   DATE NOT NULL,
  party         VARCHAR(80) NOT NULL,
  text          VARCHAR(200) NOT NULL,
  receipts      INT NOT NULL,
  journal_id    BIGINT NOT NULL,
  struck_at     DATETIME NULL,
  struck_by     BIGINT NOT NULL,
  struck_reason VARCHAR(200) NOT NULL,
  recorded_by   BIGINT NOT NULL,
  client_ref    VARCHAR(64) NOT NULL,
  input_hash    VARCHAR(64) NOT NULL,
  created_at    DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX income_lines_estate ON income_lines (estate_id, happened_on, id);
CREATE INDEX income_lines_contract ON income_lines (contract_id, happened_on);
CREATE UNIQUE INDEX income_lines_ref ON income_lines (recorded_by, client_ref);

-- What a period left over, and what of it goes to the fund. live is the period while nobody sent it back.
CREATE TABLE income_settlements (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  from_on     DATE NOT NULL,
  to_on       DATE NOT NULL,
  live        VARCHAR(40) NULL,
  revenue     BIGINT NOT NULL,
  cost        BIGINT NOT NULL,
  rate        BIGINT NOT NULL,
  rule        VARCHAR(200) NOT NULL,
  to_fund     BIGINT NOT NULL,
  state       VARCHAR(16) NOT NULL,
  text        VARCHAR(200) NOT NULL,
  proposed_by BIGINT NOT NULL,
  decided_by  BIGINT NOT NULL,
  decided_at  DATETIME NULL,
  paid_by     BIGINT NOT NULL,
  paid_on     DATE NULL,
  bank_ref    VARCHAR(64) NOT NULL,
  created_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX income_settlements_estate ON income_settlements (estate_id, from_on);
CREATE UNIQUE INDEX income_settlements_live ON income_settlements (live);
