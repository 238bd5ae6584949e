-- +goose Up

-- A use of the maintenance fund, from the proposal to the last payment (Order 165 arts 20 to 25).
CREATE TABLE fund_projects (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  number          TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id       BIGINT NOT NULL,
  kind            TEXT NOT NULL CHECK (length(kind) <= 12),
  state           TEXT NOT NULL CHECK (length(state) <= 12),
  title           TEXT NOT NULL CHECK (length(title) <= 60),
  reason          TEXT NOT NULL CHECK (length(reason) <= 2000),
  holder          TEXT NOT NULL CHECK (length(holder) <= 12),
  proposer        TEXT NOT NULL CHECK (length(proposer) <= 12),
  organisation_id BIGINT NOT NULL,
  person_id       BIGINT NOT NULL,
  unit_id         BIGINT NOT NULL,
  scope           TEXT NOT NULL,
  declared        TEXT NOT NULL CHECK (length(declared) <= 300),
  basis           TEXT NOT NULL CHECK (length(basis) <= 200),
  budget          BIGINT NOT NULL,
  quote_reason    TEXT NOT NULL CHECK (length(quote_reason) <= 500),
  quote_id        BIGINT NOT NULL,
  pack            TEXT NOT NULL CHECK (length(pack) <= 80),
  proposal_notice BIGINT NOT NULL,
  proposal_number TEXT NOT NULL CHECK (length(proposal_number) <= 32),
  proposal_days   BIGINT NOT NULL,
  meeting_id      BIGINT NOT NULL,
  motion          BIGINT NOT NULL,
  resolution      TEXT NOT NULL CHECK (length(resolution) <= 100),
  decision        TEXT NULL CHECK (length(decision) <= 40),
  confirmed_by    BIGINT NOT NULL,
  confirmed_org   BIGINT NOT NULL,
  confirmed_at    DATETIME NULL,
  filing          TEXT NOT NULL CHECK (length(filing) <= 64),
  filed_at        DATETIME NULL,
  contract        TEXT NOT NULL CHECK (length(contract) <= 64),
  supplier        TEXT NOT NULL CHECK (length(supplier) <= 100),
  contracted      BIGINT NOT NULL,
  contracted_at   DATETIME NULL,
  accepted_at     DATETIME NULL,
  accepted_for    TEXT NOT NULL CHECK (length(accepted_for) <= 2000),
  total           BIGINT NOT NULL,
  invoices        TEXT NOT NULL CHECK (length(invoices) <= 300),
  reviewer        TEXT NOT NULL CHECK (length(reviewer) <= 100),
  reviewed        BIGINT NOT NULL,
  settled_at      DATETIME NULL,
  settled_by      BIGINT NOT NULL,
  final_notice    BIGINT NOT NULL,
  final_number    TEXT NOT NULL CHECK (length(final_number) <= 32),
  final_days      BIGINT NOT NULL,
  paid_at         DATETIME NULL,
  review_on       DATE NULL,
  review_open     DATE NULL,
  review_at       DATETIME NULL,
  review_text     TEXT NOT NULL CHECK (length(review_text) <= 2000),
  version         BIGINT NOT NULL,
  created_at      DATETIME NOT NULL
);
CREATE UNIQUE INDEX fund_projects_number ON fund_projects (number);
CREATE UNIQUE INDEX fund_projects_decision ON fund_projects (decision);
CREATE INDEX fund_projects_estate ON fund_projects (estate_id, id);
CREATE INDEX fund_projects_person ON fund_projects (person_id, id);
CREATE INDEX fund_projects_review ON fund_projects (review_open, id);

-- What is to be done, and what was done, with quantities in thousandths and prices in fen.
CREATE TABLE fund_project_items (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id BIGINT NOT NULL,
  phase      TEXT NOT NULL CHECK (length(phase) <= 12),
  name       TEXT NOT NULL CHECK (length(name) <= 100),
  measure    TEXT NOT NULL CHECK (length(measure) <= 16),
  quantity   BIGINT NOT NULL,
  price      BIGINT NOT NULL,
  amount     BIGINT NOT NULL
);
CREATE INDEX fund_project_items_project ON fund_project_items (project_id, phase, id);

