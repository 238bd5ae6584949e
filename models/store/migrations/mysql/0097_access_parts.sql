-- +goose Up

-- The access log is written all the time and hardly ever read: what waits together is one row, found by the time of its last entry alone.
-- Rows from before are one entry each, and end with their year.
ALTER TABLE access_log ADD COLUMN entries MEDIUMTEXT NULL;
DROP INDEX access_log_person ON access_log;
