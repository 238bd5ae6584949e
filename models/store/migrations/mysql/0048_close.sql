-- +goose Up

-- An objection to a paper form that is not read yet names the form. Upholding one against a ballot is entered by one person and confirmed
-- by another.
ALTER TABLE meeting_objections ADD COLUMN form_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE meeting_objections ADD COLUMN entered_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE meeting_objections ADD COLUMN entered_at DATETIME NULL;
CREATE INDEX meeting_objections_form ON meeting_objections (form_id);
CREATE INDEX meeting_objections_envelope ON meeting_objections (envelope_id);

-- The term of a meeting's next step after the close: until when, when the clock looks again, and since when it is overdue.
ALTER TABLE meetings ADD COLUMN due_at DATETIME NULL;
ALTER TABLE meetings ADD COLUMN watch_at DATETIME NULL;
ALTER TABLE meetings ADD COLUMN overdue_at DATETIME NULL;
CREATE INDEX meetings_watch ON meetings (watch_at, id);
CREATE INDEX meetings_overdue ON meetings (overdue_at, id);

-- A drawing of lots between candidates with equal votes: announced, then recorded. waiting is the motion until it is recorded. sha256 is
-- over the whole record, which names the witnesses and is sealed.
CREATE TABLE lot_drawings (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id    BIGINT NOT NULL,
  estate_id     BIGINT NOT NULL,
  motion_id     BIGINT NOT NULL,
  waiting       BIGINT NULL,
  place         VARCHAR(60) NOT NULL,
  at            DATETIME NOT NULL,
  announced_by  BIGINT NOT NULL,
  announced_at  DATETIME NOT NULL,
  drawn         TEXT NOT NULL,
  minutes       VARCHAR(4000) NOT NULL,
  witnesses     INT NOT NULL,
  record_sealed TEXT NOT NULL,
  sha256        VARCHAR(64) NOT NULL,
  recorded_by   BIGINT NOT NULL,
  recorded_at   DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX lot_drawings_waiting ON lot_drawings (waiting);
CREATE INDEX lot_drawings_meeting ON lot_drawings (meeting_id, id);

-- What a certified election means for the committee, until it is seated: people are sealed.
CREATE TABLE committee_seatings (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id     BIGINT NOT NULL,
  meeting_id    BIGINT NOT NULL,
  number        VARCHAR(32) NOT NULL,
  state         VARCHAR(16) NOT NULL,
  size          BIGINT NOT NULL,
  sitting       BIGINT NOT NULL,
  starts_on     DATE NULL,
  ends_on       DATE NULL,
  people_sealed TEXT NOT NULL,
  missing       VARCHAR(500) NOT NULL,
  term_id       BIGINT NOT NULL,
  confirmed_by  BIGINT NOT NULL,
  confirmed_at  DATETIME NULL,
  at            DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX committee_seatings_meeting ON committee_seatings (meeting_id);
CREATE INDEX committee_seatings_estate ON committee_seatings (estate_id, id);

-- A court may revoke the election behind a term: the term stands with that beside it.
ALTER TABLE committee_terms ADD COLUMN revoked_at DATETIME NULL;
ALTER TABLE committee_terms ADD COLUMN revoked_for VARCHAR(1000) NOT NULL DEFAULT '';
