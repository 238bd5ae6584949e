-- +goose Up

-- What sort of statement a notice is, and the rule that says for how many days it stands at least.
ALTER TABLE notices ADD COLUMN form VARCHAR(24) NOT NULL DEFAULT 'text';
ALTER TABLE notices ADD COLUMN days_key VARCHAR(64) NOT NULL DEFAULT '';

-- format says what sha256 is over: 1 title and body, 2 the whole content with figures and attachments. files are the attachments with their hashes, as JSON.
-- posting_days, posting_article and places are frozen with the version: 0 and empty where the rule was not set.
ALTER TABLE notice_versions ADD COLUMN format INT NOT NULL DEFAULT 1;
ALTER TABLE notice_versions ADD COLUMN files VARCHAR(4000) NOT NULL DEFAULT '';
ALTER TABLE notice_versions ADD COLUMN confirmed_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notice_versions ADD COLUMN posting_days INT NOT NULL DEFAULT 0;
ALTER TABLE notice_versions ADD COLUMN posting_article VARCHAR(200) NOT NULL DEFAULT '';
ALTER TABLE notice_versions ADD COLUMN places VARCHAR(64) NOT NULL DEFAULT '';

-- What one person prepares and another publishes: a new notice, or a version of notice_id. queries are the figures to be read from the books, as JSON.
CREATE TABLE notice_drafts (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id       BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  notice_id       BIGINT NOT NULL,
  kind            VARCHAR(16) NOT NULL,
  audience        VARCHAR(16) NOT NULL,
  form            VARCHAR(24) NOT NULL,
  duties          VARCHAR(400) NOT NULL,
  scope           VARCHAR(4000) NOT NULL,
  title           VARCHAR(120) NOT NULL,
  body            MEDIUMTEXT NOT NULL,
  reason          VARCHAR(300) NOT NULL,
  queries         MEDIUMTEXT NOT NULL,
  files           VARCHAR(400) NOT NULL,
  state           VARCHAR(16) NOT NULL,
  revision        INT NOT NULL,
  entered_by      BIGINT NOT NULL,
  edited_by       BIGINT NOT NULL,
  submitted_by    BIGINT NOT NULL,
  decided_by      BIGINT NOT NULL,
  decided_at      DATETIME NULL,
  return_reason   VARCHAR(300) NOT NULL,
  created_at      DATETIME NOT NULL,
  client_ref      VARCHAR(64) NOT NULL,
  input_hash      VARCHAR(64) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX notice_drafts_ref ON notice_drafts (entered_by, client_ref);
CREATE INDEX notice_drafts_estate ON notice_drafts (estate_id, id);

-- A figure of a version: the query over the books and what it gave when the version was published.
CREATE TABLE notice_figures (
  notice_id  BIGINT NOT NULL,
  version    INT NOT NULL,
  seq        INT NOT NULL,
  label      VARCHAR(80) NOT NULL,
  book       VARCHAR(16) NOT NULL,
  codes      VARCHAR(400) NOT NULL,
  sources    VARCHAR(400) NOT NULL,
  measure    VARCHAR(16) NOT NULL,
  from_on    DATE NULL,
  to_on      DATE NOT NULL,
  fen        BIGINT NOT NULL,
  journal_no BIGINT NOT NULL,
  PRIMARY KEY (notice_id, version, seq)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Where a version may hang on paper, and where the rule asks for it: the estate's board (building 0) and each entrance, as they were when it was published.
CREATE TABLE notice_places (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  notice_id   BIGINT NOT NULL,
  version     INT NOT NULL,
  estate_id   BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  entrance    VARCHAR(20) NOT NULL,
  name        VARCHAR(100) NOT NULL,
  required    BOOLEAN NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX notice_places_once ON notice_places (notice_id, version, building_id, entrance);

-- A paper at a place, proved by a photo. hanging is the place as long as the paper hangs, so that one hangs at a time.
CREATE TABLE notice_postings (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  place_id        BIGINT NOT NULL,
  notice_id       BIGINT NOT NULL,
  version         INT NOT NULL,
  estate_id       BIGINT NOT NULL,
  hanging         BIGINT NULL,
  hung_at         DATETIME NOT NULL,
  down_at         DATETIME NULL,
  spot            VARCHAR(120) NOT NULL,
  lat_e6          BIGINT NULL,
  lng_e6          BIGINT NULL,
  file_id         BIGINT NOT NULL,
  file_sum        VARCHAR(64) NOT NULL,
  person_id       BIGINT NOT NULL,
  post_id         BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  recorded_at     DATETIME NOT NULL,
  client_ref      VARCHAR(64) NOT NULL,
  input_hash      VARCHAR(64) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX notice_postings_hanging ON notice_postings (hanging);
CREATE UNIQUE INDEX notice_postings_ref ON notice_postings (person_id, client_ref);
CREATE INDEX notice_postings_version ON notice_postings (notice_id, version, id);

-- Somebody saw that a paper was taken down, covered or damaged too early. reported is the posting until somebody has decided, so that it is looked into once.
CREATE TABLE notice_incidents (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  posting_id      BIGINT NOT NULL,
  notice_id       BIGINT NOT NULL,
  version         INT NOT NULL,
  estate_id       BIGINT NOT NULL,
  reported        BIGINT NULL,
  sort            VARCHAR(16) NOT NULL,
  seen_at         DATETIME NOT NULL,
  words           VARCHAR(300) NOT NULL,
  file_id         BIGINT NOT NULL,
  file_sum        VARCHAR(64) NOT NULL,
  person_id       BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  recorded_at     DATETIME NOT NULL,
  state           VARCHAR(16) NOT NULL,
  down_at         DATETIME NULL,
  decided_by      BIGINT NOT NULL,
  decided_at      DATETIME NULL,
  answer          VARCHAR(300) NOT NULL,
  client_ref      VARCHAR(64) NOT NULL,
  input_hash      VARCHAR(64) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX notice_incidents_reported ON notice_incidents (reported);
CREATE UNIQUE INDEX notice_incidents_ref ON notice_incidents (person_id, client_ref);
CREATE INDEX notice_incidents_notice ON notice_incidents (notice_id, version, id);
CREATE INDEX notice_incidents_estate ON notice_incidents (estate_id, state, id);
