-- +goose Up

-- The early end of a contract as one person enters it, until another has looked at it.
ALTER TABLE income_contracts ADD COLUMN ending_on DATE NULL;
ALTER TABLE income_contracts ADD COLUMN ending_by BIGINT NOT NULL DEFAULT 0;

-- Whose books a line is in: nobody strikes another office's.
ALTER TABLE income_lines ADD COLUMN organisation_id BIGINT NOT NULL DEFAULT 0;

-- Who wants a notice about money, or one that follows from an act elsewhere, off the board, until another person has looked at it.
ALTER TABLE notices ADD COLUMN withdraw_asked_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notices ADD COLUMN withdraw_asked_for TEXT NOT NULL DEFAULT '' CHECK (length(withdraw_asked_for) <= 200);

-- Until when the community looks at a report of a posting; NULL where no rule says so.
ALTER TABLE notice_incidents ADD COLUMN due_on DATE NULL;
ALTER TABLE notice_incidents ADD COLUMN watch_at DATETIME NULL;
ALTER TABLE notice_incidents ADD COLUMN late_at DATETIME NULL;
CREATE INDEX notice_incidents_watch ON notice_incidents (watch_at, id);
-- Lists that had no key of their order.
CREATE INDEX disclosure_duties_owner ON disclosure_duties (organisation_id, id);
CREATE INDEX disclosure_questions_person ON disclosure_questions (person_id, id);
CREATE INDEX disclosure_questions_office ON disclosure_questions (organisation_id, id);
CREATE INDEX notice_incidents_list ON notice_incidents (estate_id, id);
