-- +goose Up

CREATE TABLE leases (
  name        TEXT NOT NULL PRIMARY KEY CHECK (length(name) <= 64),
  owner       TEXT NOT NULL CHECK (length(owner) <= 64),
  ends_at     DATETIME     NOT NULL
);

CREATE TABLE audit_entries (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  at              DATETIME     NOT NULL,
  person_id       BIGINT       NOT NULL,
  post_id         BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  surface         TEXT NOT NULL CHECK (length(surface) <= 16),
  verb            TEXT NOT NULL CHECK (length(verb) <= 64),
  subject_kind    TEXT NOT NULL CHECK (length(subject_kind) <= 32),
  subject_id      BIGINT       NOT NULL,
  estate_id       BIGINT       NOT NULL,
  detail          TEXT         NOT NULL,
  salt            TEXT NOT NULL CHECK (length(salt) <= 32),
  digest          TEXT NOT NULL CHECK (length(digest) <= 64)
);
CREATE INDEX audit_entries_subject ON audit_entries (subject_kind, subject_id);
CREATE INDEX audit_entries_estate ON audit_entries (estate_id, id);
CREATE INDEX audit_entries_person ON audit_entries (person_id, id);

CREATE TABLE audit_pending (
  entry_id    BIGINT       NOT NULL PRIMARY KEY
);

CREATE TABLE audit_seals (
  seq         BIGINT       NOT NULL PRIMARY KEY,
  entry_id    BIGINT       NOT NULL,
  hash        TEXT NOT NULL CHECK (length(hash) <= 64)
);
CREATE UNIQUE INDEX audit_seals_entry ON audit_seals (entry_id);

CREATE TABLE access_log (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  at          DATETIME     NOT NULL,
  request_id  TEXT NOT NULL CHECK (length(request_id) <= 64),
  person_id   BIGINT       NOT NULL,
  post_id     BIGINT       NOT NULL,
  operation   TEXT NOT NULL CHECK (length(operation) <= 64),
  status      INT          NOT NULL,
  address     TEXT NOT NULL CHECK (length(address) <= 64)
);
CREATE INDEX access_log_at ON access_log (at);
CREATE INDEX access_log_person ON access_log (person_id, id);

CREATE TABLE outbox_messages (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT       NOT NULL,
  kind        TEXT NOT NULL CHECK (length(kind) <= 64),
  body        TEXT         NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  owner       TEXT NOT NULL CHECK (length(owner) <= 64),
  due_at      DATETIME     NOT NULL,
  attempts    INT          NOT NULL,
  last_error  TEXT NOT NULL CHECK (length(last_error) <= 255),
  created_at  DATETIME     NOT NULL,
  done_at     DATETIME     NULL
);
CREATE INDEX outbox_messages_state ON outbox_messages (state, due_at);

CREATE TABLE outbox_reactions (
  message_id  BIGINT       NOT NULL,
  name        TEXT NOT NULL CHECK (length(name) <= 64),
  at          DATETIME     NOT NULL,
  PRIMARY KEY (message_id, name)
);

CREATE TABLE deliveries (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id     BIGINT       NOT NULL,
  estate_id      BIGINT       NOT NULL,
  recipient_kind TEXT NOT NULL CHECK (length(recipient_kind) <= 16),
  recipient_id   BIGINT       NOT NULL,
  person_id      BIGINT       NOT NULL,
  channel        TEXT NOT NULL CHECK (length(channel) <= 16),
  template       TEXT NOT NULL CHECK (length(template) <= 64),
  state          TEXT NOT NULL CHECK (length(state) <= 16),
  owner          TEXT NOT NULL CHECK (length(owner) <= 64),
  due_at         DATETIME     NOT NULL,
  attempts       INT          NOT NULL,
  error_code     INT          NOT NULL,
  last_error     TEXT NOT NULL CHECK (length(last_error) <= 255),
  provider_id    TEXT NOT NULL CHECK (length(provider_id) <= 128),
  created_at     DATETIME     NOT NULL,
  sent_at        DATETIME     NULL
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (message_id, recipient_kind, recipient_id, person_id, channel);
CREATE INDEX deliveries_state ON deliveries (state, due_at);

CREATE TABLE inbox_items (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_id    BIGINT       NOT NULL,
  recipient_kind TEXT NOT NULL CHECK (length(recipient_kind) <= 16),
  recipient_id   BIGINT       NOT NULL,
  estate_id      BIGINT       NOT NULL,
  subject_kind   TEXT NOT NULL CHECK (length(subject_kind) <= 32),
  subject_id     BIGINT       NOT NULL,
  title          TEXT NOT NULL CHECK (length(title) <= 120),
  body           TEXT NOT NULL CHECK (length(body) <= 600),
  created_at     DATETIME     NOT NULL,
  read_at        DATETIME     NULL
);
CREATE UNIQUE INDEX inbox_items_delivery ON inbox_items (delivery_id);
CREATE INDEX inbox_items_recipient ON inbox_items (recipient_kind, recipient_id, id);
