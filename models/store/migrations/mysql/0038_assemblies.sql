-- +goose Up

-- A meeting of the owners of a scope, from its draft to its certificate.
CREATE TABLE meetings (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          VARCHAR(32) NOT NULL,
  estate_id       BIGINT NOT NULL,
  session         VARCHAR(16) NOT NULL,
  title           VARCHAR(60) NOT NULL,
  scope           TEXT NOT NULL,
  convener_id     BIGINT NOT NULL,
  convener        VARCHAR(16) NOT NULL,
  basis           VARCHAR(16) NOT NULL,
  basis_id        BIGINT NOT NULL,
  channel         VARCHAR(16) NOT NULL,
  state           VARCHAR(16) NOT NULL,
  version         BIGINT NOT NULL,
  pack            VARCHAR(80) NOT NULL,
  rules_id        BIGINT NOT NULL,
  terms           TEXT NOT NULL,
  posted_at       DATETIME NULL,
  challenge_until DATETIME NULL,
  frozen_at       DATETIME NULL,
  frozen_by       BIGINT NOT NULL,
  roll_root       VARCHAR(64) NOT NULL,
  seats           BIGINT NOT NULL,
  area_milli      BIGINT NOT NULL,
  noticed_at      DATETIME NULL,
  opens_at        DATETIME NULL,
  closes_at       DATETIME NULL,
  extended_from   DATETIME NULL,
  extended_for    VARCHAR(200) NOT NULL,
  pulse_at        DATETIME NULL,
  outage_seconds  BIGINT NOT NULL,
  outage_days     INT NOT NULL,
  invited_at      DATETIME NULL,
  opinion         VARCHAR(1000) NOT NULL,
  opinion_by      BIGINT NOT NULL,
  closed_at       DATETIME NULL,
  counted_at      DATETIME NULL,
  objections_until DATETIME NULL,
  certified_at    DATETIME NULL,
  disclose_by     DATETIME NULL,
  disclosed_id    BIGINT NOT NULL,
  revoked_at      DATETIME NULL,
  revoked_for     VARCHAR(1000) NOT NULL,
  reason          VARCHAR(200) NOT NULL,
  written_by      BIGINT NOT NULL,
  client_ref      VARCHAR(64) NOT NULL,
  input_hash      VARCHAR(64) NOT NULL,
  created_at      DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX meetings_ref ON meetings (written_by, client_ref);
CREATE UNIQUE INDEX meetings_number ON meetings (number);
CREATE INDEX meetings_estate ON meetings (estate_id, id);
CREATE INDEX meetings_clock ON meetings (state, closes_at);

-- What is decided, by which matter of the law.
CREATE TABLE motions (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  position     INT NOT NULL,
  title        VARCHAR(60) NOT NULL,
  body         TEXT NOT NULL,
  matter       VARCHAR(32) NOT NULL,
  beside       VARCHAR(32) NOT NULL,
  question     TEXT NOT NULL,
  law          TEXT NOT NULL,
  beside_law   TEXT NOT NULL,
  written_by   BIGINT NOT NULL,
  confirmed_by BIGINT NOT NULL,
  confirmed_at DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX motions_position ON motions (meeting_id, position);

-- The frozen roll: one seat for each owner set of the scope.
CREATE TABLE seats (
  id            BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id    BIGINT NOT NULL,
  estate_id     BIGINT NOT NULL,
  no            INT NOT NULL,
  owner_set_id  BIGINT NOT NULL,
  holder_set_id BIGINT NOT NULL,
  building_id   BIGINT NOT NULL,
  area_milli    BIGINT NOT NULL,
  units         TEXT NOT NULL,
  kind          VARCHAR(16) NOT NULL,
  flags         VARCHAR(200) NOT NULL,
  salt          VARCHAR(64) NOT NULL,
  hash          VARCHAR(64) NOT NULL,
  paper_at      DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX seats_no ON seats (meeting_id, no);
CREATE UNIQUE INDEX seats_set ON seats (meeting_id, owner_set_id);
CREATE INDEX seats_holder ON seats (holder_set_id, meeting_id);
CREATE INDEX seats_building ON seats (meeting_id, building_id, no);

-- What owners say against the posted roster, and what happened to a seat after the roll was frozen.
CREATE TABLE roll_notes (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  unit_id     BIGINT NOT NULL,
  seat_no     INT NOT NULL,
  kind        VARCHAR(16) NOT NULL,
  text        VARCHAR(500) NOT NULL,
  state       VARCHAR(16) NOT NULL,
  answer      VARCHAR(500) NOT NULL,
  person_id   BIGINT NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  client_ref  VARCHAR(64) NULL,
  input_hash  VARCHAR(64) NOT NULL,
  at          DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX roll_notes_ref ON roll_notes (person_id, client_ref);
CREATE INDEX roll_notes_meeting ON roll_notes (meeting_id, id);

-- One submission of a seat: who, by which way and when. What was chosen is in ballots.
CREATE TABLE envelopes (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  seat_id    BIGINT NOT NULL,
  channel    VARCHAR(16) NOT NULL,
  person_id  BIGINT NOT NULL,
  owner_id   BIGINT NOT NULL,
  proxy_id   BIGINT NOT NULL,
  form_id    BIGINT NOT NULL,
  code       VARCHAR(32) NOT NULL,
  secret     VARCHAR(64) NOT NULL,
  void       VARCHAR(32) NOT NULL,
  void_for   VARCHAR(200) NOT NULL,
  voided_at  DATETIME NULL,
  void_by    BIGINT NOT NULL,
  client_ref VARCHAR(64) NOT NULL,
  input_hash VARCHAR(64) NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX envelopes_code ON envelopes (code);
CREATE UNIQUE INDEX envelopes_ref ON envelopes (seat_id, client_ref);
CREATE INDEX envelopes_meeting ON envelopes (meeting_id, void, seat_id);

-- One version of what a seat chose on a motion: never changed, never deleted.
CREATE TABLE ballots (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id  BIGINT NOT NULL,
  motion_id   BIGINT NOT NULL,
  seat_id     BIGINT NOT NULL,
  version     INT NOT NULL,
  envelope_id BIGINT NOT NULL,
  choice      VARCHAR(500) NOT NULL,
  commitment  VARCHAR(64) NOT NULL,
  leaf        BIGINT NULL,
  mark        VARCHAR(16) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
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
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- How far the log of a meeting is. Whoever appends to it takes this row.
CREATE TABLE ballot_logs (
  meeting_id BIGINT NOT NULL PRIMARY KEY,
  size       BIGINT NOT NULL,
  root       VARCHAR(64) NOT NULL,
  signed_at  DATETIME NULL,
  closed     BOOLEAN NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Entries of the log that are no ballots: what became of an earlier one, and the end of the window.
CREATE TABLE log_marks (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id BIGINT NOT NULL,
  leaf       BIGINT NULL,
  ballot_id  BIGINT NOT NULL,
  state      VARCHAR(16) NOT NULL,
  reason     VARCHAR(40) NOT NULL,
  closed_at  DATETIME NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX log_marks_leaf ON log_marks (meeting_id, leaf);

CREATE TABLE log_checkpoints (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id BIGINT NOT NULL,
  size       BIGINT NOT NULL,
  root       VARCHAR(64) NOT NULL,
  purpose    VARCHAR(16) NOT NULL,
  note       TEXT NOT NULL,
  key_line   VARCHAR(300) NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX log_checkpoints_meeting ON log_checkpoints (meeting_id, id);

-- A link by which one seat votes without the mini-program.
CREATE TABLE voting_links (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id BIGINT NOT NULL,
  seat_id    BIGINT NOT NULL,
  token_hash VARCHAR(64) NOT NULL,
  expires_at DATETIME NOT NULL,
  revoked_at DATETIME NULL,
  made_by    BIGINT NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX voting_links_token ON voting_links (token_hash);
CREATE INDEX voting_links_seat ON voting_links (seat_id, id);

-- What a count said: provisional, or certified. The figures are made again from the ballots by whoever checks.
CREATE TABLE meeting_results (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  kind       VARCHAR(16) NOT NULL,
  body       MEDIUMTEXT NOT NULL,
  sha256     VARCHAR(64) NOT NULL,
  log_size   BIGINT NOT NULL,
  checkpoint_id BIGINT NOT NULL,
  log_root   VARCHAR(64) NOT NULL,
  signature  TEXT NOT NULL,
  cert       MEDIUMTEXT NOT NULL,
  cert_note  TEXT NOT NULL,
  aside      MEDIUMTEXT NOT NULL,
  key_line   VARCHAR(300) NOT NULL,
  made_by    BIGINT NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX meeting_results_meeting ON meeting_results (meeting_id, id);

-- The docket: what is said against a provisional result, or against a ballot of a co-owner.
CREATE TABLE meeting_objections (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number      VARCHAR(32) NOT NULL,
  meeting_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  motion_id   BIGINT NOT NULL,
  envelope_id BIGINT NOT NULL,
  kind        VARCHAR(16) NOT NULL,
  grounds     VARCHAR(1000) NOT NULL,
  disputed    TEXT NOT NULL,
  state       VARCHAR(16) NOT NULL,
  answer      VARCHAR(1000) NOT NULL,
  effect      MEDIUMTEXT NOT NULL,
  person_id   BIGINT NOT NULL,
  answered_by BIGINT NOT NULL,
  answered_at DATETIME NULL,
  client_ref  VARCHAR(64) NOT NULL,
  input_hash  VARCHAR(64) NOT NULL,
  at          DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX meeting_objections_ref ON meeting_objections (person_id, client_ref);
CREATE INDEX meeting_objections_meeting ON meeting_objections (meeting_id, id);

-- Who took a bundle with opened ballots away.
CREATE TABLE bundle_downloads (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id      BIGINT NOT NULL,
  person_id       BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  edition         VARCHAR(16) NOT NULL,
  at              DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX bundle_downloads_meeting ON bundle_downloads (meeting_id, id);
