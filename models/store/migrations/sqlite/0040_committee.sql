-- +goose Up

-- A term (届) of an estate's committee; running is the estate while it runs, so that there is one at a time.
CREATE TABLE committee_terms (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  number        TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id     BIGINT NOT NULL,
  committee_id  BIGINT NOT NULL,
  ordinal       BIGINT NOT NULL,
  size          BIGINT NOT NULL,
  starts_on     DATE NOT NULL,
  ends_on       DATE NOT NULL,
  basis         TEXT NOT NULL CHECK (length(basis) <= 200),
  report_months BIGINT NOT NULL,
  rules         TEXT NOT NULL CHECK (length(rules) <= 80),
  running       BIGINT NULL,
  ended_at      DATETIME NULL,
  version       BIGINT NOT NULL,
  created_at    DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_terms_number ON committee_terms (number);
CREATE UNIQUE INDEX committee_terms_running ON committee_terms (running);
CREATE INDEX committee_terms_estate ON committee_terms (estate_id, id);

-- Who sits in a term, or stands by to move up. Names are public while the office is held, and sealed as all names are.
CREATE TABLE committee_members (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  term_id      BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  person_id    BIGINT NOT NULL,
  post_id      BIGINT NOT NULL,
  name_sealed  TEXT NOT NULL CHECK (length(name_sealed) <= 300),
  phone_sealed TEXT NOT NULL CHECK (length(phone_sealed) <= 200),
  phone_index  TEXT NOT NULL CHECK (length(phone_index) <= 80),
  role         TEXT NOT NULL CHECK (length(role) <= 12),
  place        BIGINT NOT NULL,
  since        DATETIME NOT NULL,
  left_at      DATETIME NULL,
  cause        TEXT NOT NULL CHECK (length(cause) <= 16),
  text         TEXT NOT NULL CHECK (length(text) <= 500),
  created_at   DATETIME NOT NULL
);
CREATE INDEX committee_members_term ON committee_members (term_id, id);
CREATE INDEX committee_members_person ON committee_members (person_id, id);
CREATE INDEX committee_members_phone ON committee_members (phone_index);

-- What is owed by a date; watch_at is when the clock looks at it next.
CREATE TABLE committee_duties (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  term_id    BIGINT NOT NULL,
  kind       TEXT NOT NULL CHECK (length(kind) <= 16),
  subject_id BIGINT NOT NULL,
  owed_by    TEXT NOT NULL CHECK (length(owed_by) <= 12),
  title      TEXT NOT NULL CHECK (length(title) <= 200),
  due_at     DATETIME NOT NULL,
  watch_at   DATETIME NULL,
  late_at    DATETIME NULL,
  done_at    DATETIME NULL,
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_duties_once ON committee_duties (kind, subject_id);
CREATE INDEX committee_duties_watch ON committee_duties (watch_at, id);
CREATE INDEX committee_duties_estate ON committee_duties (estate_id, due_at, id);

-- The audit that the chair's departure, a collective resignation or the end of a term starts (policy 五(十五)6).
CREATE TABLE committee_audits (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  number       TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id    BIGINT NOT NULL,
  term_id      BIGINT NOT NULL,
  cause        TEXT NOT NULL CHECK (length(cause) <= 16),
  member_id    BIGINT NOT NULL,
  cause_key    TEXT NOT NULL CHECK (length(cause_key) <= 64),
  state        TEXT NOT NULL CHECK (length(state) <= 12),
  auditor      TEXT NOT NULL CHECK (length(auditor) <= 100),
  text         TEXT NOT NULL CHECK (length(text) <= 500),
  summary      TEXT NOT NULL CHECK (length(summary) <= 2000),
  ordered_at   DATETIME NULL,
  due_at       DATETIME NULL,
  reported_at  DATETIME NULL,
  notice_id    BIGINT NOT NULL,
  published_at DATETIME NULL,
  created_at   DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_audits_number ON committee_audits (number);
CREATE UNIQUE INDEX committee_audits_cause ON committee_audits (cause_key);
CREATE INDEX committee_audits_estate ON committee_audits (estate_id, id);

-- Members who ask for a meeting; at a third of all it has to be held.
CREATE TABLE committee_requests (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  term_id    BIGINT NOT NULL,
  text       TEXT NOT NULL CHECK (length(text) <= 500),
  state      TEXT NOT NULL CHECK (length(state) <= 12),
  meeting_id BIGINT NOT NULL,
  obliged_at DATETIME NULL,
  created_at DATETIME NOT NULL
);
CREATE INDEX committee_requests_term ON committee_requests (term_id, id);

CREATE TABLE committee_supports (
  request_id BIGINT NOT NULL,
  member_id  BIGINT NOT NULL,
  at         DATETIME NOT NULL,
  PRIMARY KEY (request_id, member_id)
);

-- A meeting of the committee: agenda posted, community invited, voted by each member, minuted.
CREATE TABLE committee_meetings (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  number          TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id       BIGINT NOT NULL,
  term_id         BIGINT NOT NULL,
  request_id      BIGINT NOT NULL,
  title           TEXT NOT NULL CHECK (length(title) <= 60),
  place           TEXT NOT NULL CHECK (length(place) <= 200),
  starts_at       DATETIME NOT NULL,
  vote_ends       DATETIME NULL,
  state           TEXT NOT NULL CHECK (length(state) <= 12),
  called_by       BIGINT NOT NULL,
  agenda_notice   BIGINT NOT NULL,
  announced_at    DATETIME NULL,
  community       TEXT NOT NULL CHECK (length(community) <= 12),
  community_names TEXT NOT NULL CHECK (length(community_names) <= 200),
  opinion         TEXT NOT NULL CHECK (length(opinion) <= 2000),
  opinion_at      DATETIME NULL,
  minutes         TEXT NOT NULL,
  minutes_version BIGINT NOT NULL,
  minutes_at      DATETIME NULL,
  seats           BIGINT NOT NULL,
  quorum          BIGINT NOT NULL,
  need            BIGINT NOT NULL,
  after_term      BOOLEAN NOT NULL,
  rules           TEXT NOT NULL CHECK (length(rules) <= 80),
  outcome         TEXT NOT NULL CHECK (length(outcome) <= 500),
  closed_at       DATETIME NULL,
  version         BIGINT NOT NULL,
  created_at      DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_meetings_number ON committee_meetings (number);
CREATE INDEX committee_meetings_estate ON committee_meetings (estate_id, id);
CREATE INDEX committee_meetings_ends ON committee_meetings (state, vote_ends, id);

-- A point of the agenda, under one of the matters that a committee decides.
CREATE TABLE committee_items (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  place        BIGINT NOT NULL,
  matter       TEXT NOT NULL CHECK (length(matter) <= 32),
  clause       TEXT NOT NULL CHECK (length(clause) <= 100),
  title        TEXT NOT NULL CHECK (length(title) <= 60),
  text         TEXT NOT NULL CHECK (length(text) <= 2000),
  authority    TEXT NOT NULL CHECK (length(authority) <= 200),
  words        TEXT NOT NULL CHECK (length(words) <= 200),
  drafted_by   BIGINT NOT NULL,
  checked_by   BIGINT NOT NULL,
  check_text   TEXT NOT NULL CHECK (length(check_text) <= 500),
  state        TEXT NOT NULL CHECK (length(state) <= 12),
  resolution   TEXT NULL CHECK (length(resolution) <= 32),
  decided_at   DATETIME NULL,
  notice_id    BIGINT NOT NULL,
  published_at DATETIME NULL
);
CREATE INDEX committee_items_meeting ON committee_items (meeting_id, place);
CREATE UNIQUE INDEX committee_items_resolution ON committee_items (resolution);
CREATE INDEX committee_items_estate ON committee_items (estate_id, decided_at, id);

-- The members of all, as the meeting began; nobody stands for another.
CREATE TABLE committee_attendances (
  meeting_id   BIGINT NOT NULL,
  member_id    BIGINT NOT NULL,
  came         BOOLEAN NOT NULL,
  confirmed    BIGINT NOT NULL,
  confirmed_at DATETIME NULL,
  objection    TEXT NOT NULL CHECK (length(objection) <= 500),
  PRIMARY KEY (meeting_id, member_id)
);

-- One vote of a member on an item.
CREATE TABLE committee_votes (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id BIGINT NOT NULL,
  item_id    BIGINT NOT NULL,
  member_id  BIGINT NOT NULL,
  choice     TEXT NOT NULL CHECK (length(choice) <= 8),
  reason     TEXT NOT NULL CHECK (length(reason) <= 500),
  interest   TEXT NOT NULL CHECK (length(interest) <= 200),
  via        TEXT NOT NULL CHECK (length(via) <= 8),
  link_id    BIGINT NOT NULL,
  at         DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_votes_once ON committee_votes (item_id, member_id);
CREATE INDEX committee_votes_meeting ON committee_votes (meeting_id, item_id);

-- A member's link to vote; of its token the hash alone is kept.
CREATE TABLE committee_links (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id BIGINT NOT NULL,
  member_id  BIGINT NOT NULL,
  token_hash TEXT NOT NULL CHECK (length(token_hash) <= 64),
  expires_at DATETIME NOT NULL,
  used_at    DATETIME NULL,
  revoked_at DATETIME NULL,
  created_by BIGINT NOT NULL,
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_links_token ON committee_links (token_hash);
CREATE INDEX committee_links_meeting ON committee_links (meeting_id, member_id, id);

-- What a client sent under a reference and that was done.
CREATE TABLE committee_taps (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id  BIGINT NOT NULL,
  member_id  BIGINT NOT NULL,
  client_ref TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash TEXT NOT NULL CHECK (length(input_hash) <= 64),
  subject_id BIGINT NOT NULL,
  at         DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_taps_once ON committee_taps (person_id, member_id, client_ref);
