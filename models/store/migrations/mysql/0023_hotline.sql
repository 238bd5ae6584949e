-- +goose Up

-- One upload of work orders from the 12345 hotline: its worksheets around the orders, and the bad cells. No personal data.
CREATE TABLE hotline_imports (
  id              BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  organisation_id BIGINT      NOT NULL,
  file_sha256     VARCHAR(64) NOT NULL,
  state           VARCHAR(16) NOT NULL,
  layouts         MEDIUMTEXT  NOT NULL,
  faults          MEDIUMTEXT  NOT NULL,
  fault_count     INT         NOT NULL,
  client_ref      VARCHAR(64) NOT NULL,
  input_hash      VARCHAR(64) NOT NULL,
  created_by      BIGINT      NOT NULL,
  created_at      DATETIME    NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX hotline_imports_ref ON hotline_imports (organisation_id, client_ref);

-- A work order of an import. filed_number is set with its case: a number is filed once for an estate, whoever imports it,
-- unless somebody says that it is another matter under the same number.
CREATE TABLE hotline_orders (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  import_id    BIGINT       NOT NULL,
  sheet        INT          NOT NULL,
  line         INT          NOT NULL,
  number       VARCHAR(64)  NOT NULL,
  filed_number VARCHAR(112) NULL,
  again        BOOLEAN      NOT NULL,
  state        VARCHAR(16)  NOT NULL,
  estate_id    BIGINT       NOT NULL,
  guessed      BOOLEAN      NOT NULL,
  matter       VARCHAR(64)  NOT NULL,
  suggested    VARCHAR(200) NOT NULL,
  about        VARCHAR(64)  NOT NULL,
  twin         VARCHAR(32)  NOT NULL,
  body_sealed  MEDIUMTEXT   NOT NULL,
  case_id      BIGINT       NOT NULL,
  receipt      VARCHAR(32)  NOT NULL,
  reason       VARCHAR(300) NOT NULL,
  decided_by   BIGINT       NOT NULL,
  created_at   DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX hotline_orders_filed ON hotline_orders (filed_number);
CREATE UNIQUE INDEX hotline_orders_number ON hotline_orders (import_id, number);
CREATE INDEX hotline_orders_case ON hotline_orders (case_id, created_at);
CREATE INDEX hotline_orders_numbers ON hotline_orders (number, filed_number);

-- A deadline that somebody outside has set; it counts at every dispatch while it lies ahead and is the earlier one.
ALTER TABLE cases ADD COLUMN outside_due_at DATETIME NULL;
