-- +goose Up

-- What somebody entered as the answer to an objection, until another person confirms it: upheld or rejected.
ALTER TABLE meeting_objections ADD COLUMN entered_as VARCHAR(16) NOT NULL DEFAULT '';
UPDATE meeting_objections SET entered_as = 'upheld' WHERE entered_by <> 0 AND state = 'open';
