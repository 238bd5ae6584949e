-- +goose Up

-- Whom an entry, a message or a delivery is about: that body sees none of them, although it may see the others.
ALTER TABLE audit_entries ADD COLUMN about_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox_messages ADD COLUMN about_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN about_id BIGINT NOT NULL DEFAULT 0;
UPDATE audit_entries SET about_id = (SELECT cases.about_id FROM cases WHERE cases.id = audit_entries.subject_id)
  WHERE subject_kind = 'case' AND EXISTS (SELECT 1 FROM cases WHERE cases.id = audit_entries.subject_id);
