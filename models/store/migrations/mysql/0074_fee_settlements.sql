-- +goose Up

-- A list is entered once by each company: the same file of another one is its own.
DROP INDEX fee_imports_file ON fee_imports;
CREATE UNIQUE INDEX fee_imports_file ON fee_imports (estate_id, company_id, kind, file_sha256);
CREATE INDEX fee_import_lines_same ON fee_import_lines (paid_on, amount, unit, import_id);

-- Money that the payment provider or a cashier took to the bank: the bank's number and day, and what the provider kept. live keeps the
-- number of one that was agreed.
ALTER TABLE fee_changes ADD COLUMN serial VARCHAR(64) NOT NULL DEFAULT '';
ALTER TABLE fee_changes ADD COLUMN cost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fee_changes ADD COLUMN settled_on DATE NULL;
CREATE INDEX fee_changes_unit ON fee_changes (unit_id, state, id);
