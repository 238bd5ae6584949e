-- +goose Up

-- Keys of the lists beside the complaints.
CREATE INDEX tasks_given ON tasks (given_by, state, due_at, id);
CREATE INDEX whistles_estate ON whistles (estate_id, id);
CREATE INDEX mediations_hosted ON mediations (host_id, id);
CREATE INDEX mediations_asked ON mediations (asked_org, id);
CREATE INDEX mediation_steps_organisation ON mediation_steps (organisation_id, kind, mediation_id);
CREATE INDEX hotline_orders_import ON hotline_orders (import_id, id);
CREATE INDEX cases_lead_closed ON cases (lead_id, closed_at, id);
