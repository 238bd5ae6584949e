-- +goose Up

-- What an office had on a day long ago is found from the end of its cases.
ALTER TABLE case_parties ADD COLUMN closed_at DATETIME NULL;
UPDATE case_parties SET closed_at = (SELECT cases.closed_at FROM cases WHERE cases.id = case_parties.case_id);
CREATE INDEX case_parties_closed ON case_parties (organisation_id, closed_at, created_at, case_id);
