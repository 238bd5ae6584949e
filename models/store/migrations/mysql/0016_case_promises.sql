-- +goose Up

-- The day that a plan promised, kept while the case is away; and how long its clock has stood in all.
ALTER TABLE cases ADD COLUMN planned_at DATETIME NULL;
ALTER TABLE cases ADD COLUMN paused_seconds BIGINT NOT NULL DEFAULT 0;
