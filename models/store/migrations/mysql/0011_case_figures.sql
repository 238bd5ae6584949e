-- +goose Up

-- What the figures count by: when a case closed, and when it came in.
CREATE INDEX cases_closed ON cases (closed_at, id);
CREATE INDEX cases_created ON cases (created_at, id);
