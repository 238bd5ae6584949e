-- +goose Up

-- A list is entered once by each company: the same file of another one is its own.
DROP INDEX fee_imports_file ON fee_imports;
CREATE UNIQUE INDEX fee_imports_file ON fee_imports (estate_id, company_id, kind, file_sha256);
CREATE INDEX fee_import_lines_same ON fee_import_lines (paid_on, amount, unit, import_id);
