-- +goose Up

-- The one source that a figure is about, such as a project; 0 for all of its kinds.
ALTER TABLE notice_figures ADD COLUMN source_id BIGINT NOT NULL DEFAULT 0;
