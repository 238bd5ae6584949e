-- +goose Up

-- A meeting of the owners of a scope, from its draft to its certificate.
CREATE TABLE meetings (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  number          TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id       BIGINT NOT NULL,
  session         TEXT NOT NULL CHECK (length(session) <= 16),
  title           TEXT NOT NULL CHECK (length(title) <= 60),
  scope           TEXT NOT NULL,
  convener_id     BIGINT NOT NULL,
  convener        TEXT NOT NULL CHECK (length(convener) <= 16),
  basis           TEXT NOT NULL CHECK (length(basis) <= 16),
  basis_id        BIGINT NOT NULL,
  channel         TEXT NOT NULL CHECK (length(channel) <= 16),
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  version         BIGINT NOT NULL,
  pack            TEXT NOT NULL CHECK (length(pack) <= 80),
  rules_id        BIGINT NOT NULL,
  terms           TEXT NOT NULL,
  posted_at       DATETIME NULL,
  challenge_until DATETIME NULL,
  frozen_at       DATETIME NULL,
  frozen_by       BIGINT NOT NULL,
  roll_root       TEXT NOT NULL CHECK (length(roll_root) <= 64),
  seats           BIGINT NOT NULL,
  area_milli      BIGINT NOT NULL,
  noticed_at      DATETIME NULL,
  opens_at        DATETIME NULL,
  closes_at       DATETIME NULL,
  extended_from   DATETIME NULL,
  extended_for    TEXT NOT NULL CHECK (length(extended_for) <= 200),
  pulse_at        DATETIME NULL,
  outage_seconds  BIGINT NOT NULL,
  outage_days     INT NOT NULL,
  invited_at      DATETIME NULL,
  opinion         TEXT NOT NULL CHECK (length(opinion) <= 1000),
  opinion_by      BIGINT NOT NULL,
  closed_at       DATETIME NULL,
  counted_at      DATETIME NULL,
  objections_until DATETIME NULL,
  certified_at    DATETIME NULL,
  disclose_by     DATETIME NULL,
  disclosed_id    BIGINT NOT NULL,
  revoked_at      DATETIME NULL,
  revoked_for     TEXT NOT NULL CHECK (length(revoked_for) <= 1000),
  reason          TEXT NOT NULL CHECK (length(reason) <= 200),
  written_by      BIGINT NOT NULL,
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at      DATETIME NOT NULL
);
CREATE UNIQUE INDEX meetings_ref ON meetings (written_by, client_ref);
CREATE UNIQUE INDEX meetings_number ON meetings (number);
CREATE INDEX meetings_estate ON meetings (estate_id, id);
CREATE INDEX meetings_clock ON meetings (state, closes_at);

-- What is decided, by which matter of the law.
CREATE TABLE motions (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  position     INT NOT NULL,
  title        TEXT NOT NULL CHECK (length(title) <= 60),
  body         TEXT NOT NULL,
  matter       TEXT NOT NULL CHECK (length(matter) <= 32),
  beside       TEXT NOT NULL CHECK (length(beside) <= 32),
  question     TEXT NOT NULL,
  law          TEXT NOT NULL,
  beside_law   TEXT NOT NULL,
  written_by   BIGINT NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_at DATETIME NULL
);
CREATE UNIQUE INDEX motions_position ON motions (meeting_id, position);

-- The frozen roll: one seat for each owner set of the scope.
CREATE TABLE seats (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id    BIGINT NOT NULL,
  estate_id     BIGINT NOT NULL,
  no            INT NOT NULL,
  owner_set_id  BIGINT NOT NULL,
  holder_set_id BIGINT NOT NULL,
  building_id   BIGINT NOT NULL,
  area_milli    BIGINT NOT NULL,
  units         TEXT NOT NULL,
  kind          TEXT NOT NULL CHECK (length(kind) <= 16),
  flags         TEXT NOT NULL CHECK (length(flags) <= 200),
  salt          TEXT NOT NULL CHECK (length(salt) <= 64),
  hash          TEXT NOT NULL CHECK (length(hash) <= 64),
  paper_at      DATETIME NULL
);
CREATE UNIQUE INDEX seats_no ON seats (meeting_id, no);
CREATE UNIQUE INDEX seats_set ON seats (meeting_id, owner_set_id);
CREATE INDEX seats_holder ON seats (holder_set_id, meeting_id);
CREATE INDEX seats_building ON seats (meeting_id, building_id, no);

