-- +goose Up

-- A use of the maintenance fund, from the proposal to the last payment (Order 165 arts 20 to 25).
CREATE TABLE fund_projects (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          VARCHAR(32) NOT NULL,
  estate_id       BIGINT NOT NULL,
  kind            VARCHAR(12) NOT NULL,
  state           VARCHAR(12) NOT NULL,
  title           VARCHAR(60) NOT NULL,
  reason          VARCHAR(2000) NOT NULL,
  holder          VARCHAR(12) NOT NULL,
  proposer        VARCHAR(12) NOT NULL,
  organisation_id BIGINT NOT NULL,
  person_id       BIGINT NOT NULL,
  unit_id         BIGINT NOT NULL,
  scope           TEXT NOT NULL,
  declared        VARCHAR(300) NOT NULL,
  basis           VARCHAR(200) NOT NULL,
  budget          BIGINT NOT NULL,
  quote_reason    VARCHAR(500) NOT NULL,
  quote_id        BIGINT NOT NULL,
  pack            VARCHAR(80) NOT NULL,
  proposal_notice BIGINT NOT NULL,
  proposal_number VARCHAR(32) NOT NULL,
  proposal_days   BIGINT NOT NULL,
  meeting_id      BIGINT NOT NULL,
  motion          BIGINT NOT NULL,
  resolution      VARCHAR(100) NOT NULL,
  decision        VARCHAR(40) NULL,
  confirmed_by    BIGINT NOT NULL,
  confirmed_org   BIGINT NOT NULL,
  confirmed_at    DATETIME NULL,
  filing          VARCHAR(64) NOT NULL,
  filed_at        DATETIME NULL,
  contract        VARCHAR(64) NOT NULL,
  supplier        VARCHAR(100) NOT NULL,
  contracted      BIGINT NOT NULL,
  contracted_at   DATETIME NULL,
  accepted_at     DATETIME NULL,
  accepted_for    VARCHAR(2000) NOT NULL,
  total           BIGINT NOT NULL,
  invoices        VARCHAR(300) NOT NULL,
  reviewer        VARCHAR(100) NOT NULL,
  reviewed        BIGINT NOT NULL,
  settled_at      DATETIME NULL,
  settled_by      BIGINT NOT NULL,
  final_notice    BIGINT NOT NULL,
  final_number    VARCHAR(32) NOT NULL,
  final_days      BIGINT NOT NULL,
  paid_at         DATETIME NULL,
  review_on       DATE NULL,
  review_open     DATE NULL,
  review_at       DATETIME NULL,
  review_text     VARCHAR(2000) NOT NULL,
  version         BIGINT NOT NULL,
  created_at      DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_projects_number ON fund_projects (number);
CREATE UNIQUE INDEX fund_projects_decision ON fund_projects (decision);
CREATE INDEX fund_projects_estate ON fund_projects (estate_id, id);
CREATE INDEX fund_projects_person ON fund_projects (person_id, id);
CREATE INDEX fund_projects_review ON fund_projects (review_open, id);

-- What is to be done, and what was done, with quantities in thousandths and prices in fen.
CREATE TABLE fund_project_items (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id BIGINT NOT NULL,
  phase      VARCHAR(12) NOT NULL,
  name       VARCHAR(100) NOT NULL,
  measure    VARCHAR(16) NOT NULL,
  quantity   BIGINT NOT NULL,
  price      BIGINT NOT NULL,
  amount     BIGINT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_project_items_project ON fund_project_items (project_id, phase, id);

CREATE TABLE fund_quotes (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  supplier   VARCHAR(100) NOT NULL,
  amount     BIGINT NOT NULL,
  text       VARCHAR(500) NOT NULL,
  person_id  BIGINT NOT NULL,
  created_at DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_quotes_supplier ON fund_quotes (project_id, supplier);

-- What the township and the bureau say: at the application, of the filing, at the use (policy 五(二)7).
CREATE TABLE fund_reviews (
  project_id      BIGINT NOT NULL,
  stage           VARCHAR(12) NOT NULL,
  organisation_id BIGINT NOT NULL,
  agree           BOOLEAN NOT NULL,
  text            VARCHAR(1000) NOT NULL,
  person_id       BIGINT NOT NULL,
  at              DATETIME NOT NULL,
  PRIMARY KEY (project_id, stage)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What happened to a project. Only ever added.
CREATE TABLE fund_project_notes (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id      BIGINT NOT NULL,
  estate_id       BIGINT NOT NULL,
  what            VARCHAR(16) NOT NULL,
  text            VARCHAR(2000) NOT NULL,
  person_id       BIGINT NOT NULL,
  post_id         BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  at              DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_project_notes_person ON fund_project_notes (person_id, id);
CREATE INDEX fund_project_notes_project ON fund_project_notes (project_id, id);

-- Who looked at the finished works and what they said, each person once.
CREATE TABLE fund_acceptances (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id      BIGINT NOT NULL,
  estate_id       BIGINT NOT NULL,
  side            VARCHAR(12) NOT NULL,
  unit_id         BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  person_id       BIGINT NOT NULL,
  agree           BOOLEAN NOT NULL,
  text            VARCHAR(1000) NOT NULL,
  at              DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_acceptances_person ON fund_acceptances (project_id, person_id);
CREATE INDEX fund_acceptances_of ON fund_acceptances (person_id, id);

-- What owners of the scope object within a posting.
CREATE TABLE fund_objections (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  phase       VARCHAR(12) NOT NULL,
  unit_id     BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  text        VARCHAR(1000) NOT NULL,
  answer      VARCHAR(1000) NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  created_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_objections_person ON fund_objections (person_id, id);
CREATE INDEX fund_objections_project ON fund_objections (project_id, phase, id);

-- What each property bears, with the numbers it came from; what its sub-account had, and what is short.
CREATE TABLE fund_shares (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  payer       VARCHAR(12) NOT NULL,
  code        VARCHAR(100) NOT NULL,
  amount      BIGINT NOT NULL,
  steps       TEXT NOT NULL,
  charged     BIGINT NOT NULL,
  short       BIGINT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_shares_unit ON fund_shares (project_id, unit_id, payer);
CREATE INDEX fund_shares_of ON fund_shares (unit_id, id);

-- A payment: asked for by one person, instructed by another.
CREATE TABLE fund_payments (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  project_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  kind       VARCHAR(12) NOT NULL,
  live       VARCHAR(40) NULL,
  amount     BIGINT NOT NULL,
  notice     VARCHAR(32) NOT NULL,
  state      VARCHAR(12) NOT NULL,
  text       VARCHAR(500) NOT NULL,
  receipt    VARCHAR(64) NOT NULL,
  asked_by   BIGINT NOT NULL,
  asked_at   DATETIME NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_at DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX fund_payments_live ON fund_payments (live);
CREATE INDEX fund_payments_project ON fund_payments (project_id, id);
