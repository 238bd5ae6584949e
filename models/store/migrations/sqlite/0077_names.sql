-- +goose Up

-- Who was told that a name in their text is a resident's: the name is not kept.
CREATE TABLE notice_name_hits (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id BIGINT NOT NULL,
  estate_id BIGINT NOT NULL,
  at        DATETIME NOT NULL
);
CREATE INDEX notice_name_hits_person ON notice_name_hits (person_id, at);

-- Words of a draft that are nobody's name there, as its writer says.
ALTER TABLE notice_drafts ADD COLUMN not_names TEXT NOT NULL DEFAULT '' CHECK (length(not_names) <= 300);

-- A wrong line that its office cannot take out by itself, until the community has looked at it.
ALTER TABLE income_lines ADD COLUMN striking_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE income_lines ADD COLUMN striking_for TEXT NOT NULL DEFAULT '' CHECK (length(striking_for) <= 200);

-- Lines of before have the office in which their recorder held a post then.
UPDATE income_lines SET organisation_id = COALESCE((
  SELECT MIN(p.organisation_id) FROM post_holders h JOIN posts p ON p.id = h.post_id JOIN organisations o ON o.id = p.organisation_id
  WHERE h.person_id = income_lines.recorded_by AND h.since <= income_lines.created_at AND (h.ends_at IS NULL OR h.ends_at >= income_lines.created_at)
    AND o.kind IN ('company', 'committee')), 0)
WHERE organisation_id = 0;

-- The fund's year is for everybody: it has totals and no unit.
UPDATE notice_drafts SET audience = 'public' WHERE entered_by = 0 AND input_hash LIKE 'fund-year-%' AND state <> 'published';