-- What owners say against the posted roster, and what happened to a seat after the roll was frozen.
CREATE TABLE roll_notes (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  seat_no     INT NOT NULL,
  kind        TEXT NOT NULL CHECK (length(kind) <= 16),
  text        TEXT NOT NULL CHECK (length(text) <= 500),
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  answer      TEXT NOT NULL CHECK (length(answer) <= 500),
  person_id   BIGINT NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  client_ref  TEXT NULL CHECK (length(client_ref) <= 64),
  input_hash  TEXT NOT NULL CHECK (length(input_hash) <= 64),
  at          DATETIME NOT NULL
);
CREATE UNIQUE INDEX roll_notes_ref ON roll_notes (person_id, client_ref);
CREATE INDEX roll_notes_meeting ON roll_notes (meeting_id, id);

-- One submission of a seat: who, by which way and when. What was chosen is in ballots.
CREATE TABLE envelopes (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  seat_id    BIGINT NOT NULL,
  channel    TEXT NOT NULL CHECK (length(channel) <= 16),
  person_id  BIGINT NOT NULL,
  owner_id   BIGINT NOT NULL,
  proxy_id   BIGINT NOT NULL,
  form_id    BIGINT NOT NULL,
  code       TEXT NOT NULL CHECK (length(code) <= 32),
  secret     TEXT NOT NULL CHECK (length(secret) <= 64),
  void       TEXT NOT NULL CHECK (length(void) <= 32),
  void_for   TEXT NOT NULL CHECK (length(void_for) <= 200),
  voided_at  DATETIME NULL,
  void_by    BIGINT NOT NULL,
  client_ref TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash TEXT NOT NULL CHECK (length(input_hash) <= 64),
  at         DATETIME NOT NULL
);
CREATE UNIQUE INDEX envelopes_code ON envelopes (code);
CREATE UNIQUE INDEX envelopes_ref ON envelopes (seat_id, client_ref);
CREATE INDEX envelopes_meeting ON envelopes (meeting_id, void, seat_id);

-- One version of what a seat chose on a motion: never changed, never deleted.
CREATE TABLE ballots (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id  BIGINT NOT NULL,
  motion_id   BIGINT NOT NULL,
  seat_id     BIGINT NOT NULL,
  version     INT NOT NULL,
  envelope_id BIGINT NOT NULL,
  choice      TEXT NOT NULL CHECK (length(choice) <= 500),
  commitment  TEXT NOT NULL CHECK (length(commitment) <= 64),
  leaf        BIGINT NULL,
  mark        TEXT NOT NULL CHECK (length(mark) <= 16)
);
CREATE UNIQUE INDEX ballots_version ON ballots (motion_id, seat_id, version);
CREATE UNIQUE INDEX ballots_leaf ON ballots (meeting_id, leaf);
CREATE INDEX ballots_envelope ON ballots (envelope_id);

-- The log of a meeting: tiles of hashes, and signed checkpoints.
CREATE TABLE log_tiles (
  meeting_id BIGINT NOT NULL,
  level      INT NOT NULL,
  n          BIGINT NOT NULL,
  width      INT NOT NULL,
  hashes     TEXT NOT NULL,
  PRIMARY KEY (meeting_id, level, n)
);

-- How far the log of a meeting is. Whoever appends to it takes this row.
CREATE TABLE ballot_logs (
  meeting_id BIGINT NOT NULL PRIMARY KEY,
  size       BIGINT NOT NULL,
  root       TEXT NOT NULL CHECK (length(root) <= 64),
  signed_at  DATETIME NULL,
  closed     BOOLEAN NOT NULL
);

