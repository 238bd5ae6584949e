-- +goose Up

-- Everybody who complains in a case keeps a receipt, an answer and a rating of their own, whether they filed it, joined
-- it or came with a case that was merged into it.
CREATE TABLE case_complainants (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  case_id         BIGINT       NOT NULL,
  filed_id        BIGINT       NOT NULL,
  receipt         VARCHAR(32)  NOT NULL,
  source          VARCHAR(16)  NOT NULL,
  person_id       BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  filed_by        BIGINT       NOT NULL,
  filed_post      BIGINT       NOT NULL,
  open_id         VARCHAR(64)  NOT NULL,
  name_sealed     VARCHAR(512) NOT NULL,
  phone_sealed    VARCHAR(512) NOT NULL,
  phone_index     VARCHAR(96)  NOT NULL,
  hidden          VARCHAR(16)  NOT NULL,
  text            TEXT         NOT NULL,
  state           VARCHAR(16)  NOT NULL,
  returns         INT          NOT NULL,
  urged_at        DATETIME     NULL,
  response        VARCHAR(8)   NOT NULL,
  solved          VARCHAR(8)   NOT NULL,
  satisfied       VARCHAR(8)   NOT NULL,
  comment         VARCHAR(500) NOT NULL,
  rated_via       VARCHAR(16)  NOT NULL,
  rated_at        DATETIME     NULL,
  client_ref      VARCHAR(64)  NOT NULL,
  input_hash      VARCHAR(64)  NOT NULL,
  created_at      DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
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

DROP INDEX cases_ref ON cases;
ALTER TABLE cases DROP COLUMN person_id;
ALTER TABLE cases DROP COLUMN open_id;
ALTER TABLE cases DROP COLUMN client_ref;
ALTER TABLE cases DROP COLUMN input_hash;

ALTER TABLE cases ADD COLUMN source VARCHAR(16) NOT NULL DEFAULT 'resident';
ALTER TABLE cases ADD COLUMN part VARCHAR(32) NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN lat BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN lng BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN community_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN township_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN parent_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN merged_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN urgent BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE cases ADD COLUMN open BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE cases ADD COLUMN queue BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN resume VARCHAR(16) NOT NULL DEFAULT '';
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
ALTER TABLE cases ADD COLUMN ending VARCHAR(16) NOT NULL DEFAULT '';
UPDATE cases SET community_id = (SELECT estates.community_id FROM estates WHERE estates.id = cases.estate_id),
  township_id = (SELECT estates.township_id FROM estates WHERE estates.id = cases.estate_id), dispatched_at = created_at,
  open = (state <> 'closed'), ending = CASE WHEN state = 'closed' THEN 'confirmed' ELSE '' END, urgent = (class = 'danger'),
  resume = CASE WHEN state = 'offered' THEN 'accepted' ELSE '' END, wake_at = CASE WHEN state = 'closed' THEN NULL ELSE created_at END;
DROP INDEX cases_lead ON cases;
CREATE INDEX cases_queue ON cases (open, queue, id);
CREATE INDEX cases_township ON cases (township_id, open, queue, id);
CREATE INDEX cases_community ON cases (community_id, open, queue, id);
CREATE INDEX cases_estate_queue ON cases (estate_id, open, queue, id);
CREATE INDEX cases_wake ON cases (wake_at, id);
CREATE INDEX cases_parent ON cases (parent_id, id);

ALTER TABLE case_parties ADD COLUMN leg INT NOT NULL DEFAULT 0;
ALTER TABLE case_parties ADD COLUMN does VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE case_parties ADD COLUMN clause VARCHAR(64) NOT NULL DEFAULT '';
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
ALTER TABLE case_steps ADD COLUMN detail VARCHAR(4000) NOT NULL DEFAULT '';
