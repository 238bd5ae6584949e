-- +goose Up

-- One version of the roster of a meeting as it was posted: owners challenge it, and the frozen roll is held against the last.
CREATE TABLE roster_postings (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  version    INT NOT NULL,
  seats      BIGINT NOT NULL,
  units      BIGINT NOT NULL,
  area_milli BIGINT NOT NULL,
  hash       TEXT NOT NULL CHECK (length(hash) <= 64),
  days       INT NOT NULL,
  article    TEXT NOT NULL CHECK (length(article) <= 200),
  ends_at    DATETIME NOT NULL,
  posted_by  BIGINT NOT NULL,
  at         DATETIME NOT NULL
);
CREATE UNIQUE INDEX roster_postings_version ON roster_postings (meeting_id, version);

-- The seats that a posted roster proposes, by unit and area. The owner set is for comparing and is shown to nobody.
CREATE TABLE roster_seats (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  posting_id   BIGINT NOT NULL,
  no           INT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  area_milli   BIGINT NOT NULL,
  units        TEXT NOT NULL,
  flags        TEXT NOT NULL CHECK (length(flags) <= 200)
);
CREATE UNIQUE INDEX roster_seats_no ON roster_seats (posting_id, no);

-- Where the frozen roll differs from the last posted roster, and why.
CREATE TABLE roll_differences (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  posting_id   BIGINT NOT NULL,
  kind         TEXT NOT NULL CHECK (length(kind) <= 16),
  unit         TEXT NOT NULL CHECK (length(unit) <= 100),
  before_milli BIGINT NOT NULL,
  after_milli  BIGINT NOT NULL,
  number       BIGINT NOT NULL,
  cause        TEXT NOT NULL CHECK (length(cause) <= 16),
  note_id      BIGINT NOT NULL,
  text         TEXT NOT NULL CHECK (length(text) <= 200)
);
CREATE INDEX roll_differences_meeting ON roll_differences (meeting_id, id);

-- The covenant that governs a meeting, beside its rules of procedure.
ALTER TABLE meetings ADD COLUMN covenant_id BIGINT NOT NULL DEFAULT 0;
