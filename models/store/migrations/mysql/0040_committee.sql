-- +goose Up

-- A term (届) of an estate's committee; running is the estate while it runs, so that there is one at a time.
CREATE TABLE committee_terms (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number        VARCHAR(32) NOT NULL,
  estate_id     BIGINT NOT NULL,
  committee_id  BIGINT NOT NULL,
  ordinal       BIGINT NOT NULL,
  size          BIGINT NOT NULL,
  starts_on     DATE NOT NULL,
  ends_on       DATE NOT NULL,
  basis         VARCHAR(200) NOT NULL,
  report_months BIGINT NOT NULL,
  rules         VARCHAR(80) NOT NULL,
  running       BIGINT NULL,
  ended_at      DATETIME NULL,
  version       BIGINT NOT NULL,
  created_at    DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_terms_number ON committee_terms (number);
CREATE UNIQUE INDEX committee_terms_running ON committee_terms (running);
CREATE INDEX committee_terms_estate ON committee_terms (estate_id, id);

-- Who sits in a term, or stands by to move up. Names are public while the office is held, and sealed as all names are.
CREATE TABLE committee_members (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  term_id      BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  person_id    BIGINT NOT NULL,
  post_id      BIGINT NOT NULL,
  name_sealed  VARCHAR(300) NOT NULL,
  phone_sealed VARCHAR(200) NOT NULL,
  phone_index  VARCHAR(80) NOT NULL,
  role         VARCHAR(12) NOT NULL,
  place        BIGINT NOT NULL,
  since        DATETIME NOT NULL,
  left_at      DATETIME NULL,
  cause        VARCHAR(16) NOT NULL,
  text         VARCHAR(500) NOT NULL,
  created_at   DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX committee_members_term ON committee_members (term_id, id);
CREATE INDEX committee_members_person ON committee_members (person_id, id);
CREATE INDEX committee_members_phone ON committee_members (phone_index);

-- What is owed by a date; watch_at is when the clock looks at it next.
CREATE TABLE committee_duties (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  term_id    BIGINT NOT NULL,
  kind       VARCHAR(16) NOT NULL,
  subject_id BIGINT NOT NULL,
  owed_by    VARCHAR(12) NOT NULL,
  title      VARCHAR(200) NOT NULL,
  due_at     DATETIME NOT NULL,
  watch_at   DATETIME NULL,
  late_at    DATETIME NULL,
  done_at    DATETIME NULL,
  created_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_duties_once ON committee_duties (kind, subject_id);
CREATE INDEX committee_duties_watch ON committee_duties (watch_at, id);
CREATE INDEX committee_duties_estate ON committee_duties (estate_id, due_at, id);

-- The audit that the chair's departure, a collective resignation or the end of a term starts (policy 五(十五)6).
CREATE TABLE committee_audits (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number       VARCHAR(32) NOT NULL,
  estate_id    BIGINT NOT NULL,
  term_id      BIGINT NOT NULL,
  cause        VARCHAR(16) NOT NULL,
  member_id    BIGINT NOT NULL,
  cause_key    VARCHAR(64) NOT NULL,
  state        VARCHAR(12) NOT NULL,
  auditor      VARCHAR(100) NOT NULL,
  text         VARCHAR(500) NOT NULL,
  summary      VARCHAR(2000) NOT NULL,
  ordered_at   DATETIME NULL,
  due_at       DATETIME NULL,
  reported_at  DATETIME NULL,
  notice_id    BIGINT NOT NULL,
  published_at DATETIME NULL,
  created_at   DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_audits_number ON committee_audits (number);
CREATE UNIQUE INDEX committee_audits_cause ON committee_audits (cause_key);
CREATE INDEX committee_audits_estate ON committee_audits (estate_id, id);

-- Members who ask for a meeting; at a third of all it has to be held.
CREATE TABLE committee_requests (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  term_id    BIGINT NOT NULL,
  text       VARCHAR(500) NOT NULL,
  state      VARCHAR(12) NOT NULL,
  meeting_id BIGINT NOT NULL,
  obliged_at DATETIME NULL,
  created_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX committee_requests_term ON committee_requests (term_id, id);

CREATE TABLE committee_supports (
  request_id BIGINT NOT NULL,
  member_id  BIGINT NOT NULL,
  at         DATETIME NOT NULL,
  PRIMARY KEY (request_id, member_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A meeting of the committee: agenda posted, community invited, voted by each member, minuted.
CREATE TABLE committee_meetings (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          VARCHAR(32) NOT NULL,
  estate_id       BIGINT NOT NULL,
  term_id         BIGINT NOT NULL,
  request_id      BIGINT NOT NULL,
  title           VARCHAR(60) NOT NULL,
  place           VARCHAR(200) NOT NULL,
  starts_at       DATETIME NOT NULL,
  vote_ends       DATETIME NULL,
  state           VARCHAR(12) NOT NULL,
  called_by       BIGINT NOT NULL,
  agenda_notice   BIGINT NOT NULL,
  announced_at    DATETIME NULL,
  community       VARCHAR(12) NOT NULL,
  community_names VARCHAR(200) NOT NULL,
  opinion         VARCHAR(2000) NOT NULL,
  opinion_at      DATETIME NULL,
  minutes         MEDIUMTEXT NOT NULL,
  minutes_version BIGINT NOT NULL,
  minutes_at      DATETIME NULL,
  seats           BIGINT NOT NULL,
  quorum          BIGINT NOT NULL,
  need            BIGINT NOT NULL,
  after_term      BOOLEAN NOT NULL,
  rules           VARCHAR(80) NOT NULL,
  outcome         VARCHAR(500) NOT NULL,
  closed_at       DATETIME NULL,
  version         BIGINT NOT NULL,
  created_at      DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_meetings_number ON committee_meetings (number);
CREATE INDEX committee_meetings_estate ON committee_meetings (estate_id, id);
CREATE INDEX committee_meetings_ends ON committee_meetings (state, vote_ends, id);

-- A point of the agenda, under one of the matters that a committee decides.
CREATE TABLE committee_items (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  place        BIGINT NOT NULL,
  matter       VARCHAR(32) NOT NULL,
  clause       VARCHAR(100) NOT NULL,
  title        VARCHAR(60) NOT NULL,
  text         VARCHAR(2000) NOT NULL,
  authority    VARCHAR(200) NOT NULL,
  words        VARCHAR(200) NOT NULL,
  drafted_by   BIGINT NOT NULL,
  checked_by   BIGINT NOT NULL,
  check_text   VARCHAR(500) NOT NULL,
  state        VARCHAR(12) NOT NULL,
  resolution   VARCHAR(32) NULL,
  decided_at   DATETIME NULL,
  notice_id    BIGINT NOT NULL,
  published_at DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
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
  objection    VARCHAR(500) NOT NULL,
  PRIMARY KEY (meeting_id, member_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One vote of a member on an item.
CREATE TABLE committee_votes (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id BIGINT NOT NULL,
  item_id    BIGINT NOT NULL,
  member_id  BIGINT NOT NULL,
  choice     VARCHAR(8) NOT NULL,
  reason     VARCHAR(500) NOT NULL,
  interest   VARCHAR(200) NOT NULL,
  via        VARCHAR(8) NOT NULL,
  link_id    BIGINT NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_votes_once ON committee_votes (item_id, member_id);
CREATE INDEX committee_votes_meeting ON committee_votes (meeting_id, item_id);

-- A member's link to vote; of its token the hash alone is kept.
CREATE TABLE committee_links (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id BIGINT NOT NULL,
  member_id  BIGINT NOT NULL,
  token_hash VARCHAR(64) NOT NULL,
  expires_at DATETIME NOT NULL,
  used_at    DATETIME NULL,
  revoked_at DATETIME NULL,
  created_by BIGINT NOT NULL,
  created_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_links_token ON committee_links (token_hash);
CREATE INDEX committee_links_meeting ON committee_links (meeting_id, member_id, id);

-- What a client sent under a reference and that was done.
CREATE TABLE committee_taps (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id  BIGINT NOT NULL,
  member_id  BIGINT NOT NULL,
  client_ref VARCHAR(64) NOT NULL,
  input_hash VARCHAR(64) NOT NULL,
  subject_id BIGINT NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_taps_once ON committee_taps (person_id, member_id, client_ref);