-- Entries of the log that are no ballots: what became of an earlier one, and the end of the window.
CREATE TABLE log_marks (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id BIGINT NOT NULL,
  leaf       BIGINT NULL,
  ballot_id  BIGINT NOT NULL,
  state      TEXT NOT NULL CHECK (length(state) <= 16),
  reason     TEXT NOT NULL CHECK (length(reason) <= 40),
  closed_at  DATETIME NULL
);
CREATE UNIQUE INDEX log_marks_leaf ON log_marks (meeting_id, leaf);

CREATE TABLE log_checkpoints (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id BIGINT NOT NULL,
  size       BIGINT NOT NULL,
  root       TEXT NOT NULL CHECK (length(root) <= 64),
  purpose    TEXT NOT NULL CHECK (length(purpose) <= 16),
  note       TEXT NOT NULL,
  key_line   TEXT NOT NULL CHECK (length(key_line) <= 300),
  at         DATETIME NOT NULL
);
CREATE INDEX log_checkpoints_meeting ON log_checkpoints (meeting_id, id);

-- A link by which one seat votes without the mini-program.
CREATE TABLE voting_links (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id BIGINT NOT NULL,
  seat_id    BIGINT NOT NULL,
  token_hash TEXT NOT NULL CHECK (length(token_hash) <= 64),
  expires_at DATETIME NOT NULL,
  revoked_at DATETIME NULL,
  made_by    BIGINT NOT NULL,
  at         DATETIME NOT NULL
);
CREATE UNIQUE INDEX voting_links_token ON voting_links (token_hash);
CREATE INDEX voting_links_seat ON voting_links (seat_id, id);

-- What a count said: provisional, or certified. The figures are made again from the ballots by whoever checks.
CREATE TABLE meeting_results (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  kind       TEXT NOT NULL CHECK (length(kind) <= 16),
  body       TEXT NOT NULL,
  sha256     TEXT NOT NULL CHECK (length(sha256) <= 64),
  log_size   BIGINT NOT NULL,
  checkpoint_id BIGINT NOT NULL,
  log_root   TEXT NOT NULL CHECK (length(log_root) <= 64),
  signature  TEXT NOT NULL,
  cert       TEXT NOT NULL,
  cert_note  TEXT NOT NULL,
  aside      TEXT NOT NULL,
  key_line   TEXT NOT NULL CHECK (length(key_line) <= 300),
  made_by    BIGINT NOT NULL,
  at         DATETIME NOT NULL
);
CREATE INDEX meeting_results_meeting ON meeting_results (meeting_id, id);

-- The docket: what is said against a provisional result, or against a ballot of a co-owner.
CREATE TABLE meeting_objections (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  number      TEXT NOT NULL CHECK (length(number) <= 32),
  meeting_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  motion_id   BIGINT NOT NULL,
  envelope_id BIGINT NOT NULL,
  kind        TEXT NOT NULL CHECK (length(kind) <= 16),
  grounds     TEXT NOT NULL CHECK (length(grounds) <= 1000),
  disputed    TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  answer      TEXT NOT NULL CHECK (length(answer) <= 1000),
  effect      TEXT NOT NULL,
  person_id   BIGINT NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  client_ref  TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash  TEXT NOT NULL CHECK (length(input_hash) <= 64),
  at          DATETIME NOT NULL
);
CREATE UNIQUE INDEX meeting_objections_ref ON meeting_objections (person_id, client_ref);
CREATE INDEX meeting_objections_meeting ON meeting_objections (meeting_id, id);

-- Who took a bundle with opened ballots away.
CREATE TABLE bundle_downloads (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  meeting_id      BIGINT NOT NULL,
  person_id       BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  edition         TEXT NOT NULL CHECK (length(edition) <= 16),
  at              DATETIME NOT NULL
);
CREATE INDEX bundle_downloads_meeting ON bundle_downloads (meeting_id, id);
