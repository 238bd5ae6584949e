-- +goose Up

-- Who sent an item of a committee to the assembly, for whom and when, and the answer to one that no motion takes up. The audit trail has it of those before.
ALTER TABLE committee_items ADD COLUMN checked_for BIGINT NOT NULL DEFAULT 0;
ALTER TABLE committee_items ADD COLUMN checked_at DATETIME NULL;
ALTER TABLE committee_items ADD COLUMN answer VARCHAR(500) NOT NULL DEFAULT '';
ALTER TABLE committee_items ADD COLUMN answered_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE committee_items ADD COLUMN answered_at DATETIME NULL;
UPDATE committee_items SET
  checked_for = COALESCE((SELECT e.organisation_id FROM audit_entries e WHERE e.subject_kind = 'committee_item' AND e.subject_id = committee_items.id AND e.verb = 'committee.check_item' ORDER BY e.id DESC LIMIT 1), 0),
  checked_at = (SELECT MAX(e.at) FROM audit_entries e WHERE e.subject_kind = 'committee_item' AND e.subject_id = committee_items.id AND e.verb = 'committee.check_item')
  WHERE checked_by <> 0;

-- The item that a motion takes up.
ALTER TABLE motions ADD COLUMN item_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX motions_item ON motions (item_id);
