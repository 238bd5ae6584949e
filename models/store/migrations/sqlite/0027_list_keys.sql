-- +goose Up

-- What the lists of an office narrow by, beside each of its cases: a list is answered from one key, whatever it asks for.
ALTER TABLE case_parties ADD COLUMN estate_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_parties ADD COLUMN state TEXT NOT NULL DEFAULT '' CHECK (length(state) <= 16);
ALTER TABLE case_parties ADD COLUMN matter TEXT NOT NULL DEFAULT '' CHECK (length(matter) <= 64);
ALTER TABLE case_parties ADD COLUMN source TEXT NOT NULL DEFAULT '' CHECK (length(source) <= 16);
ALTER TABLE case_parties ADD COLUMN lead_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_parties ADD COLUMN about_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_parties ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE case_parties ADD COLUMN due_at DATETIME NULL;
ALTER TABLE case_parties ADD COLUMN step_due_at DATETIME NULL;
ALTER TABLE case_parties ADD COLUMN created_at DATETIME NULL;
UPDATE case_parties SET estate_id = (SELECT cases.estate_id FROM cases WHERE cases.id = case_parties.case_id),
  state = (SELECT cases.state FROM cases WHERE cases.id = case_parties.case_id),
  matter = (SELECT cases.matter FROM cases WHERE cases.id = case_parties.case_id),
  source = (SELECT cases.source FROM cases WHERE cases.id = case_parties.case_id),
  lead_id = (SELECT cases.lead_id FROM cases WHERE cases.id = case_parties.case_id),
  about_id = (SELECT cases.about_id FROM cases WHERE cases.id = case_parties.case_id),
  urgent = (SELECT cases.urgent FROM cases WHERE cases.id = case_parties.case_id),
  due_at = (SELECT cases.due_at FROM cases WHERE cases.id = case_parties.case_id),
  step_due_at = (SELECT cases.step_due_at FROM cases WHERE cases.id = case_parties.case_id),
  created_at = (SELECT cases.created_at FROM cases WHERE cases.id = case_parties.case_id);

DROP INDEX case_parties_organisation;
CREATE INDEX case_parties_organisation ON case_parties (organisation_id, case_id, state, matter, source, lead_id, estate_id, about_id, urgent, open, due_at, step_due_at, created_at);

DROP INDEX cases_estate;
CREATE INDEX cases_estate ON cases (estate_id, id, state, matter, source, lead_id, about_id, urgent, open, due_at, step_due_at, created_at);
CREATE INDEX cases_by_township ON cases (township_id, id, state, matter, source, lead_id, estate_id, about_id, urgent, open, due_at, step_due_at, created_at);
CREATE INDEX cases_by_community ON cases (community_id, id, state, matter, source, lead_id, estate_id, about_id, urgent, open, due_at, step_due_at, created_at);
CREATE INDEX cases_by_state ON cases (state, id, matter, source, lead_id, township_id, community_id, estate_id, about_id, urgent, open, due_at, step_due_at, created_at);
CREATE INDEX cases_by_matter ON cases (matter, id, state, source, lead_id, township_id, community_id, estate_id, about_id, urgent, open, due_at, step_due_at, created_at);
CREATE INDEX cases_by_source ON cases (source, id, state, matter, lead_id, township_id, community_id, estate_id, about_id, urgent, open, due_at, step_due_at, created_at);
CREATE INDEX cases_by_lead ON cases (lead_id, id, state, matter, source, township_id, community_id, estate_id, about_id, urgent, open, due_at, step_due_at, created_at);
CREATE INDEX cases_by_urgent ON cases (urgent, id, state, matter, source, lead_id, township_id, community_id, estate_id, about_id, open, due_at, step_due_at, created_at);

DROP INDEX cases_queue;
CREATE INDEX cases_queue ON cases (open, queue, id, state, matter, source, lead_id, estate_id, about_id, urgent, due_at, step_due_at, created_at);

-- A search now goes through what offices and complainants wrote in the steps, too, and finds the parts of a split case.
UPDATE cases SET indexed = FALSE;