CREATE TABLE fund_quotes (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  supplier   TEXT NOT NULL CHECK (length(supplier) <= 100),
  amount     BIGINT NOT NULL,
  text       TEXT NOT NULL CHECK (length(text) <= 500),
  person_id  BIGINT NOT NULL,
  created_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX fund_quotes_supplier ON fund_quotes (project_id, supplier);

-- What the township and the bureau say: at the application, of the filing, at the use (policy 五(二)7).
CREATE TABLE fund_reviews (
  project_id      BIGINT NOT NULL,
  stage           TEXT NOT NULL CHECK (length(stage) <= 12),
  organisation_id BIGINT NOT NULL,
  agree           BOOLEAN NOT NULL,
  text            TEXT NOT NULL CHECK (length(text) <= 1000),
  person_id       BIGINT NOT NULL,
  at              DATETIME NOT NULL,
  PRIMARY KEY (project_id, stage)
);

-- What happened to a project. Only ever added.
CREATE TABLE fund_project_notes (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id      BIGINT NOT NULL,
  estate_id       BIGINT NOT NULL,
  what            TEXT NOT NULL CHECK (length(what) <= 16),
  text            TEXT NOT NULL CHECK (length(text) <= 2000),
  person_id       BIGINT NOT NULL,
  post_id         BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  at              DATETIME NOT NULL
);
CREATE INDEX fund_project_notes_person ON fund_project_notes (person_id, id);
CREATE INDEX fund_project_notes_project ON fund_project_notes (project_id, id);

-- Who looked at the finished works and what they said, each person once.
CREATE TABLE fund_acceptances (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id      BIGINT NOT NULL,
  estate_id       BIGINT NOT NULL,
  side            TEXT NOT NULL CHECK (length(side) <= 12),
  unit_id         BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  person_id       BIGINT NOT NULL,
  agree           BOOLEAN NOT NULL,
  text            TEXT NOT NULL CHECK (length(text) <= 1000),
  at              DATETIME NOT NULL
);
CREATE UNIQUE INDEX fund_acceptances_person ON fund_acceptances (project_id, person_id);
CREATE INDEX fund_acceptances_of ON fund_acceptances (person_id, id);

-- What owners of the scope object within a posting.
CREATE TABLE fund_objections (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  phase       TEXT NOT NULL CHECK (length(phase) <= 12),
  unit_id     BIGINT NOT NULL,
  person_id   BIGINT NOT NULL,
  text        TEXT NOT NULL CHECK (length(text) <= 1000),
  answer      TEXT NOT NULL CHECK (length(answer) <= 1000),
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  created_at  DATETIME NOT NULL
);
CREATE INDEX fund_objections_person ON fund_objections (person_id, id);
CREATE INDEX fund_objections_project ON fund_objections (project_id, phase, id);

-- What each property bears, with the numbers it came from; what its sub-account had, and what is short.
CREATE TABLE fund_shares (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  payer       TEXT NOT NULL CHECK (length(payer) <= 12),
  code        TEXT NOT NULL CHECK (length(code) <= 100),
  amount      BIGINT NOT NULL,
  steps       TEXT NOT NULL,
  charged     BIGINT NOT NULL,
  short       BIGINT NOT NULL
);
CREATE UNIQUE INDEX fund_shares_unit ON fund_shares (project_id, unit_id, payer);
CREATE INDEX fund_shares_of ON fund_shares (unit_id, id);

-- A payment: asked for by one person, instructed by another.
CREATE TABLE fund_payments (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  kind       TEXT NOT NULL CHECK (length(kind) <= 12),
  live       TEXT NULL CHECK (length(live) <= 40),
  amount     BIGINT NOT NULL,
  notice     TEXT NOT NULL CHECK (length(notice) <= 32),
  state      TEXT NOT NULL CHECK (length(state) <= 12),
  text       TEXT NOT NULL CHECK (length(text) <= 500),
  receipt    TEXT NOT NULL CHECK (length(receipt) <= 64),
  asked_by   BIGINT NOT NULL,
  asked_at   DATETIME NOT NULL,
  decided_by BIGINT NOT NULL,
  decided_at DATETIME NULL
);
CREATE UNIQUE INDEX fund_payments_live ON fund_payments (live);
CREATE INDEX fund_payments_project ON fund_payments (project_id, id);
