-- +goose Up

-- Refusals are counted by the office that refused, in the period in which it did.
CREATE INDEX case_steps_kind ON case_steps (kind, at);
CREATE INDEX whistles_closed ON whistles (closed_at, id);
