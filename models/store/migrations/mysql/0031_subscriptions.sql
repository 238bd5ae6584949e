-- +goose Up

-- What each account still takes of each template: consents that are neither spent nor reserved.
CREATE TABLE subscriptions (
  open_id    VARCHAR(64) NOT NULL,
  template   VARCHAR(64) NOT NULL,
  person_id  BIGINT NOT NULL,
  stock      INT NOT NULL,
  long_term  BOOLEAN NOT NULL,
  keeps      VARCHAR(16) NOT NULL,
  closed_why VARCHAR(16) NOT NULL,
  closed_at  DATETIME NULL,
  asked_at   DATETIME NULL,
  refused_at DATETIME NULL,
  PRIMARY KEY (open_id, template)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX subscriptions_person ON subscriptions (person_id, template);

-- What people said about it, each once.
CREATE TABLE subscription_entries (
  id       BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  open_id  VARCHAR(64) NOT NULL,
  template VARCHAR(64) NOT NULL,
  kind     VARCHAR(16) NOT NULL,
  n        INT NOT NULL,
  source   VARCHAR(16) NOT NULL,
  ref      VARCHAR(64) NULL,
  confirms BIGINT NULL,
  at       DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX subscription_entries_ref ON subscription_entries (ref);
CREATE UNIQUE INDEX subscription_entries_confirms ON subscription_entries (confirms);
CREATE INDEX subscription_entries_account ON subscription_entries (open_id, template, at);

-- Pushes of WeChat that were acted on, for as long as it may repeat them.
CREATE TABLE wechat_pushes (
  digest VARCHAR(64) NOT NULL PRIMARY KEY,
  at     DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX wechat_pushes_at ON wechat_pushes (at);
