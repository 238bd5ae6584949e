-- +goose Up

CREATE TABLE leases (
  name        VARCHAR(64)  NOT NULL PRIMARY KEY,
  owner       VARCHAR(64)  NOT NULL,
  ends_at     DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE audit_entries (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at              DATETIME     NOT NULL,
  person_id       BIGINT       NOT NULL,
  post_id         BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  surface         VARCHAR(16)  NOT NULL,
  verb            VARCHAR(64)  NOT NULL,
  subject_kind    VARCHAR(32)  NOT NULL,
  subject_id      BIGINT       NOT NULL,
  estate_id       BIGINT       NOT NULL,
  detail          TEXT         NOT NULL,
  salt            VARCHAR(32)  NOT NULL,
  digest          VARCHAR(64)  NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX audit_entries_subject ON audit_entries (subject_kind, subject_id);
CREATE INDEX audit_entries_estate ON audit_entries (estate_id, id);
CREATE INDEX audit_entries_person ON audit_entries (person_id, id);

CREATE TABLE audit_pending (
  entry_id    BIGINT       NOT NULL PRIMARY KEY
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE audit_seals (
  seq         BIGINT       NOT NULL PRIMARY KEY,
  entry_id    BIGINT       NOT NULL,
  hash        VARCHAR(64)  NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX audit_seals_entry ON audit_seals (entry_id);

CREATE TABLE access_log (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at          DATETIME     NOT NULL,
  request_id  VARCHAR(64)  NOT NULL,
  person_id   BIGINT       NOT NULL,
  post_id     BIGINT       NOT NULL,
  operation   VARCHAR(64)  NOT NULL,
  status      INT          NOT NULL,
  address     VARCHAR(64)  NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX access_log_at ON access_log (at);
CREATE INDEX access_log_person ON access_log (person_id, id);

CREATE TABLE outbox_messages (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT       NOT NULL,
  kind        VARCHAR(64)  NOT NULL,
  body        TEXT         NOT NULL,
  state       VARCHAR(16)  NOT NULL,
  owner       VARCHAR(64)  NOT NULL,
  due_at      DATETIME     NOT NULL,
  attempts    INT          NOT NULL,
  last_error  VARCHAR(255) NOT NULL,
  created_at  DATETIME     NOT NULL,
  done_at     DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX outbox_messages_state ON outbox_messages (state, due_at);

CREATE TABLE outbox_reactions (
  message_id  BIGINT       NOT NULL,
  name        VARCHAR(64)  NOT NULL,
  at          DATETIME     NOT NULL,
  PRIMARY KEY (message_id, name)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE deliveries (
  id             BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  message_id     BIGINT       NOT NULL,
  estate_id      BIGINT       NOT NULL,
  recipient_kind VARCHAR(16)  NOT NULL,
  recipient_id   BIGINT       NOT NULL,
  person_id      BIGINT       NOT NULL,
  channel        VARCHAR(16)  NOT NULL,
  template       VARCHAR(64)  NOT NULL,
  state          VARCHAR(16)  NOT NULL,
  owner          VARCHAR(64)  NOT NULL,
  due_at         DATETIME     NOT NULL,
  attempts       INT          NOT NULL,
  error_code     INT          NOT NULL,
  last_error     VARCHAR(255) NOT NULL,
  provider_id    VARCHAR(128) NOT NULL,
  created_at     DATETIME     NOT NULL,
  sent_at        DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX deliveries_once ON deliveries (message_id, recipient_kind, recipient_id, person_id, channel);
CREATE INDEX deliveries_state ON deliveries (state, due_at);

CREATE TABLE inbox_items (
  id             BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  delivery_id    BIGINT       NOT NULL,
  recipient_kind VARCHAR(16)  NOT NULL,
  recipient_id   BIGINT       NOT NULL,
  estate_id      BIGINT       NOT NULL,
  subject_kind   VARCHAR(32)  NOT NULL,
  subject_id     BIGINT       NOT NULL,
  title          VARCHAR(120) NOT NULL,
  body           VARCHAR(600) NOT NULL,
  created_at     DATETIME     NOT NULL,
  read_at        DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX inbox_items_delivery ON inbox_items (delivery_id);
CREATE INDEX inbox_items_recipient ON inbox_items (recipient_kind, recipient_id, id);
