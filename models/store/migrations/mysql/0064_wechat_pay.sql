-- +goose Up

-- Merchant accounts: what a company collects an estate's fees with. live holds the estate while it is switched on; renewal holds new keys,
-- sealed, until a second person agrees; opened_on is the last day whose bill is fetched by itself.
CREATE TABLE pay_accounts (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id     BIGINT NOT NULL,
  company_id    BIGINT NOT NULL,
  state         VARCHAR(16) NOT NULL,
  live          BIGINT NULL,
  provider      VARCHAR(16) NOT NULL,
  app_id        VARCHAR(32) NOT NULL,
  mch_id        VARCHAR(32) NOT NULL,
  serial        VARCHAR(64) NOT NULL,
  platform_id   VARCHAR(64) NOT NULL,
  platform_pem  TEXT NOT NULL,
  secret_sealed TEXT NOT NULL,
  renewal       TEXT NOT NULL,
  renew_serial  VARCHAR(64) NOT NULL,
  renewed_by    BIGINT NOT NULL,
  renewed_at    DATETIME NULL,
  opened_on     DATE NULL,
  hook          VARCHAR(32) NOT NULL,
  proposed_by   BIGINT NOT NULL,
  proposed_at   DATETIME NOT NULL,
  decided_by    BIGINT NOT NULL,
  decided_at    DATETIME NULL,
  decision      VARCHAR(300) NOT NULL,
  ended_by      BIGINT NOT NULL,
  ended_at      DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX pay_accounts_live ON pay_accounts (live);
CREATE UNIQUE INDEX pay_accounts_hook ON pay_accounts (hook);
CREATE INDEX pay_accounts_estate ON pay_accounts (estate_id, id);
CREATE INDEX pay_accounts_mch ON pay_accounts (mch_id, id);

-- Orders. number is what WeChat knows an order by; transaction_id is WeChat's own number of the payment.
CREATE TABLE pay_orders (
  id             BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number         VARCHAR(32) NOT NULL,
  account_id     BIGINT NOT NULL,
  estate_id      BIGINT NOT NULL,
  company_id     BIGINT NOT NULL,
  unit_id        BIGINT NOT NULL,
  person_id      BIGINT NOT NULL,
  client_ref     VARCHAR(64) NOT NULL,
  input_hash     VARCHAR(64) NOT NULL,
  amount         BIGINT NOT NULL,
  state          VARCHAR(16) NOT NULL,
  prepay_id      VARCHAR(64) NOT NULL,
  expires_at     DATETIME NOT NULL,
  transaction_id VARCHAR(64) NULL,
  paid_at        DATETIME NULL,
  payment_id     BIGINT NOT NULL,
  tries          INT NOT NULL,
  asked_at       DATETIME NULL,
  next_at        DATETIME NULL,
  failure        VARCHAR(200) NOT NULL,
  created_at     DATETIME NOT NULL,
  ended_at       DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX pay_orders_number ON pay_orders (number);
CREATE UNIQUE INDEX pay_orders_ref ON pay_orders (person_id, client_ref);
CREATE UNIQUE INDEX pay_orders_transaction ON pay_orders (account_id, transaction_id);
CREATE INDEX pay_orders_next ON pay_orders (next_at, id);
CREATE INDEX pay_orders_estate ON pay_orders (estate_id, id);
CREATE INDEX pay_orders_state ON pay_orders (estate_id, state, id);
CREATE INDEX pay_orders_paid ON pay_orders (account_id, paid_at);
CREATE INDEX pay_orders_payment ON pay_orders (payment_id);

-- The bills of an order; live holds a bill while its order may still be paid.
CREATE TABLE pay_order_bills (
  id       BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id BIGINT NOT NULL,
  bill_id  BIGINT NOT NULL,
  live     BIGINT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX pay_order_bills_live ON pay_order_bills (live);
CREATE INDEX pay_order_bills_order ON pay_order_bills (order_id, bill_id);

-- What WeChat told us and whose signature held, each once; written together with what was booked for it.
CREATE TABLE pay_notices (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  event_id   VARCHAR(64) NOT NULL,
  kind       VARCHAR(32) NOT NULL,
  number     VARCHAR(64) NOT NULL,
  digest     VARCHAR(64) NOT NULL,
  outcome    VARCHAR(16) NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX pay_notices_event ON pay_notices (account_id, event_id);

-- Money on its way back. change_id is what two people decided; denied_at is since when WeChat has said that it knows of no such refund.
CREATE TABLE pay_refunds (
  id             BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number         VARCHAR(32) NOT NULL,
  account_id     BIGINT NOT NULL,
  estate_id      BIGINT NOT NULL,
  company_id     BIGINT NOT NULL,
  order_id       BIGINT NOT NULL,
  change_id      BIGINT NOT NULL,
  transaction_id VARCHAR(64) NOT NULL,
  amount         BIGINT NOT NULL,
  total          BIGINT NOT NULL,
  state          VARCHAR(16) NOT NULL,
  refund_id      VARCHAR(64) NOT NULL,
  accepted_at    DATETIME NULL,
  denied_at      DATETIME NULL,
  tries          INT NOT NULL,
  next_at        DATETIME NULL,
  payment_id     BIGINT NOT NULL,
  failure        VARCHAR(200) NOT NULL,
  created_at     DATETIME NOT NULL,
  ended_at       DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX pay_refunds_number ON pay_refunds (number);
CREATE UNIQUE INDEX pay_refunds_change ON pay_refunds (change_id);
CREATE INDEX pay_refunds_next ON pay_refunds (next_at, id);
CREATE INDEX pay_refunds_estate ON pay_refunds (estate_id, id);
CREATE INDEX pay_refunds_accepted ON pay_refunds (account_id, accepted_at);

-- A day's bill of WeChat, held against the books.
CREATE TABLE pay_days (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  company_id BIGINT NOT NULL,
  day_on     DATE NOT NULL,
  state      VARCHAR(16) NOT NULL,
  hash       VARCHAR(64) NOT NULL,
  rows_read  INT NOT NULL,
  paid       BIGINT NOT NULL,
  refunded   BIGINT NOT NULL,
  ours_paid  BIGINT NOT NULL,
  ours_back  BIGINT NOT NULL,
  fee        BIGINT NOT NULL,
  tries      INT NOT NULL,
  next_at    DATETIME NULL,
  failure    VARCHAR(200) NOT NULL,
  fetched_at DATETIME NULL,
  closed_by  BIGINT NOT NULL,
  closed_at  DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX pay_days_day ON pay_days (account_id, day_on);
CREATE INDEX pay_days_estate ON pay_days (estate_id, id);
CREATE INDEX pay_days_next ON pay_days (next_at, id);

-- Where WeChat and the books do not agree, until a person has said why, and a second one where money moves.
CREATE TABLE pay_differences (
  id             BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  account_id     BIGINT NOT NULL,
  estate_id      BIGINT NOT NULL,
  company_id     BIGINT NOT NULL,
  day_on         DATE NOT NULL,
  kind           VARCHAR(16) NOT NULL,
  cause          VARCHAR(16) NOT NULL,
  number         VARCHAR(64) NOT NULL,
  transaction_id VARCHAR(64) NOT NULL,
  order_id       BIGINT NOT NULL,
  refund_id      BIGINT NOT NULL,
  ours           BIGINT NOT NULL,
  theirs         BIGINT NOT NULL,
  note           VARCHAR(300) NOT NULL,
  state          VARCHAR(16) NOT NULL,
  action         VARCHAR(16) NOT NULL,
  reason         VARCHAR(300) NOT NULL,
  proposed_by    BIGINT NOT NULL,
  proposed_at    DATETIME NULL,
  decided_by     BIGINT NOT NULL,
  decided_at     DATETIME NULL,
  payment_id     BIGINT NOT NULL,
  created_at     DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX pay_differences_what ON pay_differences (account_id, kind, number, cause, transaction_id, theirs);
CREATE INDEX pay_differences_number ON pay_differences (number, kind);
CREATE INDEX pay_differences_estate ON pay_differences (estate_id, id);
CREATE INDEX pay_differences_state ON pay_differences (estate_id, state, id);
CREATE INDEX pay_differences_day ON pay_differences (account_id, day_on, state);
