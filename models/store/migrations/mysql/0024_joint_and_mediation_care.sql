-- +goose Up

-- A mediation waits for its host to take it on, for a term where the city has one; who asked need not be a party.
ALTER TABLE mediations ADD COLUMN accept_due DATETIME NULL;
ALTER TABLE mediations ADD COLUMN accept_reference BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE mediations ADD COLUMN told_at DATETIME NULL;
CREATE INDEX mediations_told ON mediations (state, told_at, id);

-- A party that was written down by mistake is taken out again; what it did stays in the file.
ALTER TABLE mediation_parties ADD COLUMN removed_at DATETIME NULL;

-- What a client sent under a reference, so that the same tap answers the first result.
ALTER TABLE mediation_steps ADD COLUMN client_ref VARCHAR(64) NULL;
ALTER TABLE mediation_steps ADD COLUMN input_hash VARCHAR(64) NOT NULL DEFAULT '';
CREATE UNIQUE INDEX mediation_steps_ref ON mediation_steps (mediation_id, person_id, client_ref);

-- When somebody is reminded before a date; NULL once they were, or when there is nothing to remind of.
ALTER TABLE mediation_terms ADD COLUMN remind_at DATETIME NULL;
CREATE INDEX mediation_terms_remind ON mediation_terms (remind_at);
ALTER TABLE whistles ADD COLUMN remind_at DATETIME NULL;
CREATE INDEX whistles_remind ON whistles (remind_at);
ALTER TABLE tasks ADD COLUMN remind_at DATETIME NULL;
CREATE INDEX tasks_remind ON tasks (remind_at);

-- A whistle waits for the head's signature, for a term where the city has one.
ALTER TABLE whistles ADD COLUMN sign_due DATETIME NULL;
ALTER TABLE whistles ADD COLUMN sign_reference BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE whistles ADD COLUMN told_at DATETIME NULL;
CREATE INDEX whistles_told ON whistles (state, told_at, id);

-- An office whose refusal was turned down has a term of its own.
ALTER TABLE whistle_summons ADD COLUMN due_at DATETIME NULL;

-- A minute of a conference may be of one point; a point may need no task, which is said and not forgotten.
ALTER TABLE minutes ADD COLUMN item_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conference_items ADD COLUMN no_task BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE joint_taps (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id    BIGINT       NOT NULL,
  client_ref   VARCHAR(64)  NOT NULL,
  input_hash   VARCHAR(64)  NOT NULL,
  subject_kind VARCHAR(16)  NOT NULL,
  subject_id   BIGINT       NOT NULL,
  at           DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX joint_taps_ref ON joint_taps (person_id, client_ref);
