-- +goose Up

-- What sort of statement a notice is, and the rule that says for how many days it stands at least.
ALTER TABLE notices ADD COLUMN form TEXT NOT NULL DEFAULT 'text' CHECK (length(form) <= 24);
ALTER TABLE notices ADD COLUMN days_key TEXT NOT NULL DEFAULT '' CHECK (length(days_key) <= 64);

-- format says what sha256 is over: 1 title and body, 2 the whole content with figures and attachments. files are the attachments with their hashes, as JSON.
-- posting_days, posting_article and places are frozen with the version: 0 and empty where the rule was not set.
ALTER TABLE notice_versions ADD COLUMN format INT NOT NULL DEFAULT 1;
ALTER TABLE notice_versions ADD COLUMN files TEXT NOT NULL DEFAULT '' CHECK (length(files) <= 4000);
ALTER TABLE notice_versions ADD COLUMN confirmed_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notice_versions ADD COLUMN posting_days INT NOT NULL DEFAULT 0;
ALTER TABLE notice_versions ADD COLUMN posting_article TEXT NOT NULL DEFAULT '' CHECK (length(posting_article) <= 200);
ALTER TABLE notice_versions ADD COLUMN places TEXT NOT NULL DEFAULT '' CHECK (length(places) <= 64);

-- What one person prepares and another publishes: a new notice, or a version of notice_id. queries are the figures to be read from the books, as JSON.
CREATE TABLE notice_drafts (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id       BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  notice_id       BIGINT NOT NULL,
  kind            TEXT NOT NULL CHECK (length(kind) <= 16),
  audience        TEXT NOT NULL CHECK (length(audience) <= 16),
  form            TEXT NOT NULL CHECK (length(form) <= 24),
  duties          TEXT NOT NULL CHECK (length(duties) <= 400),
  scope           TEXT NOT NULL CHECK (length(scope) <= 4000),
  title           TEXT NOT NULL CHECK (length(title) <= 120),
  body            TEXT NOT NULL,
  reason          TEXT NOT NULL CHECK (length(reason) <= 300),
  queries         TEXT NOT NULL,
  files           TEXT NOT NULL CHECK (length(files) <= 400),
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  revision        INT NOT NULL,
  entered_by      BIGINT NOT NULL,
  edited_by       BIGINT NOT NULL,
  submitted_by    BIGINT NOT NULL,
  decided_by      BIGINT NOT NULL,
  decided_at      DATETIME NULL,
  return_reason   TEXT NOT NULL CHECK (length(return_reason) <= 300),
  created_at      DATETIME NOT NULL,
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64)
);
CREATE UNIQUE INDEX notice_drafts_ref ON notice_drafts (entered_by, client_ref);
CREATE INDEX notice_drafts_estate ON notice_drafts (estate_id, id);

-- A figure of a version: the query over the books and what it gave when the version was published.
CREATE TABLE notice_figures (
  notice_id  BIGINT NOT NULL,
  version    INT NOT NULL,
  seq        INT NOT NULL,
  label      TEXT NOT NULL CHECK (length(label) <= 80),
  book       TEXT NOT NULL CHECK (length(book) <= 16),
  codes      TEXT NOT NULL CHECK (length(codes) <= 400),
  sources    TEXT NOT NULL CHECK (length(sources) <= 400),
  measure    TEXT NOT NULL CHECK (length(measure) <= 16),
  from_on    DATE NULL,
  to_on      DATE NOT NULL,
  fen        BIGINT NOT NULL,
  journal_no BIGINT NOT NULL,
  PRIMARY KEY (notice_id, version, seq)
);

-- Where a version may hang on paper, and where the rule asks for it: the estate's board (building 0) and each entrance, as they were when it was published.
CREATE TABLE notice_places (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  notice_id   BIGINT NOT NULL,
  version     INT NOT NULL,
  estate_id   BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  entrance    TEXT NOT NULL CHECK (length(entrance) <= 20),
  name        TEXT NOT NULL CHECK (length(name) <= 100),
  required    BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX notice_places_once ON notice_places (notice_id, version, building_id, entrance);

-- A paper at a place, proved by a photo. hanging is the place as long as the paper hangs, so that one hangs at a time.
CREATE TABLE notice_postings (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  place_id        BIGINT NOT NULL,
  notice_id       BIGINT NOT NULL,
  version         INT NOT NULL,
  estate_id       BIGINT NOT NULL,
  hanging         BIGINT NULL,
  hung_at         DATETIME NOT NULL,
  down_at         DATETIME NULL,
  spot            TEXT NOT NULL CHECK (length(spot) <= 120),
  lat_e6          BIGINT NULL,
  lng_e6          BIGINT NULL,
  file_id         BIGINT NOT NULL,
  file_sum        TEXT NOT NULL CHECK (length(file_sum) <= 64),
  person_id       BIGINT NOT NULL,
  post_id         BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  recorded_at     DATETIME NOT NULL,
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64)
);
CREATE UNIQUE INDEX notice_postings_hanging ON notice_postings (hanging);
CREATE UNIQUE INDEX notice_postings_ref ON notice_postings (person_id, client_ref);
CREATE INDEX notice_postings_version ON notice_postings (notice_id, version, id);

-- Somebody saw that a paper was taken down, covered or damaged too early. reported is the posting until somebody has decided, so that it is looked into once.
CREATE TABLE notice_incidents (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  posting_id      BIGINT NOT NULL,
  notice_id       BIGINT NOT NULL,
  version         INT NOT NULL,
  estate_id       BIGINT NOT NULL,
  reported        BIGINT NULL,
  sort            TEXT NOT NULL CHECK (length(sort) <= 16),
  seen_at         DATETIME NOT NULL,
  words           TEXT NOT NULL CHECK (length(words) <= 300),
  file_id         BIGINT NOT NULL,
  file_sum        TEXT NOT NULL CHECK (length(file_sum) <= 64),
  person_id       BIGINT NOT NULL,
  organisation_id BIGINT NOT NULL,
  recorded_at     DATETIME NOT NULL,
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  down_at         DATETIME NULL,
  decided_by      BIGINT NOT NULL,
  decided_at      DATETIME NULL,
  answer          TEXT NOT NULL CHECK (length(answer) <= 300),
  client_ref      TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash      TEXT NOT NULL CHECK (length(input_hash) <= 64)
);
CREATE UNIQUE INDEX notice_incidents_reported ON notice_incidents (reported);
CREATE UNIQUE INDEX notice_incidents_ref ON notice_incidents (person_id, client_ref);
CREATE INDEX notice_incidents_notice ON notice_incidents (notice_id, version, id);
CREATE INDEX notice_incidents_estate ON notice_incidents (estate_id, state, id);
