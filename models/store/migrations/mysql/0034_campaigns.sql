-- +goose Up

-- A message to many: who makes it, for whom, by which channels, and how far it is.
CREATE TABLE campaigns (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          VARCHAR(32) NOT NULL,
  estate_id       BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  written_by      BIGINT NOT NULL,
  written_post    BIGINT NOT NULL,
  writers         TEXT NOT NULL,
  version         INT NOT NULL,
  title           VARCHAR(60) NOT NULL,
  body            VARCHAR(600) NOT NULL,
  kind            VARCHAR(16) NOT NULL,
  subject_kind    VARCHAR(32) NOT NULL,
  subject_id      BIGINT NOT NULL,
  audience        VARCHAR(16) NOT NULL,
  scope           TEXT NOT NULL,
  channels        VARCHAR(64) NOT NULL,
  needs_proof     BOOLEAN NOT NULL,
  per_minute      INT NOT NULL,
  not_before      DATETIME NULL,
  remind_every    INT NOT NULL,
  reminders       INT NOT NULL,
  remind_at       DATETIME NULL,
  ends_at         DATETIME NULL,
  state           VARCHAR(16) NOT NULL,
  seats           BIGINT NOT NULL,
  forecast        TEXT NOT NULL,
  created_by      BIGINT NOT NULL,
  submitted_by    BIGINT NOT NULL,
  submitted_at    DATETIME NULL,
  approved_by     BIGINT NOT NULL,
  approved_post   BIGINT NOT NULL,
  approved_at     DATETIME NULL,
  approval        VARCHAR(16) NOT NULL,
  paused_by       BIGINT NOT NULL,
  moved_by        BIGINT NOT NULL,
  moved_as        VARCHAR(16) NOT NULL,
  moved_at        DATETIME NULL,
  reason          VARCHAR(200) NOT NULL,
  started_at      DATETIME NULL,
  done_at         DATETIME NULL,
  run             INT NOT NULL,
  progress        TEXT NOT NULL,
  counted_at      DATETIME NULL,
  client_ref      VARCHAR(64) NOT NULL,
  input_hash      VARCHAR(64) NOT NULL,
  created_at      DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX campaigns_ref ON campaigns (created_by, client_ref);
CREATE UNIQUE INDEX campaigns_number ON campaigns (number);
CREATE INDEX campaigns_organisation ON campaigns (organisation_id, id);
CREATE INDEX campaigns_estate ON campaigns (estate_id, id);
CREATE INDEX campaigns_state ON campaigns (state, counted_at);
CREATE INDEX campaigns_subject ON campaigns (subject_kind, subject_id);

-- Each time that a campaign goes out: at first, to those who were not reached, as a reminder.
CREATE TABLE campaign_runs (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  campaign_id BIGINT NOT NULL,
  number      INT NOT NULL,
  kind        VARCHAR(16) NOT NULL,
  state       VARCHAR(16) NOT NULL,
  after_id    BIGINT NOT NULL,
  seats       BIGINT NOT NULL,
  message_id  BIGINT NOT NULL,
  next_due    DATETIME NULL,
  made_by     BIGINT NOT NULL,
  made_at     DATETIME NOT NULL,
  sent_at     DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX campaign_runs_once ON campaign_runs (campaign_id, number);
CREATE INDEX campaign_runs_message ON campaign_runs (message_id);
CREATE INDEX campaign_runs_state ON campaign_runs (state, id);

-- What became of it at each seat.
CREATE TABLE reaches (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  campaign_id   BIGINT NOT NULL,
  estate_id     BIGINT NOT NULL,
  seat          BIGINT NOT NULL,
  owner_set_id  BIGINT NOT NULL,
  unit_id       BIGINT NOT NULL,
  units         INT NOT NULL,
  door_key      VARCHAR(160) NOT NULL,
  planned       VARCHAR(16) NOT NULL,
  why           VARCHAR(32) NOT NULL,
  state         VARCHAR(16) NOT NULL,
  run           INT NOT NULL,
  repeats       INT NOT NULL,
  owners        INT NOT NULL,
  printed_at    DATETIME NULL,
  printed_by    BIGINT NOT NULL,
  prints        INT NOT NULL,
  visited_at    DATETIME NULL,
  visit_result  VARCHAR(16) NOT NULL,
  file_id       BIGINT NOT NULL,
  posted_at     DATETIME NULL,
  confirmed_at  DATETIME NULL,
  confirmed_how VARCHAR(16) NOT NULL,
  confirmed_by  BIGINT NOT NULL,
  slipped_at    DATETIME NULL,
  acted_at      DATETIME NULL,
  slip_sealed   VARCHAR(255) NOT NULL,
  slip_index    VARCHAR(128) NOT NULL,
  created_at    DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX reaches_once ON reaches (campaign_id, seat);
CREATE INDEX reaches_door ON reaches (campaign_id, door_key, id);
CREATE INDEX reaches_count ON reaches (campaign_id, planned, state, confirmed_how);
CREATE INDEX reaches_slip ON reaches (slip_index);
CREATE INDEX reaches_by ON reaches (confirmed_by);
CREATE INDEX reaches_run ON reaches (campaign_id, run, id);

-- Whom the seat's message goes to: a person, or an owner without an account (negative), reached by phone alone.
CREATE TABLE reach_people (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  campaign_id BIGINT NOT NULL,
  reach_id    BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  owner_id    BIGINT NOT NULL,
  since       DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX reach_people_once ON reach_people (campaign_id, person_id, reach_id);
CREATE INDEX reach_people_walk ON reach_people (campaign_id, id);
CREATE INDEX reach_people_reach ON reach_people (reach_id);
CREATE INDEX reach_people_person ON reach_people (person_id);

-- Who stood at the door, or heard from the seat, and how it ended.
CREATE TABLE reach_visits (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  campaign_id BIGINT NOT NULL,
  reach_id    BIGINT NOT NULL,
  post_id     BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  result      VARCHAR(16) NOT NULL,
  file_id     BIGINT NOT NULL,
  file_sum    VARCHAR(64) NOT NULL,
  place       VARCHAR(120) NOT NULL,
  note        VARCHAR(200) NOT NULL,
  at          DATETIME NOT NULL,
  recorded_at DATETIME NOT NULL,
  voided_at   DATETIME NULL,
  voided_by   BIGINT NOT NULL,
  voided_post BIGINT NOT NULL,
  void_reason VARCHAR(200) NOT NULL,
  client_ref  VARCHAR(64) NOT NULL,
  input_hash  VARCHAR(64) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX reach_visits_ref ON reach_visits (person_id, client_ref);
CREATE INDEX reach_visits_reach ON reach_visits (reach_id, id);
CREATE INDEX reach_visits_campaign ON reach_visits (campaign_id, id);

-- Each time that it was put up on a board: where, when and on which photo.
CREATE TABLE campaign_postings (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  campaign_id BIGINT NOT NULL,
  post_id     BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  place       VARCHAR(120) NOT NULL,
  file_id     BIGINT NOT NULL,
  file_sum    VARCHAR(64) NOT NULL,
  at          DATETIME NOT NULL,
  recorded_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX campaign_postings_campaign ON campaign_postings (campaign_id, id);

-- Who has done what a message asks for, as the domains write it.
CREATE TABLE acts (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  subject_kind VARCHAR(32) NOT NULL,
  subject_id   BIGINT NOT NULL,
  person_id    BIGINT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  at           DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX acts_once ON acts (subject_kind, subject_id, person_id, owner_set_id);
CREATE INDEX acts_person ON acts (person_id);

-- Owners who ask for paper, or for somebody to come.
CREATE TABLE seat_wishes (
  owner_set_id  BIGINT NOT NULL PRIMARY KEY,
  estate_id     BIGINT NOT NULL,
  way           VARCHAR(16) NOT NULL,
  recorded_by   BIGINT NOT NULL,
  recorded_post BIGINT NOT NULL,
  at            DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What was proven on a day: the totals and the hash of the rows, as the trail has it.
CREATE TABLE campaign_records (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  campaign_id BIGINT NOT NULL,
  seats       BIGINT NOT NULL,
  totals      TEXT NOT NULL,
  hash        VARCHAR(64) NOT NULL,
  made_by     BIGINT NOT NULL,
  made_post   BIGINT NOT NULL,
  made_at     DATETIME NOT NULL,
  read_until  DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX campaign_records_campaign ON campaign_records (campaign_id, id);

-- The record's own lines: what its hash is made of, so that it can be printed again as it was.
CREATE TABLE campaign_record_lines (
  record_id BIGINT NOT NULL,
  position  BIGINT NOT NULL,
  line      MEDIUMTEXT NOT NULL,
  PRIMARY KEY (record_id, position)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What a phone may ask for twice, with what it was answered.
CREATE TABLE campaign_refs (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id   BIGINT NOT NULL,
  client_ref  VARCHAR(64) NOT NULL,
  campaign_id BIGINT NOT NULL,
  action      VARCHAR(16) NOT NULL,
  input_hash  VARCHAR(64) NOT NULL,
  answer      TEXT NOT NULL,
  at          DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX campaign_refs_once ON campaign_refs (person_id, client_ref);

-- A campaign is paused, resumed, cancelled and counted by its message.
CREATE INDEX deliveries_message ON deliveries (message_id, state, channel);

-- When somebody opened it, which is more than that it was marked as read.
ALTER TABLE inbox_items ADD COLUMN opened_at DATETIME NULL;
