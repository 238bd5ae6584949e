-- +goose Up

-- A message to many: who makes it, for whom, by which channels, and how far it is.
CREATE TABLE campaigns (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  number          TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id       BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  written_by      BIGINT NOT NULL,
  written_post    BIGINT NOT NULL,
  writers         TEXT NOT NULL,
  version         INT NOT NULL,
  title           TEXT NOT NULL CHECK (length(title) <= 60),
  body            TEXT NOT NULL CHECK (length(body) <= 600),
  kind            TEXT NOT NULL CHECK (length(kind) <= 16),
  subject_kind    TEXT NOT NULL CHECK (length(subject_kind) <= 32),
  subject_id      BIGINT NOT NULL,
  audience        TEXT NOT NULL CHECK (length(audience) <= 16),
  scope           TEXT NOT NULL,
  channels        TEXT NOT NULL CHECK (length(channels) <= 64),
  needs_proof     BOOLEAN NOT NULL,
  per_minute      INT NOT NULL,
  not_before      DATETIME NULL,
  remind_every    INT NOT NULL,
  reminders       INT NOT NULL,
  remind_at       DATETIME NULL,
  ends_at         DATETIME NULL,
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  seats           BIGINT NOT NULL,
  forecast        TEXT NOT NULL,
  created_by      BIGINT NOT NULL,
  submitted_by    BIGINT NOT NULL,
  submitted_at    DATETIME NULL,
  approved_by     BIGINT NOT NULL,
  approved_post   BIGINT NOT NULL,
  approved_at     DATETIME NULL,
  approval        TEXT NOT NULL CHECK (length(approval) <= 16),
  paused_by       BIGINT NOT NULL,
  moved_by        BIGINT NOT NULL,
  moved_as        TEXT NOT NULL CHECK (length(moved_as) <= 16),
  moved_at        DATETIME NULL,
  reason          TEXT NOT NULL CHECK (length(reason) <= 200),
  started_at      DATETIME NULL,
  done_at         DATETIME NULL,
  run             INT NOT NULL,
  progress        TEXT NOT NULL,
  counted_at      DATETIME NULL,
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at      DATETIME NOT NULL
);
CREATE UNIQUE INDEX campaigns_ref ON campaigns (created_by, client_ref);
CREATE UNIQUE INDEX campaigns_number ON campaigns (number);
CREATE INDEX campaigns_organisation ON campaigns (organisation_id, id);
CREATE INDEX campaigns_estate ON campaigns (estate_id, id);
CREATE INDEX campaigns_state ON campaigns (state, counted_at);
CREATE INDEX campaigns_subject ON campaigns (subject_kind, subject_id);

-- Each time that a campaign goes out: at first, to those who were not reached, as a reminder.
CREATE TABLE campaign_runs (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id BIGINT NOT NULL,
  number      INT NOT NULL,
  kind        TEXT NOT NULL CHECK (length(kind) <= 16),
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  after_id    BIGINT NOT NULL,
  seats       BIGINT NOT NULL,
  message_id  BIGINT NOT NULL,
  next_due    DATETIME NULL,
  made_by     BIGINT NOT NULL,
  made_at     DATETIME NOT NULL,
  sent_at     DATETIME NULL
);
CREATE UNIQUE INDEX campaign_runs_once ON campaign_runs (campaign_id, number);
CREATE INDEX campaign_runs_message ON campaign_runs (message_id);
CREATE INDEX campaign_runs_state ON campaign_runs (state, id);

-- What became of it at each seat.
CREATE TABLE reaches (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id   BIGINT NOT NULL,
  estate_id     BIGINT NOT NULL,
  seat          BIGINT NOT NULL,
  owner_set_id  BIGINT NOT NULL,
  unit_id       BIGINT NOT NULL,
  units         INT NOT NULL,
  door_key      TEXT NOT NULL CHECK (length(door_key) <= 160),
  planned       TEXT NOT NULL CHECK (length(planned) <= 16),
  why           TEXT NOT NULL CHECK (length(why) <= 32),
  state         TEXT NOT NULL CHECK (length(state) <= 16),
  run           INT NOT NULL,
  repeats       INT NOT NULL,
  owners        INT NOT NULL,
  printed_at    DATETIME NULL,
  printed_by    BIGINT NOT NULL,
  prints        INT NOT NULL,
  visited_at    DATETIME NULL,
  visit_result  TEXT NOT NULL CHECK (length(visit_result) <= 16),
  file_id       BIGINT NOT NULL,
  posted_at     DATETIME NULL,
  confirmed_at  DATETIME NULL,
  confirmed_how TEXT NOT NULL CHECK (length(confirmed_how) <= 16),
  confirmed_by  BIGINT NOT NULL,
  slipped_at    DATETIME NULL,
  acted_at      DATETIME NULL,
  slip_sealed   TEXT NOT NULL CHECK (length(slip_sealed) <= 255),
  slip_index    TEXT NOT NULL CHECK (length(slip_index) <= 128),
  created_at    DATETIME NOT NULL
);
CREATE UNIQUE INDEX reaches_once ON reaches (campaign_id, seat);
CREATE INDEX reaches_door ON reaches (campaign_id, door_key, id);
CREATE INDEX reaches_count ON reaches (campaign_id, planned, state, confirmed_how);
CREATE INDEX reaches_slip ON reaches (slip_index);
CREATE INDEX reaches_by ON reaches (confirmed_by);
CREATE INDEX reaches_run ON reaches (campaign_id, run, id);

