-- +goose Up

-- The owner states the end of a lease when inviting the tenant, not the tenant when accepting.
ALTER TABLE invitations ADD COLUMN lease_ends DATE NULL;

-- A change of hands that a phone sends twice is recorded once.
ALTER TABLE ownerships ADD COLUMN recorded_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ownerships ADD COLUMN client_ref VARCHAR(64) NULL;
ALTER TABLE ownerships ADD COLUMN input_hash VARCHAR(64) NOT NULL DEFAULT '';
CREATE UNIQUE INDEX ownerships_ref ON ownerships (recorded_by, client_ref);
