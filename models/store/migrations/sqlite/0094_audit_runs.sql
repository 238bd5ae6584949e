-- +goose Up

-- Entries that wait for their link in the chain are kept as runs of ids, one for each statement that wrote them.
ALTER TABLE audit_pending ADD COLUMN last_id BIGINT NOT NULL DEFAULT 0;
UPDATE audit_pending SET last_id = entry_id;
