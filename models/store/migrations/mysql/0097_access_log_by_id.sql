-- +goose Up

-- Entries are written in the order of time, so the oldest are those with the lowest ids.
DROP INDEX access_log_at ON access_log;
