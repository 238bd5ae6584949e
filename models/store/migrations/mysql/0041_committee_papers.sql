-- +goose Up

-- What is filed with the bureau and the township (regulation 16).
CREATE TABLE committee_filings (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number       VARCHAR(32) NOT NULL,
  estate_id    BIGINT NOT NULL,
  term_id      BIGINT NOT NULL,
  kind         VARCHAR(12) NOT NULL,
  state        VARCHAR(12) NOT NULL,
  form         TEXT NOT NULL,
  text         VARCHAR(1000) NOT NULL,
  submitted_at DATETIME NULL,
  filed_at     DATETIME NULL,
  version      BIGINT NOT NULL,
  created_at   DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_filings_number ON committee_filings (number);
CREATE INDEX committee_filings_estate ON committee_filings (estate_id, id);
CREATE INDEX committee_filings_term ON committee_filings (term_id, state, id);

-- What one of the two offices says of a filing as it was last submitted.
CREATE TABLE committee_reviews (
  filing_id       BIGINT NOT NULL,
  office          VARCHAR(12) NOT NULL,
  organisation_id BIGINT NOT NULL,
  state           VARCHAR(12) NOT NULL,
  number          VARCHAR(64) NOT NULL,
  reason          VARCHAR(500) NOT NULL,
  person_id       BIGINT NOT NULL,
  at              DATETIME NULL,
  PRIMARY KEY (filing_id, office)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What happened to a paper. Only ever added.
CREATE TABLE committee_notes (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id       BIGINT NOT NULL,
  subject_kind    VARCHAR(24) NOT NULL,
  subject_id      BIGINT NOT NULL,
  what            VARCHAR(16) NOT NULL,
  text            VARCHAR(2000) NOT NULL,
  person_id       BIGINT NOT NULL,
  post_id         BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  at              DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX committee_notes_subject ON committee_notes (subject_kind, subject_id, id);

-- What an owner proposes to the committee, and what the company answers (policy 五(十五)3).
CREATE TABLE committee_proposals (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number      VARCHAR(32) NOT NULL,
  estate_id   BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  title       VARCHAR(60) NOT NULL,
  text        VARCHAR(2000) NOT NULL,
  state       VARCHAR(12) NOT NULL,
  company_id  BIGINT NOT NULL,
  due_at      DATETIME NULL,
  passed_at   DATETIME NULL,
  answer      VARCHAR(2000) NOT NULL,
  answered_at DATETIME NULL,
  reply       VARCHAR(1000) NOT NULL,
  closed_at   DATETIME NULL,
  created_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_proposals_number ON committee_proposals (number);
CREATE INDEX committee_proposals_estate ON committee_proposals (estate_id, id);
CREATE INDEX committee_proposals_person ON committee_proposals (person_id, id);
CREATE INDEX committee_proposals_company ON committee_proposals (company_id, state, id);

-- The committee's seals and who keeps each.
CREATE TABLE committee_seals (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  name       VARCHAR(60) NOT NULL,
  kind       VARCHAR(12) NOT NULL,
  keeper_id  BIGINT NOT NULL,
  state      VARCHAR(12) NOT NULL,
  text       VARCHAR(500) NOT NULL,
  created_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX committee_seals_estate ON committee_seals (estate_id, id);
CREATE INDEX committee_seals_keeper ON committee_seals (keeper_id, state);

-- Each use of a seal: for what, by which decision, approved by whom.
CREATE TABLE committee_seal_uses (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  seal_id     BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  item_id     BIGINT NOT NULL,
  resolution  VARCHAR(64) NOT NULL,
  purpose     VARCHAR(200) NOT NULL,
  paper       VARCHAR(200) NOT NULL,
  copies      BIGINT NOT NULL,
  used_by     BIGINT NOT NULL,
  approved_by BIGINT NOT NULL,
  state       VARCHAR(12) NOT NULL,
  text        VARCHAR(500) NOT NULL,
  approved_at DATETIME NULL,
  used_at     DATETIME NULL,
  created_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX committee_seal_uses_seal ON committee_seal_uses (seal_id, id);
CREATE INDEX committee_seal_uses_estate ON committee_seal_uses (estate_id, id);

-- What one term hands to the next, ticked by both, seen by the community.
CREATE TABLE committee_handovers (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id    BIGINT NOT NULL,
  from_term    BIGINT NOT NULL,
  to_term      BIGINT NOT NULL,
  state        VARCHAR(12) NOT NULL,
  due_at       DATETIME NOT NULL,
  witness_id   BIGINT NOT NULL,
  witnessed_at DATETIME NULL,
  text         VARCHAR(500) NOT NULL,
  missing      BIGINT NOT NULL,
  done_at      DATETIME NULL,
  version      BIGINT NOT NULL,
  created_at   DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_handovers_terms ON committee_handovers (from_term, to_term);
CREATE INDEX committee_handovers_estate ON committee_handovers (estate_id, id);

CREATE TABLE committee_handover_items (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  handover_id BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  kind        VARCHAR(12) NOT NULL,
  seal_id     BIGINT NOT NULL,
  name        VARCHAR(100) NOT NULL,
  detail      VARCHAR(500) NOT NULL,
  given_by    BIGINT NOT NULL,
  given_at    DATETIME NULL,
  taken_by    BIGINT NOT NULL,
  taken_at    DATETIME NULL,
  missing     BOOLEAN NOT NULL,
  text        VARCHAR(500) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX committee_handover_items_handover ON committee_handover_items (handover_id, id);

-- The work report of each half-year or year (policy 五(十五)3).
CREATE TABLE committee_reports (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id    BIGINT NOT NULL,
  term_id      BIGINT NOT NULL,
  from_on      DATE NOT NULL,
  to_on        DATE NOT NULL,
  due_at       DATETIME NOT NULL,
  title        VARCHAR(60) NOT NULL,
  text         TEXT NOT NULL,
  submitted_by BIGINT NOT NULL,
  submitted_at DATETIME NULL,
  notice_id    BIGINT NOT NULL,
  created_at   DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_reports_period ON committee_reports (term_id, from_on);
CREATE INDEX committee_reports_estate ON committee_reports (estate_id, due_at, id);
