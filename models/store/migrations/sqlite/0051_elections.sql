-- +goose Up

-- A member came by an election: a court that revokes it suspends them until the township decides whether they go.
ALTER TABLE committee_members ADD COLUMN seating_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE committee_members ADD COLUMN suspended_at DATETIME NULL;
CREATE INDEX committee_members_seating ON committee_members (seating_id, id);
UPDATE committee_members SET seating_id = COALESCE((SELECT MAX(s.id) FROM committee_seatings s WHERE s.term_id = committee_members.term_id AND s.confirmed_at = committee_members.created_at), 0);

-- Why the township closed an election without seating anybody, or what it decided after a court revoked it; and which wait for their first day.
ALTER TABLE committee_seatings ADD COLUMN reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 500);
CREATE INDEX committee_seatings_starts ON committee_seatings (state, starts_on);
