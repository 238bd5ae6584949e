-- +goose Up

-- One version of the roster of a meeting as it was posted: owners challenge it, and the frozen roll is held against the last.
CREATE TABLE roster_postings (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id BIGINT NOT NULL,
  estate_id  BIGINT NOT NULL,
  version    INT NOT NULL,
  seats      BIGINT NOT NULL,
  units      BIGINT NOT NULL,
  area_milli BIGINT NOT NULL,
  hash       VARCHAR(64) NOT NULL,
  days       INT NOT NULL,
  article    VARCHAR(200) NOT NULL,
  ends_at    DATETIME NOT NULL,
  posted_by  BIGINT NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX roster_postings_version ON roster_postings (meeting_id, version);

-- The seats that a posted roster proposes, by unit and area. The owner set is for comparing and is shown to nobody.
CREATE TABLE roster_seats (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  posting_id   BIGINT NOT NULL,
  no           INT NOT NULL,
  owner_set_id BIGINT NOT NULL,
  area_milli   BIGINT NOT NULL,
  units        MEDIUMTEXT NOT NULL,
  flags        VARCHAR(200) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX roster_seats_no ON roster_seats (posting_id, no);

-- Where the frozen roll differs from the last posted roster, and why.
CREATE TABLE roll_differences (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  posting_id   BIGINT NOT NULL,
  kind         VARCHAR(16) NOT NULL,
  unit         VARCHAR(100) NOT NULL,
  before_milli BIGINT NOT NULL,
  after_milli  BIGINT NOT NULL,
  number       BIGINT NOT NULL,
  cause        VARCHAR(16) NOT NULL,
  note_id      BIGINT NOT NULL,
  text         VARCHAR(200) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX roll_differences_meeting ON roll_differences (meeting_id, id);

-- The covenant that governs a meeting, beside its rules of procedure.
ALTER TABLE meetings ADD COLUMN covenant_id BIGINT NOT NULL DEFAULT 0;
-- The developer's unsold homes are one seat: a thousand of them are more than a TEXT holds.
ALTER TABLE seats MODIFY COLUMN units MEDIUMTEXT NOT NULL;
