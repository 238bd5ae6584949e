-- +goose Up

-- A ballot and a mark get their places in the log when they are written; only the hashes follow behind. What waited for a place when this
-- was introduced gets the next ones, ballots first, each kind in its order. The old tables get other names first: whoever still writes to
-- them fails, and nothing that was committed is left behind.
ALTER TABLE ballots RENAME TO waiting_ballots;
ALTER TABLE log_marks RENAME TO waiting_marks;
CREATE TABLE ballots (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id  BIGINT NOT NULL,
  motion_id   BIGINT NOT NULL,
  seat_id     BIGINT NOT NULL,
  version     INT NOT NULL,
  envelope_id BIGINT NOT NULL,
  choice      TEXT NOT NULL CHECK (length(choice) <= 500),
  commitment  TEXT NOT NULL CHECK (length(commitment) <= 64),
  leaf        BIGINT NOT NULL,
  mark        TEXT NOT NULL CHECK (length(mark) <= 16)
);
INSERT INTO ballots (id, meeting_id, motion_id, seat_id, version, envelope_id, choice, commitment, leaf, mark) SELECT b.id, b.meeting_id, b.motion_id, b.seat_id, b.version, b.envelope_id, b.choice, b.commitment,
  COALESCE(b.leaf, COALESCE((SELECT l.size FROM ballot_logs l WHERE l.meeting_id = b.meeting_id), 0) + ROW_NUMBER() OVER (PARTITION BY b.meeting_id, b.leaf IS NULL ORDER BY b.id) - 1), b.mark FROM waiting_ballots b;
DROP TABLE waiting_ballots;
CREATE UNIQUE INDEX ballots_version ON ballots (motion_id, seat_id, version);
CREATE UNIQUE INDEX ballots_leaf ON ballots (meeting_id, leaf);
CREATE INDEX ballots_envelope ON ballots (envelope_id);

CREATE TABLE log_marks (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id BIGINT NOT NULL,
  leaf       BIGINT NOT NULL,
  ballot_id  BIGINT NOT NULL,
  state      TEXT NOT NULL CHECK (length(state) <= 16),
  reason     TEXT NOT NULL CHECK (length(reason) <= 40),
  closed_at  DATETIME NULL
);
INSERT INTO log_marks (id, meeting_id, leaf, ballot_id, state, reason, closed_at) SELECT k.id, k.meeting_id,
  COALESCE(k.leaf, (SELECT COUNT(*) FROM ballots b WHERE b.meeting_id = k.meeting_id) + (SELECT COUNT(*) FROM waiting_marks p WHERE p.meeting_id = k.meeting_id AND p.leaf IS NOT NULL) + ROW_NUMBER() OVER (PARTITION BY k.meeting_id, k.leaf IS NULL ORDER BY k.id) - 1),
  k.ballot_id, k.state, k.reason, k.closed_at FROM waiting_marks k;
DROP TABLE waiting_marks;
CREATE UNIQUE INDEX log_marks_leaf ON log_marks (meeting_id, leaf);
