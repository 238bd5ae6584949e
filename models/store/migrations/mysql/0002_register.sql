-- +goose Up

CREATE TABLE organisations (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind        VARCHAR(24)  NOT NULL,
  code        VARCHAR(64)  NOT NULL,
  name        VARCHAR(120) NOT NULL,
  parent_id   BIGINT       NOT NULL,
  city_wide   BOOLEAN      NOT NULL,
  phone       VARCHAR(40)  NOT NULL,
  closed_at   DATETIME     NULL,
  created_at  DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX organisations_code ON organisations (code);
CREATE INDEX organisations_parent ON organisations (parent_id);
CREATE INDEX organisations_kind ON organisations (kind);

CREATE TABLE persons (
  id            BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name_sealed   TEXT         NOT NULL,
  phone_sealed  TEXT         NOT NULL,
  phone_index   VARCHAR(80)  NOT NULL,
  created_at    DATETIME     NOT NULL,
  erased_at     DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX persons_phone ON persons (phone_index);

CREATE TABLE identities (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id   BIGINT       NOT NULL,
  provider    VARCHAR(16)  NOT NULL,
  open_id     VARCHAR(64)  NOT NULL,
  union_id    VARCHAR(64)  NOT NULL,
  active      BOOLEAN      NOT NULL,
  seen_at     DATETIME     NOT NULL,
  created_at  DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX identities_open ON identities (provider, open_id);
CREATE INDEX identities_person ON identities (person_id);
CREATE INDEX identities_union ON identities (union_id);

CREATE TABLE consents (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id   BIGINT       NOT NULL,
  version     VARCHAR(32)  NOT NULL,
  given_at    DATETIME     NOT NULL,
  withdrawn_at DATETIME    NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX consents_once ON consents (person_id, version);

CREATE TABLE sessions (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id    BIGINT       NOT NULL,
  token_hash   VARCHAR(64)  NOT NULL,
  post_id      BIGINT       NOT NULL,
  device       VARCHAR(120) NOT NULL,
  key_sealed   TEXT         NOT NULL,
  open_id      VARCHAR(64)  NOT NULL,
  created_at   DATETIME     NOT NULL,
  seen_at      DATETIME     NOT NULL,
  expires_at   DATETIME     NOT NULL,
  revoked_at   DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE posts (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  organisation_id BIGINT       NOT NULL,
  kind            VARCHAR(16)  NOT NULL,
  title           VARCHAR(60)  NOT NULL,
  starts_on       DATE         NULL,
  ends_on         DATE         NULL,
  deputy_post_id  BIGINT       NOT NULL,
  closed_at       DATETIME     NULL,
  created_at      DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX posts_organisation ON posts (organisation_id);

CREATE TABLE post_holders (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  post_id     BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  role        VARCHAR(16)  NOT NULL,
  since       DATETIME     NOT NULL,
  ends_at     DATETIME     NULL,
  holding     VARCHAR(64)  NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX post_holders_once ON post_holders (holding);
CREATE INDEX post_holders_post ON post_holders (post_id);
CREATE INDEX post_holders_person ON post_holders (person_id);

CREATE TABLE invitations (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  token_hash  VARCHAR(64)  NOT NULL,
  purpose     VARCHAR(16)  NOT NULL,
  post_id     BIGINT       NOT NULL,
  role        VARCHAR(16)  NOT NULL,
  unit_id     BIGINT       NOT NULL,
  created_by  BIGINT       NOT NULL,
  created_at  DATETIME     NOT NULL,
  expires_at  DATETIME     NOT NULL,
  used_at     DATETIME     NULL,
  used_by     BIGINT       NOT NULL,
  revoked_at  DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX invitations_token ON invitations (token_hash);
CREATE INDEX invitations_post ON invitations (post_id);
CREATE INDEX invitations_unit ON invitations (unit_id);

CREATE TABLE estates (
  id            BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  code          VARCHAR(64)  NOT NULL,
  name          VARCHAR(120) NOT NULL,
  address       VARCHAR(200) NOT NULL,
  form          VARCHAR(16)  NOT NULL,
  township_id   BIGINT       NOT NULL,
  community_id  BIGINT       NOT NULL,
  company_id    BIGINT       NOT NULL,
  committee_id  BIGINT       NOT NULL,
  created_at    DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX estates_code ON estates (code);
CREATE INDEX estates_township ON estates (township_id, id);
CREATE INDEX estates_community ON estates (community_id, id);
CREATE INDEX estates_company ON estates (company_id, id);
CREATE INDEX estates_committee ON estates (committee_id, id);

CREATE TABLE appointments (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id       BIGINT       NOT NULL,
  function        VARCHAR(16)  NOT NULL,
  organisation_id BIGINT       NOT NULL,
  since           DATETIME     NOT NULL,
  ends_at         DATETIME     NULL,
  reason          VARCHAR(200) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX appointments_estate ON appointments (estate_id, function);

CREATE TABLE buildings (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT       NOT NULL,
  name        VARCHAR(40)  NOT NULL,
  created_at  DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX buildings_name ON buildings (estate_id, name);

CREATE TABLE units (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT       NOT NULL,
  building_id BIGINT       NOT NULL,
  entrance    VARCHAR(20)  NOT NULL,
  number      VARCHAR(40)  NOT NULL,
  area_milli  BIGINT       NOT NULL,
  area_source VARCHAR(16)  NOT NULL,
  use_kind    VARCHAR(16)  NOT NULL,
  sold        BOOLEAN      NOT NULL,
  delivered   BOOLEAN      NOT NULL,
  removed_at  DATETIME     NULL,
  created_at  DATETIME     NOT NULL,
  updated_at  DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX units_number ON units (building_id, entrance, number);
CREATE INDEX units_estate ON units (estate_id, id);

CREATE TABLE owner_sets (
  id                BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id         BIGINT       NOT NULL,
  kind              VARCHAR(16)  NOT NULL,
  fingerprint       VARCHAR(80)  NOT NULL,
  review            VARCHAR(24)  NOT NULL,
  representative_id BIGINT       NOT NULL,
  created_at        DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX owner_sets_fingerprint ON owner_sets (estate_id, fingerprint);
CREATE INDEX owner_sets_review ON owner_sets (estate_id, review);

CREATE TABLE owners (
  id            BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id     BIGINT       NOT NULL,
  owner_set_id  BIGINT       NOT NULL,
  position      INT          NOT NULL,
  name_sealed   TEXT         NOT NULL,
  phone_sealed  TEXT         NOT NULL,
  phone_index   VARCHAR(80)  NOT NULL,
  paper_sealed  TEXT         NOT NULL,
  paper_index   VARCHAR(80)  NOT NULL,
  person_id     BIGINT       NOT NULL,
  created_at    DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX owners_set ON owners (owner_set_id);
CREATE INDEX owners_phone ON owners (phone_index);
CREATE INDEX owners_paper ON owners (paper_index);
CREATE INDEX owners_person ON owners (person_id);
CREATE INDEX owners_estate ON owners (estate_id, id);

CREATE TABLE ownerships (
  id            BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id     BIGINT       NOT NULL,
  unit_id       BIGINT       NOT NULL,
  owner_set_id  BIGINT       NOT NULL,
  since         DATETIME     NOT NULL,
  ends_at       DATETIME     NULL,
  current_unit  BIGINT       NULL,
  cause         VARCHAR(24)  NOT NULL,
  shares        TEXT         NOT NULL,
  source        VARCHAR(200) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX ownerships_current ON ownerships (current_unit);
CREATE INDEX ownerships_unit ON ownerships (unit_id, since);
CREATE INDEX ownerships_set ON ownerships (owner_set_id);
CREATE INDEX ownerships_estate ON ownerships (estate_id, id);

CREATE TABLE residences (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT       NOT NULL,
  unit_id     BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  owner_id    BIGINT       NOT NULL,
  role        VARCHAR(16)  NOT NULL,
  basis       VARCHAR(16)  NOT NULL,
  lease_ends  DATE         NULL,
  since       DATETIME     NOT NULL,
  ends_at     DATETIME     NULL,
  end_cause   VARCHAR(24)  NOT NULL,
  living      VARCHAR(64)  NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX residences_once ON residences (living);
CREATE INDEX residences_person ON residences (person_id);
CREATE INDEX residences_unit ON residences (unit_id);
CREATE INDEX residences_estate ON residences (estate_id, id);
CREATE INDEX residences_lease ON residences (lease_ends);

CREATE TABLE applications (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT       NOT NULL,
  unit_id     BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  role        VARCHAR(16)  NOT NULL,
  name_sealed TEXT         NOT NULL,
  note        VARCHAR(500) NOT NULL,
  state       VARCHAR(16)  NOT NULL,
  reason      VARCHAR(500) NOT NULL,
  decided_by  BIGINT       NOT NULL,
  decided_at  DATETIME     NULL,
  lease_ends  DATE         NULL,
  client_ref  VARCHAR(64)  NOT NULL,
  input_hash  VARCHAR(64)  NOT NULL,
  created_at  DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX applications_ref ON applications (person_id, client_ref);
CREATE INDEX applications_estate ON applications (estate_id, state, id);

CREATE TABLE area_claims (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT       NOT NULL,
  unit_id     BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  area_milli  BIGINT       NOT NULL,
  area_source VARCHAR(16)  NOT NULL,
  recorded_milli BIGINT    NOT NULL,
  note        VARCHAR(500) NOT NULL,
  state       VARCHAR(16)  NOT NULL,
  reason      VARCHAR(500) NOT NULL,
  decided_by  BIGINT       NOT NULL,
  decided_at  DATETIME     NULL,
  client_ref  VARCHAR(64)  NOT NULL,
  input_hash  VARCHAR(64)  NOT NULL,
  created_at  DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX area_claims_ref ON area_claims (person_id, client_ref);
CREATE INDEX area_claims_estate ON area_claims (estate_id, state, id);

CREATE TABLE privacy_requests (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  person_id   BIGINT       NOT NULL,
  kind        VARCHAR(16)  NOT NULL,
  body_sealed TEXT         NOT NULL,
  state       VARCHAR(16)  NOT NULL,
  answer      VARCHAR(500) NOT NULL,
  decided_by  BIGINT       NOT NULL,
  decided_at  DATETIME     NULL,
  due_at      DATETIME     NOT NULL,
  client_ref  VARCHAR(64)  NOT NULL,
  created_at  DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX privacy_requests_ref ON privacy_requests (person_id, client_ref);
CREATE INDEX privacy_requests_state ON privacy_requests (state, id);

CREATE TABLE local_values (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name         VARCHAR(64)  NOT NULL,
  value        TEXT         NOT NULL,
  article      VARCHAR(300) NOT NULL,
  effective_on DATE         NOT NULL,
  demo         BOOLEAN      NOT NULL,
  state        VARCHAR(16)  NOT NULL,
  entered_by   BIGINT       NOT NULL,
  entered_at   DATETIME     NOT NULL,
  confirmed_by BIGINT       NOT NULL,
  confirmed_at DATETIME     NULL,
  reason       VARCHAR(300) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX local_values_name ON local_values (name, effective_on);
CREATE INDEX local_values_state ON local_values (state, id);

CREATE TABLE roster_imports (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT       NOT NULL,
  file_id     BIGINT       NOT NULL,
  file_sha256 VARCHAR(64)  NOT NULL,
  register_version BIGINT  NOT NULL,
  state       VARCHAR(16)  NOT NULL,
  summary     MEDIUMTEXT   NOT NULL,
  client_ref  VARCHAR(64)  NOT NULL,
  input_hash  VARCHAR(64)  NOT NULL,
  created_by  BIGINT       NOT NULL,
  created_at  DATETIME     NOT NULL,
  applied_by  BIGINT       NOT NULL,
  applied_at  DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX roster_imports_ref ON roster_imports (estate_id, client_ref);
CREATE INDEX roster_imports_estate ON roster_imports (estate_id, id);

CREATE TABLE registers (
  estate_id   BIGINT       NOT NULL PRIMARY KEY,
  version     BIGINT       NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE files (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT       NOT NULL,
  person_id   BIGINT       NOT NULL,
  purpose     VARCHAR(16)  NOT NULL,
  subject_kind VARCHAR(32) NOT NULL,
  subject_id  BIGINT       NOT NULL,
  blob_key    VARCHAR(128) NOT NULL,
  media_type  VARCHAR(64)  NOT NULL,
  size        BIGINT       NOT NULL,
  sha256      VARCHAR(64)  NOT NULL,
  width       INT          NOT NULL,
  height      INT          NOT NULL,
  key_sealed  TEXT         NOT NULL,
  state       VARCHAR(16)  NOT NULL,
  client_ref  VARCHAR(64)  NOT NULL,
  input_hash  VARCHAR(64)  NOT NULL,
  created_at  DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX files_ref ON files (person_id, client_ref);
CREATE INDEX files_subject ON files (subject_kind, subject_id);
CREATE INDEX files_state ON files (state, created_at);
