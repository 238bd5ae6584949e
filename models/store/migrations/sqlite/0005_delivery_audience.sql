-- +goose Up

-- Several messages of one event share a template; the audience tells which of them a delivery carries.
ALTER TABLE deliveries ADD COLUMN audience TEXT NOT NULL DEFAULT '' CHECK (length(audience) <= 16);
