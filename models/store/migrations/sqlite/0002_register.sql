-- +goose Up

CREATE TABLE organisations (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL CHECK (length(kind) <= 24),
  code        TEXT NOT NULL CHECK (length(code) <= 64),
  name        TEXT NOT NULL CHECK (length(name) <= 120),
  parent_id   BIGINT       NOT NULL,
  city_wide   BOOLEAN      NOT NULL,
  phone       TEXT NOT NULL CHECK (length(phone) <= 40),
  closed_at   DATETIME     NULL,
  created_at  DATETIME     NOT NULL
);
CREATE UNIQUE INDEX organisations_code ON organisations (code);
CREATE INDEX organisations_parent ON organisations (parent_id);
CREATE INDEX organisations_kind ON organisations (kind);

CREATE TABLE persons (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  name_sealed   TEXT         NOT NULL,
  phone_sealed  TEXT         NOT NULL,
  phone_index   TEXT NOT NULL CHECK (length(phone_index) <= 80),
  created_at    DATETIME     NOT NULL,
  erased_at     DATETIME     NULL
);
CREATE INDEX persons_phone ON persons (phone_index);

CREATE TABLE identities (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id   BIGINT       NOT NULL,
  provider    TEXT NOT NULL CHECK (length(provider) <= 16),
  open_id     TEXT NOT NULL CHECK (length(open_id) <= 64),
  union_id    TEXT NOT NULL CHECK (length(union_id) <= 64),
  active      BOOLEAN      NOT NULL,
  seen_at     DATETIME     NOT NULL,
  created_at  DATETIME     NOT NULL
);
CREATE UNIQUE INDEX identities_open ON identities (provider, open_id);
CREATE INDEX identities_person ON identities (person_id);
CREATE INDEX identities_union ON identities (union_id);

CREATE TABLE consents (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id   BIGINT       NOT NULL,
  version     TEXT NOT NULL CHECK (length(version) <= 32),
  given_at    DATETIME     NOT NULL,
  withdrawn_at DATETIME    NULL
);
CREATE UNIQUE INDEX consents_once ON consents (person_id, version);

