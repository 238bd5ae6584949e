-- +goose Up

-- Of what a unit owes under a plan, what a repair left it to make up.
ALTER TABLE fund_plan_dues ADD COLUMN owed BIGINT NOT NULL DEFAULT 0;
