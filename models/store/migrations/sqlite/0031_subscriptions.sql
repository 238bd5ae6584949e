-- +goose Up

-- What each account still takes of each template: consents that are neither spent nor reserved.
CREATE TABLE subscriptions (
  open_id    TEXT NOT NULL CHECK (length(open_id) <= 64),
  template   TEXT NOT NULL CHECK (length(template) <= 64),
  person_id  BIGINT NOT NULL,
  stock      INT NOT NULL,
  long_term  BOOLEAN NOT NULL,
  keeps      TEXT NOT NULL CHECK (length(keeps) <= 16),
  closed_why TEXT NOT NULL CHECK (length(closed_why) <= 16),
  closed_at  DATETIME NULL,
  asked_at   DATETIME NULL,
  refused_at DATETIME NULL,
  PRIMARY KEY (open_id, template)
);
CREATE INDEX subscriptions_person ON subscriptions (person_id, template);

-- What people said about it, each once.
CREATE TABLE subscription_entries (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  open_id  TEXT NOT NULL CHECK (length(open_id) <= 64),
  template TEXT NOT NULL CHECK (length(template) <= 64),
  kind     TEXT NOT NULL CHECK (length(kind) <= 16),
  n        INT NOT NULL,
  source   TEXT NOT NULL CHECK (length(source) <= 16),
  ref      TEXT NULL CHECK (length(ref) <= 64),
  confirms BIGINT NULL,
  at       DATETIME NOT NULL
);
CREATE UNIQUE INDEX subscription_entries_ref ON subscription_entries (ref);
CREATE UNIQUE INDEX subscription_entries_confirms ON subscription_entries (confirms);
CREATE INDEX subscription_entries_account ON subscription_entries (open_id, template, at);

-- Pushes of WeChat that were acted on, for as long as it may repeat them.
CREATE TABLE wechat_pushes (
  digest TEXT NOT NULL PRIMARY KEY CHECK (length(digest) <= 64),
  at     DATETIME NOT NULL
);
CREATE INDEX wechat_pushes_at ON wechat_pushes (at);
