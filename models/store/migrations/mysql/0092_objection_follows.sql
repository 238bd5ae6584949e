-- +goose Up

-- An objection to a result that is upheld says what follows from it: the count is made and published again, nothing, or no certificate. One of
-- before took out the ballots that it named, and the result was published again.
ALTER TABLE meeting_objections ADD COLUMN follows VARCHAR(16) NOT NULL DEFAULT '';
UPDATE meeting_objections SET follows = 'recount' WHERE kind = 'result' AND disputed <> '[]' AND (state = 'upheld' OR entered_as = 'upheld');
