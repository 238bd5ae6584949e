-- +goose Up

-- What an event says to one audience, once: inbox items and deliveries point to it.
CREATE TABLE message_texts (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id   BIGINT NOT NULL,
  position     BIGINT NOT NULL,
  audience     TEXT NOT NULL CHECK (length(audience) <= 16),
  title        TEXT NOT NULL CHECK (length(title) <= 120),
  body         TEXT NOT NULL CHECK (length(body) <= 600),
  template     TEXT NOT NULL CHECK (length(template) <= 64),
  data         TEXT NOT NULL,
  channels     TEXT NOT NULL CHECK (length(channels) <= 64),
  priority     INT NOT NULL,
  hold         BOOLEAN NOT NULL,
  subject_kind TEXT NOT NULL CHECK (length(subject_kind) <= 32),
  subject_id   BIGINT NOT NULL,
  created_at   DATETIME NOT NULL
);
CREATE UNIQUE INDEX message_texts_once ON message_texts (message_id, position);

-- An item in the inbox is its own delivery.
ALTER TABLE inbox_items ADD COLUMN message_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE inbox_items ADD COLUMN text_id BIGINT NOT NULL DEFAULT 0;
DELETE FROM inbox_items WHERE delivery_id NOT IN (SELECT id FROM deliveries);
UPDATE inbox_items SET message_id = COALESCE((SELECT d.message_id FROM deliveries d WHERE d.id = inbox_items.delivery_id), 0);
INSERT INTO message_texts (message_id, position, audience, title, body, template, data, channels, priority, hold, subject_kind, subject_id, created_at)
  SELECT i.message_id, -MIN(i.id), d.audience, i.title, i.body, d.template,
    '{}', COALESCE((SELECT MIN(p.channel) FROM deliveries p WHERE p.message_id = i.message_id AND p.audience = d.audience AND p.template = d.template AND p.channel <> 'inbox'), ''),
    2, FALSE, i.subject_kind, i.subject_id, MIN(i.created_at)
  FROM inbox_items i JOIN deliveries d ON d.id = i.delivery_id GROUP BY i.message_id, d.audience, d.template, i.title, i.body, i.subject_kind, i.subject_id;
UPDATE inbox_items SET text_id = COALESCE((SELECT MIN(t.id) FROM message_texts t WHERE t.message_id = inbox_items.message_id AND t.title = inbox_items.title AND t.body = inbox_items.body), 0);
DROP INDEX inbox_items_delivery;
CREATE UNIQUE INDEX inbox_items_once ON inbox_items (message_id, recipient_kind, recipient_id);
ALTER TABLE inbox_items DROP COLUMN delivery_id;
ALTER TABLE inbox_items DROP COLUMN title;
ALTER TABLE inbox_items DROP COLUMN body;
ALTER TABLE inbox_items DROP COLUMN subject_kind;
ALTER TABLE inbox_items DROP COLUMN subject_id;

-- What was on its way is written anew; what is in the inbox stays once.
UPDATE outbox_messages SET state = 'pending' WHERE id IN (SELECT message_id FROM deliveries WHERE state IN ('pending', 'sending')) AND state IN ('done', 'dead');
DELETE FROM deliveries WHERE channel = 'inbox' OR state IN ('pending', 'sending');

-- What ended keeps its words and its template, for whoever sends it once more. Where nobody has it in the inbox any more, the template alone is left.
INSERT INTO message_texts (message_id, position, audience, title, body, template, data, channels, priority, hold, subject_kind, subject_id, created_at)
  SELECT d.message_id, -1000000000000 - MIN(d.id), d.audience, '', '', d.template, '{}', MIN(d.channel), 2, FALSE, '', 0, MIN(d.created_at)
  FROM deliveries d WHERE NOT EXISTS (SELECT 1 FROM message_texts t WHERE t.message_id = d.message_id AND t.audience = d.audience AND t.template = d.template) GROUP BY d.message_id, d.audience, d.template;
ALTER TABLE deliveries ADD COLUMN text_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN case_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN priority INT NOT NULL DEFAULT 2;
ALTER TABLE deliveries ADD COLUMN lane INT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN repeats INT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN confirmed_at DATETIME NULL;
UPDATE deliveries SET text_id = COALESCE((SELECT MIN(t.id) FROM message_texts t WHERE t.message_id = deliveries.message_id AND t.audience = deliveries.audience AND t.template = deliveries.template), 0),
  case_id = COALESCE((SELECT m.case_id FROM outbox_messages m WHERE m.id = deliveries.message_id), 0);
ALTER TABLE deliveries DROP COLUMN template;
ALTER TABLE deliveries DROP COLUMN audience;
ALTER TABLE deliveries DROP COLUMN owner;
DROP INDEX deliveries_state;
CREATE INDEX deliveries_due ON deliveries (state, channel, priority, lane, due_at);
CREATE INDEX deliveries_case ON deliveries (case_id, id);
CREATE INDEX deliveries_person ON deliveries (person_id, id);
CREATE INDEX deliveries_provider ON deliveries (provider_id);

-- Who sends what is due: one sender a lane at a time, and what it has in the air.
CREATE TABLE send_lanes (
  channel  TEXT NOT NULL CHECK (length(channel) <= 16),
  priority INT NOT NULL,
  lane     INT NOT NULL,
  owner    TEXT NOT NULL CHECK (length(owner) <= 64),
  ends_at  DATETIME NOT NULL,
  launched TEXT NOT NULL,
  PRIMARY KEY (channel, priority, lane)
);

-- How much went through a channel in a minute and on a day.
CREATE TABLE send_usages (
  channel TEXT NOT NULL CHECK (length(channel) <= 16),
  period  TEXT NOT NULL CHECK (length(period) <= 16),
  used    BIGINT NOT NULL,
  ends_at DATETIME NOT NULL,
  PRIMARY KEY (channel, period)
);
CREATE INDEX send_usages_end ON send_usages (ends_at);

-- Messages go by priority, and the one who writes their deliveries remembers how far it is.
ALTER TABLE outbox_messages ADD COLUMN priority INT NOT NULL DEFAULT 2;
ALTER TABLE outbox_messages ADD COLUMN progress TEXT NOT NULL DEFAULT '' CHECK (length(progress) <= 255);
DROP INDEX outbox_messages_state;
CREATE INDEX outbox_messages_state ON outbox_messages (state, priority, due_at);

-- The people of an estate, in order.
CREATE INDEX residences_people ON residences (estate_id, person_id, lease_ends, living);
