-- +goose Up

-- The links over the entries that one statement wrote are kept in one row, each of them still there.
ALTER TABLE audit_seals ADD COLUMN last_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_seals ADD COLUMN links TEXT NOT NULL DEFAULT '' CHECK (length(links) <= 4032);
