-- +goose Up

-- Everybody who complains in a case keeps a receipt, an answer and a rating of their own, whether they filed it, joined
-- it or came with a case that was merged into it.
CREATE TABLE case_complainants (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  case_id         BIGINT       NOT NULL,
  filed_id        BIGINT       NOT NULL,
  receipt         TEXT NOT NULL CHECK (length(receipt) <= 32),
  source          TEXT NOT NULL CHECK (length(source) <= 16),
  person_id       BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  filed_by        BIGINT       NOT NULL,
  filed_post      BIGINT       NOT NULL,
  open_id         TEXT NOT NULL CHECK (length(open_id) <= 64),
  name_sealed     TEXT NOT NULL CHECK (length(name_sealed) <= 512),
  phone_sealed    TEXT NOT NULL CHECK (length(phone_sealed) <= 512),
  phone_index     TEXT NOT NULL CHECK (length(phone_index) <= 96),
  hidden          TEXT NOT NULL CHECK (length(hidden) <= 16),
  text            TEXT         NOT NULL,
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  returns         INT          NOT NULL,
  urged_at        DATETIME     NULL,
  response        TEXT NOT NULL CHECK (length(response) <= 8),
  solved          TEXT NOT NULL CHECK (length(solved) <= 8),
  satisfied       TEXT NOT NULL CHECK (length(satisfied) <= 8),
  comment         TEXT NOT NULL CHECK (length(comment) <= 500),
  rated_via       TEXT NOT NULL CHECK (length(rated_via) <= 16),
  rated_at        DATETIME     NULL,
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at      DATETIME     NOT NULL
);
CREATE UNIQUE INDEX case_complainants_receipt ON case_complainants (receipt);
CREATE UNIQUE INDEX case_complainants_ref ON case_complainants (filed_by, client_ref);
CREATE INDEX case_complainants_case ON case_complainants (case_id, id);
CREATE INDEX case_complainants_filed ON case_complainants (filed_id, id);
CREATE INDEX case_complainants_person ON case_complainants (person_id, id);
CREATE INDEX case_complainants_phone ON case_complainants (phone_index, id);

INSERT INTO case_complainants (case_id, filed_id, receipt, source, person_id, organisation_id, filed_by, filed_post, open_id, name_sealed, phone_sealed,
  phone_index, hidden, text, state, returns, response, solved, satisfied, comment, rated_via, client_ref, input_hash, created_at)
SELECT id, id, number, 'resident', person_id, 0, person_id, 0, open_id, '', '', '', '', '', CASE WHEN state = 'closed' THEN 'confirmed' ELSE 'open' END,
  returns, '', '', '', '', '', client_ref, input_hash, created_at FROM cases;

DROP INDEX cases_ref;
ALTER TABLE cases DROP COLUMN person_id;
ALTER TABLE cases DROP COLUMN open_id;
ALTER TABLE cases DROP COLUMN client_ref;
ALTER TABLE cases DROP COLUMN input_hash;

ALTER TABLE cases ADD COLUMN source TEXT NOT NULL DEFAULT 'resident' CHECK (length(source) <= 16);
ALTER TABLE cases ADD COLUMN part TEXT NOT NULL DEFAULT '' CHECK (length(part) <= 32);
ALTER TABLE cases ADD COLUMN lat BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN lng BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN community_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN township_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN parent_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN merged_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE cases ADD COLUMN open BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE cases ADD COLUMN queue BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN resume TEXT NOT NULL DEFAULT '' CHECK (length(resume) <= 16);
ALTER TABLE cases ADD COLUMN step_due_at DATETIME NULL;
ALTER TABLE cases ADD COLUMN paused_at DATETIME NULL;
ALTER TABLE cases ADD COLUMN held_until DATETIME NULL;
ALTER TABLE cases ADD COLUMN wake_at DATETIME NULL;
ALTER TABLE cases ADD COLUMN remind_at DATETIME NULL;
ALTER TABLE cases ADD COLUMN escalate_at DATETIME NULL;
ALTER TABLE cases ADD COLUMN refusals INT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN final BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE cases ADD COLUMN escalations INT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN supervisor_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN people INT NOT NULL DEFAULT 1;
ALTER TABLE cases ADD COLUMN dispatched_at DATETIME NULL;
ALTER TABLE cases ADD COLUMN accepted_at DATETIME NULL;
ALTER TABLE cases ADD COLUMN answered_at DATETIME NULL;
ALTER TABLE cases ADD COLUMN ending TEXT NOT NULL DEFAULT '' CHECK (length(ending) <= 16);
UPDATE cases SET community_id = (SELECT estates.community_id FROM estates WHERE estates.id = cases.estate_id),
  township_id = (SELECT estates.township_id FROM estates WHERE estates.id = cases.estate_id), dispatched_at = created_at,
  open = (state <> 'closed'), ending = CASE WHEN state = 'closed' THEN 'confirmed' ELSE '' END, urgent = (class = 'danger'),
  resume = CASE WHEN state = 'offered' THEN 'accepted' ELSE '' END, wake_at = CASE WHEN state = 'closed' THEN NULL ELSE created_at END;
DROP INDEX cases_lead;
CREATE INDEX cases_queue ON cases (open, queue, id);
CREATE INDEX cases_township ON cases (township_id, open, queue, id);
CREATE INDEX cases_community ON cases (community_id, open, queue, id);
CREATE INDEX cases_estate_queue ON cases (estate_id, open, queue, id);
CREATE INDEX cases_wake ON cases (wake_at, id);
CREATE INDEX cases_parent ON cases (parent_id, id);

ALTER TABLE case_parties ADD COLUMN leg INT NOT NULL DEFAULT 0;
ALTER TABLE case_parties ADD COLUMN does TEXT NOT NULL DEFAULT '' CHECK (length(does) <= 60);
ALTER TABLE case_parties ADD COLUMN clause TEXT NOT NULL DEFAULT '' CHECK (length(clause) <= 64);
ALTER TABLE case_parties ADD COLUMN post_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_parties ADD COLUMN open BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE case_parties ADD COLUMN waiting BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE case_parties ADD COLUMN queue BIGINT NOT NULL DEFAULT 0;
UPDATE case_parties SET open = (SELECT cases.open FROM cases WHERE cases.id = case_parties.case_id), waiting = (role IN ('lead', 'offered'));
CREATE INDEX case_parties_waiting ON case_parties (organisation_id, waiting, queue, case_id);
CREATE INDEX case_parties_open ON case_parties (organisation_id, open, queue, case_id);
CREATE INDEX case_parties_post ON case_parties (post_id, open, queue, case_id);

ALTER TABLE case_steps ADD COLUMN complainant_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_steps ADD COLUMN on_at DATETIME NULL;
ALTER TABLE case_steps ADD COLUMN detail TEXT NOT NULL DEFAULT '' CHECK (length(detail) <= 4000);