-- Whom the seat's message goes to: a person, or an owner without an account (negative), reached by phone alone.
CREATE TABLE reach_people (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id BIGINT NOT NULL,
  reach_id    BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  owner_id    BIGINT NOT NULL,
  since       DATETIME NULL
);
CREATE UNIQUE INDEX reach_people_once ON reach_people (campaign_id, person_id, reach_id);
CREATE INDEX reach_people_walk ON reach_people (campaign_id, id);
CREATE INDEX reach_people_reach ON reach_people (reach_id);
CREATE INDEX reach_people_person ON reach_people (person_id);

-- Who stood at the door, or heard from the seat, and how it ended.
CREATE TABLE reach_visits (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id BIGINT NOT NULL,
  reach_id    BIGINT NOT NULL,
  post_id     BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  result      TEXT NOT NULL CHECK (length(result) <= 16),
  file_id     BIGINT NOT NULL,
  file_sum    TEXT NOT NULL CHECK (length(file_sum) <= 64),
  place       TEXT NOT NULL CHECK (length(place) <= 120),
  note        TEXT NOT NULL CHECK (length(note) <= 200),
  at          DATETIME NOT NULL,
  recorded_at DATETIME NOT NULL,
  voided_at   DATETIME NULL,
  voided_by   BIGINT NOT NULL,
  voided_post BIGINT NOT NULL,
  void_reason TEXT NOT NULL CHECK (length(void_reason) <= 200),
  client_ref  TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash  TEXT NOT NULL CHECK (length(input_hash) <= 64)
);
CREATE UNIQUE INDEX reach_visits_ref ON reach_visits (person_id, client_ref);
CREATE INDEX reach_visits_reach ON reach_visits (reach_id, id);
CREATE INDEX reach_visits_campaign ON reach_visits (campaign_id, id);

-- Each time that it was put up on a board: where, when and on which photo.
CREATE TABLE campaign_postings (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id BIGINT NOT NULL,
  post_id     BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  place       TEXT NOT NULL CHECK (length(place) <= 120),
  file_id     BIGINT NOT NULL,
  file_sum    TEXT NOT NULL CHECK (length(file_sum) <= 64),
  at          DATETIME NOT NULL,
  recorded_at DATETIME NOT NULL
);
CREATE INDEX campaign_postings_campaign ON campaign_postings (campaign_id, id);

-- Who has done what a message asks for, as the domains write it.
CREATE TABLE acts (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  subject_kind TEXT NOT NULL CHECK (length(subject_kind) <= 32),
  subject_id   BIGINT NOT NULL,
  person_id    BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  at           DATETIME NOT NULL
);
CREATE UNIQUE INDEX acts_once ON acts (subject_kind, subject_id, person_id, owner_set_id);
CREATE INDEX acts_person ON acts (person_id);

-- Owners who ask for paper, or for somebody to come.
CREATE TABLE seat_wishes (
  owner_set_id  BIGINT NOT NULL PRIMARY KEY,
  estate_id     BIGINT NOT NULL,
  way           TEXT NOT NULL CHECK (length(way) <= 16),
  recorded_by   BIGINT NOT NULL,
  recorded_post BIGINT NOT NULL,
  at            DATETIME NOT NULL
);

-- What was proven on a day: the totals and the hash of the rows, as the trail has it.
CREATE TABLE campaign_records (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id BIGINT NOT NULL,
  seats       BIGINT NOT NULL,
  totals      TEXT NOT NULL,
  hash        TEXT NOT NULL CHECK (length(hash) <= 64),
  made_by     BIGINT NOT NULL,
  made_post   BIGINT NOT NULL,
  made_at     DATETIME NOT NULL,
  read_until  DATETIME NULL
);
CREATE INDEX campaign_records_campaign ON campaign_records (campaign_id, id);

-- The record's own lines: what its hash is made of, so that it can be printed again as it was.
CREATE TABLE campaign_record_lines (
  record_id BIGINT NOT NULL,
  position  BIGINT NOT NULL,
  line      TEXT NOT NULL,
  PRIMARY KEY (record_id, position)
);

-- What a phone may ask for twice, with what it was answered.
CREATE TABLE campaign_refs (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id   BIGINT NOT NULL,
  client_ref  TEXT NOT NULL CHECK (length(client_ref) <= 64),
  campaign_id BIGINT NOT NULL,
  action      TEXT NOT NULL CHECK (length(action) <= 16),
  input_hash  TEXT NOT NULL CHECK (length(input_hash) <= 64),
  answer      TEXT NOT NULL,
  at          DATETIME NOT NULL
);
CREATE UNIQUE INDEX campaign_refs_once ON campaign_refs (person_id, client_ref);

-- A campaign is paused, resumed, cancelled and counted by its message.
CREATE INDEX deliveries_message ON deliveries (message_id, state, channel);

-- When somebody opened it, which is more than that it was marked as read.
ALTER TABLE inbox_items ADD COLUMN opened_at DATETIME NULL;