CREATE TABLE sessions (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id    BIGINT       NOT NULL,
  token_hash   TEXT NOT NULL CHECK (length(token_hash) <= 64),
  post_id      BIGINT       NOT NULL,
  device       TEXT NOT NULL CHECK (length(device) <= 120),
  key_sealed   TEXT         NOT NULL,
  open_id      TEXT NOT NULL CHECK (length(open_id) <= 64),
  created_at   DATETIME     NOT NULL,
  seen_at      DATETIME     NOT NULL,
  expires_at   DATETIME     NOT NULL,
  revoked_at   DATETIME     NULL
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE posts (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organisation_id BIGINT       NOT NULL,
  kind            TEXT NOT NULL CHECK (length(kind) <= 16),
  title           TEXT NOT NULL CHECK (length(title) <= 60),
  starts_on       DATE         NULL,
  ends_on         DATE         NULL,
  deputy_post_id  BIGINT       NOT NULL,
  closed_at       DATETIME     NULL,
  created_at      DATETIME     NOT NULL
);
CREATE INDEX posts_organisation ON posts (organisation_id);

CREATE TABLE post_holders (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  post_id     BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  role        TEXT NOT NULL CHECK (length(role) <= 16),
  since       DATETIME     NOT NULL,
  ends_at     DATETIME     NULL,
  holding     TEXT NULL CHECK (length(holding) <= 64)
);
CREATE UNIQUE INDEX post_holders_once ON post_holders (holding);
CREATE INDEX post_holders_post ON post_holders (post_id);
CREATE INDEX post_holders_person ON post_holders (person_id);

CREATE TABLE invitations (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash  TEXT NOT NULL CHECK (length(token_hash) <= 64),
  purpose     TEXT NOT NULL CHECK (length(purpose) <= 16),
  post_id     BIGINT       NOT NULL,
  role        TEXT NOT NULL CHECK (length(role) <= 16),
  unit_id     BIGINT       NOT NULL,
  created_by  BIGINT       NOT NULL,
  created_at  DATETIME     NOT NULL,
  expires_at  DATETIME     NOT NULL,
  used_at     DATETIME     NULL,
  used_by     BIGINT       NOT NULL,
  revoked_at  DATETIME     NULL
);
CREATE UNIQUE INDEX invitations_token ON invitations (token_hash);
CREATE INDEX invitations_post ON invitations (post_id);
CREATE INDEX invitations_unit ON invitations (unit_id);

CREATE TABLE estates (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  code          TEXT NOT NULL CHECK (length(code) <= 64),
  name          TEXT NOT NULL CHECK (length(name) <= 120),
  address       TEXT NOT NULL CHECK (length(address) <= 200),
  form          TEXT NOT NULL CHECK (length(form) <= 16),
  township_id   BIGINT       NOT NULL,
  community_id  BIGINT       NOT NULL,
  company_id    BIGINT       NOT NULL,
  committee_id  BIGINT       NOT NULL,
  created_at    DATETIME     NOT NULL
);
CREATE UNIQUE INDEX estates_code ON estates (code);
CREATE INDEX estates_township ON estates (township_id, id);
CREATE INDEX estates_community ON estates (community_id, id);
CREATE INDEX estates_company ON estates (company_id, id);
CREATE INDEX estates_committee ON estates (committee_id, id);

CREATE TABLE appointments (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id       BIGINT       NOT NULL,
  function        TEXT NOT NULL CHECK (length(function) <= 16),
  organisation_id BIGINT       NOT NULL,
  since           DATETIME     NOT NULL,
  ends_at         DATETIME     NULL,
  reason          TEXT NOT NULL CHECK (length(reason) <= 200)
);
CREATE INDEX appointments_estate ON appointments (estate_id, function);

CREATE TABLE buildings (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT       NOT NULL,
  name        TEXT NOT NULL CHECK (length(name) <= 40),
  created_at  DATETIME     NOT NULL
);
CREATE UNIQUE INDEX buildings_name ON buildings (estate_id, name);

CREATE TABLE units (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT       NOT NULL,
  building_id BIGINT       NOT NULL,
  entrance    TEXT NOT NULL CHECK (length(entrance) <= 20),
  number      TEXT NOT NULL CHECK (length(number) <= 40),
  area_milli  BIGINT       NOT NULL,
  area_source TEXT NOT NULL CHECK (length(area_source) <= 16),
  use_kind    TEXT NOT NULL CHECK (length(use_kind) <= 16),
  sold        BOOLEAN      NOT NULL,
  delivered   BOOLEAN      NOT NULL,
  removed_at  DATETIME     NULL,
  created_at  DATETIME     NOT NULL,
  updated_at  DATETIME     NOT NULL
);
CREATE UNIQUE INDEX units_number ON units (building_id, entrance, number);
CREATE INDEX units_estate ON units (estate_id, id);

CREATE TABLE owner_sets (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id         BIGINT       NOT NULL,
  kind              TEXT NOT NULL CHECK (length(kind) <= 16),
  fingerprint       TEXT NOT NULL CHECK (length(fingerprint) <= 80),
  review            TEXT NOT NULL CHECK (length(review) <= 24),
  representative_id BIGINT       NOT NULL,
  created_at        DATETIME     NOT NULL
);
CREATE INDEX owner_sets_fingerprint ON owner_sets (estate_id, fingerprint);
CREATE INDEX owner_sets_review ON owner_sets (estate_id, review);

CREATE TABLE owners (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id     BIGINT       NOT NULL,
  owner_set_id  BIGINT       NOT NULL,
  position      INT          NOT NULL,
  name_sealed   TEXT         NOT NULL,
  phone_sealed  TEXT         NOT NULL,
  phone_index   TEXT NOT NULL CHECK (length(phone_index) <= 80),
  paper_sealed  TEXT         NOT NULL,
  paper_index   TEXT NOT NULL CHECK (length(paper_index) <= 80),
  person_id     BIGINT       NOT NULL,
  created_at    DATETIME     NOT NULL
);
CREATE INDEX owners_set ON owners (owner_set_id);
CREATE INDEX owners_phone ON owners (phone_index);
CREATE INDEX owners_paper ON owners (paper_index);
CREATE INDEX owners_person ON owners (person_id);
CREATE INDEX owners_estate ON owners (estate_id, id);

CREATE TABLE ownerships (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id     BIGINT       NOT NULL,
  unit_id       BIGINT       NOT NULL,
  owner_set_id  BIGINT       NOT NULL,
  since         DATETIME     NOT NULL,
  ends_at       DATETIME     NULL,
  current_unit  BIGINT       NULL,
  cause         TEXT NOT NULL CHECK (length(cause) <= 24),
  shares        TEXT         NOT NULL,
  source        TEXT NOT NULL CHECK (length(source) <= 200)
);
CREATE UNIQUE INDEX ownerships_current ON ownerships (current_unit);
CREATE INDEX ownerships_unit ON ownerships (unit_id, since);
CREATE INDEX ownerships_set ON ownerships (owner_set_id);
CREATE INDEX ownerships_estate ON ownerships (estate_id, id);

CREATE TABLE residences (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT       NOT NULL,
  unit_id     BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  owner_id    BIGINT       NOT NULL,
  role        TEXT NOT NULL CHECK (length(role) <= 16),
  basis       TEXT NOT NULL CHECK (length(basis) <= 16),
  lease_ends  DATE         NULL,
  since       DATETIME     NOT NULL,
  ends_at     DATETIME     NULL,
  end_cause   TEXT NOT NULL CHECK (length(end_cause) <= 24),
  living      TEXT NULL CHECK (length(living) <= 64)
);
CREATE UNIQUE INDEX residences_once ON residences (living);
CREATE INDEX residences_person ON residences (person_id);
CREATE INDEX residences_unit ON residences (unit_id);
CREATE INDEX residences_estate ON residences (estate_id, id);
CREATE INDEX residences_lease ON residences (lease_ends);

CREATE TABLE applications (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT       NOT NULL,
  unit_id     BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  role        TEXT NOT NULL CHECK (length(role) <= 16),
  name_sealed TEXT         NOT NULL,
  note        TEXT NOT NULL CHECK (length(note) <= 500),
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  reason      TEXT NOT NULL CHECK (length(reason) <= 500),
  decided_by  BIGINT       NOT NULL,
  decided_at  DATETIME     NULL,
  lease_ends  DATE         NULL,
  client_ref  TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash  TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at  DATETIME     NOT NULL
);
CREATE UNIQUE INDEX applications_ref ON applications (person_id, client_ref);
CREATE INDEX applications_estate ON applications (estate_id, state, id);

CREATE TABLE area_claims (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT       NOT NULL,
  unit_id     BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  area_milli  BIGINT       NOT NULL,
  area_source TEXT NOT NULL CHECK (length(area_source) <= 16),
  recorded_milli BIGINT    NOT NULL,
  note        TEXT NOT NULL CHECK (length(note) <= 500),
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  reason      TEXT NOT NULL CHECK (length(reason) <= 500),
  decided_by  BIGINT       NOT NULL,
  decided_at  DATETIME     NULL,
  client_ref  TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash  TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at  DATETIME     NOT NULL
);
CREATE UNIQUE INDEX area_claims_ref ON area_claims (person_id, client_ref);
CREATE INDEX area_claims_estate ON area_claims (estate_id, state, id);

CREATE TABLE privacy_requests (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id   BIGINT       NOT NULL,
  kind        TEXT NOT NULL CHECK (length(kind) <= 16),
  body_sealed TEXT         NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  answer      TEXT NOT NULL CHECK (length(answer) <= 500),
  decided_by  BIGINT       NOT NULL,
  decided_at  DATETIME     NULL,
  due_at      DATETIME     NOT NULL,
  client_ref  TEXT NOT NULL CHECK (length(client_ref) <= 64),
  created_at  DATETIME     NOT NULL
);
CREATE UNIQUE INDEX privacy_requests_ref ON privacy_requests (person_id, client_ref);
CREATE INDEX privacy_requests_state ON privacy_requests (state, id);

CREATE TABLE local_values (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL CHECK (length(name) <= 64),
  value        TEXT         NOT NULL,
  article      TEXT NOT NULL CHECK (length(article) <= 300),
  effective_on DATE         NOT NULL,
  demo         BOOLEAN      NOT NULL,
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  entered_by   BIGINT       NOT NULL,
  entered_at   DATETIME     NOT NULL,
  confirmed_by BIGINT       NOT NULL,
  confirmed_at DATETIME     NULL,
  reason       TEXT NOT NULL CHECK (length(reason) <= 300)
);
CREATE INDEX local_values_name ON local_values (name, effective_on);
CREATE INDEX local_values_state ON local_values (state, id);

CREATE TABLE roster_imports (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT       NOT NULL,
  file_id     BIGINT       NOT NULL,
  file_sha256 TEXT NOT NULL CHECK (length(file_sha256) <= 64),
  register_version BIGINT  NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  summary     TEXT         NOT NULL,
  client_ref  TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash  TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_by  BIGINT       NOT NULL,
  created_at  DATETIME     NOT NULL,
  applied_by  BIGINT       NOT NULL,
  applied_at  DATETIME     NULL
);
CREATE UNIQUE INDEX roster_imports_ref ON roster_imports (estate_id, client_ref);
CREATE INDEX roster_imports_estate ON roster_imports (estate_id, id);

CREATE TABLE registers (
  estate_id   BIGINT       NOT NULL PRIMARY KEY,
  version     BIGINT       NOT NULL
);

CREATE TABLE files (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  purpose     TEXT NOT NULL CHECK (length(purpose) <= 16),
  subject_kind TEXT NOT NULL CHECK (length(subject_kind) <= 32),
  subject_id  BIGINT       NOT NULL,
  blob_key    TEXT NOT NULL CHECK (length(blob_key) <= 128),
  media_type  TEXT NOT NULL CHECK (length(media_type) <= 64),
  size        BIGINT       NOT NULL,
  sha256      TEXT NOT NULL CHECK (length(sha256) <= 64),
  width       INT          NOT NULL,
  height      INT          NOT NULL,
  key_sealed  TEXT         NOT NULL,
  state       TEXT NOT NULL CHECK (length(state) <= 16),
  client_ref  TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash  TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at  DATETIME     NOT NULL
);
CREATE UNIQUE INDEX files_ref ON files (person_id, client_ref);
CREATE INDEX files_subject ON files (subject_kind, subject_id);
CREATE INDEX files_state ON files (state, created_at);
