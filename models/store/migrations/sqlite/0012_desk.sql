-- +goose Up

-- A post's own selections of the work lists.
CREATE TABLE saved_views (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  post_id    BIGINT       NOT NULL,
  name       TEXT NOT NULL CHECK (length(name) <= 40),
  query      TEXT NOT NULL CHECK (length(query) <= 1000),
  created_at DATETIME     NOT NULL
);
CREATE UNIQUE INDEX saved_views_name ON saved_views (post_id, name);

-- Texts that an office writes again and again.
CREATE TABLE reply_templates (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organisation_id BIGINT       NOT NULL,
  name            TEXT NOT NULL CHECK (length(name) <= 40),
  action          TEXT NOT NULL CHECK (length(action) <= 16),
  matter          TEXT NOT NULL CHECK (length(matter) <= 64),
  text            TEXT NOT NULL CHECK (length(text) <= 2000),
  updated_by      BIGINT       NOT NULL,
  updated_at      DATETIME     NOT NULL
);
CREATE UNIQUE INDEX reply_templates_name ON reply_templates (organisation_id, name);
