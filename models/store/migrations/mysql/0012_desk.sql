-- +goose Up

-- A post's own selections of the work lists.
CREATE TABLE saved_views (
  id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  post_id    BIGINT       NOT NULL,
  name       VARCHAR(40)  NOT NULL,
  query      VARCHAR(1000) NOT NULL,
  created_at DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX saved_views_name ON saved_views (post_id, name);

-- Texts that an office writes again and again.
CREATE TABLE reply_templates (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  organisation_id BIGINT       NOT NULL,
  name            VARCHAR(40)  NOT NULL,
  action          VARCHAR(16)  NOT NULL,
  matter          VARCHAR(64)  NOT NULL,
  text            VARCHAR(2000) NOT NULL,
  updated_by      BIGINT       NOT NULL,
  updated_at      DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX reply_templates_name ON reply_templates (organisation_id, name);
