-- +goose Up

-- What is filed with the bureau and the township (regulation 16).
CREATE TABLE committee_filings (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  number       TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id    BIGINT NOT NULL,
  term_id      BIGINT NOT NULL,
  kind         TEXT NOT NULL CHECK (length(kind) <= 12),
  state        TEXT NOT NULL CHECK (length(state) <= 12),
  form         TEXT NOT NULL,
  text         TEXT NOT NULL CHECK (length(text) <= 1000),
  submitted_at DATETIME NULL,
  filed_at     DATETIME NULL,
  version      BIGINT NOT NULL,
  created_at   DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_filings_number ON committee_filings (number);
CREATE INDEX committee_filings_estate ON committee_filings (estate_id, id);
CREATE INDEX committee_filings_term ON committee_filings (term_id, state, id);

-- What one of the two offices says of a filing as it was last submitted.
CREATE TABLE committee_reviews (
  filing_id       BIGINT NOT NULL,
  office          TEXT NOT NULL CHECK (length(office) <= 12),
  organisation_id BIGINT NOT NULL,
  state           TEXT NOT NULL CHECK (length(state) <= 12),
  number          TEXT NOT NULL CHECK (length(number) <= 64),
  reason          TEXT NOT NULL CHECK (length(reason) <= 500),
  person_id       BIGINT NOT NULL,
  at              DATETIME NULL,
  PRIMARY KEY (filing_id, office)
);

-- What happened to a paper. Only ever added.
CREATE TABLE committee_notes (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id       BIGINT NOT NULL,
  subject_kind    TEXT NOT NULL CHECK (length(subject_kind) <= 24),
  subject_id      BIGINT NOT NULL,
  what            TEXT NOT NULL CHECK (length(what) <= 16),
  text            TEXT NOT NULL CHECK (length(text) <= 2000),
  person_id       BIGINT NOT NULL,
  post_id         BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  at              DATETIME NOT NULL
);
CREATE INDEX committee_notes_subject ON committee_notes (subject_kind, subject_id, id);

-- What an owner proposes to the committee, and what the company answers (policy 五(十五)3).
CREATE TABLE committee_proposals (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  number      TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id   BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  title       TEXT NOT NULL CHECK (length(title) <= 60),
  text        TEXT NOT NULL CHECK (length(text) <= 2000),
  state       TEXT NOT NULL CHECK (length(state) <= 12),
  company_id  BIGINT NOT NULL,
  due_at      DATETIME NULL,
  passed_at   DATETIME NULL,
  answer      TEXT NOT NULL CHECK (length(answer) <= 2000),
  answered_at DATETIME NULL,
  reply       TEXT NOT NULL CHECK (length(reply) <= 1000),
  closed_at   DATETIME NULL,
  created_at  DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_proposals_number ON committee_proposals (number);
CREATE INDEX committee_proposals_estate ON committee_proposals (estate_id, id);
CREATE INDEX committee_proposals_person ON committee_proposals (person_id, id);
CREATE INDEX committee_proposals_company ON committee_proposals (company_id, state, id);

-- The committee's seals and who keeps each.
CREATE TABLE committee_seals (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id  BIGINT NOT NULL,
  name       TEXT NOT NULL CHECK (length(name) <= 60),
  kind       TEXT NOT NULL CHECK (length(kind) <= 12),
  keeper_id  BIGINT NOT NULL,
  state      TEXT NOT NULL CHECK (length(state) <= 12),
  text       TEXT NOT NULL CHECK (length(text) <= 500),
  created_at DATETIME NOT NULL
);
CREATE INDEX committee_seals_estate ON committee_seals (estate_id, id);
CREATE INDEX committee_seals_keeper ON committee_seals (keeper_id, state);

-- Each use of a seal: for what, by which decision, approved by whom.
CREATE TABLE committee_seal_uses (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  seal_id     BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  item_id     BIGINT NOT NULL,
  resolution  TEXT NOT NULL CHECK (length(resolution) <= 64),
  purpose     TEXT NOT NULL CHECK (length(purpose) <= 200),
  paper       TEXT NOT NULL CHECK (length(paper) <= 200),
  copies      BIGINT NOT NULL,
  used_by     BIGINT NOT NULL,
  approved_by BIGINT NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 12),
  text        TEXT NOT NULL CHECK (length(text) <= 500),
  approved_at DATETIME NULL,
  used_at     DATETIME NULL,
  created_at  DATETIME NOT NULL
);
CREATE INDEX committee_seal_uses_seal ON committee_seal_uses (seal_id, id);
CREATE INDEX committee_seal_uses_estate ON committee_seal_uses (estate_id, id);

-- What one term hands to the next, ticked by both, seen by the community.
CREATE TABLE committee_handovers (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id    BIGINT NOT NULL,
  from_term    BIGINT NOT NULL,
  to_term      BIGINT NOT NULL,
  state        TEXT NOT NULL CHECK (length(state) <= 12),
  due_at       DATETIME NOT NULL,
  witness_id   BIGINT NOT NULL,
  witnessed_at DATETIME NULL,
  text         TEXT NOT NULL CHECK (length(text) <= 500),
  missing      BIGINT NOT NULL,
  done_at      DATETIME NULL,
  version      BIGINT NOT NULL,
  created_at   DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_handovers_terms ON committee_handovers (from_term, to_term);
CREATE INDEX committee_handovers_estate ON committee_handovers (estate_id, id);

CREATE TABLE committee_handover_items (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  handover_id BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  kind        TEXT NOT NULL CHECK (length(kind) <= 12),
  seal_id     BIGINT NOT NULL,
  name        TEXT NOT NULL CHECK (length(name) <= 100),
  detail      TEXT NOT NULL CHECK (length(detail) <= 500),
  given_by    BIGINT NOT NULL,
  given_at    DATETIME NULL,
  taken_by    BIGINT NOT NULL,
  taken_at    DATETIME NULL,
  missing     BOOLEAN NOT NULL,
  text        TEXT NOT NULL CHECK (length(text) <= 500)
);
CREATE INDEX committee_handover_items_handover ON committee_handover_items (handover_id, id);

-- The work report of each half-year or year (policy 五(十五)3).
CREATE TABLE committee_reports (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id    BIGINT NOT NULL,
  term_id      BIGINT NOT NULL,
  from_on      DATE NOT NULL,
  to_on        DATE NOT NULL,
  due_at       DATETIME NOT NULL,
  title        TEXT NOT NULL CHECK (length(title) <= 60),
  text         TEXT NOT NULL,
  submitted_by BIGINT NOT NULL,
  submitted_at DATETIME NULL,
  notice_id    BIGINT NOT NULL,
  created_at   DATETIME NOT NULL
);
CREATE UNIQUE INDEX committee_reports_period ON committee_reports (term_id, from_on);
CREATE INDEX committee_reports_estate ON committee_reports (estate_id, due_at, id);
