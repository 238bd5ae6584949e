-- +goose Up

CREATE TABLE cases (
  id             BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number         VARCHAR(32)  NOT NULL,
  estate_id      BIGINT       NOT NULL,
  building_id    BIGINT       NOT NULL,
  unit_id        BIGINT       NOT NULL,
  place          VARCHAR(200) NOT NULL,
  person_id      BIGINT       NOT NULL,
  open_id        VARCHAR(64)  NOT NULL,
  about_id       BIGINT       NOT NULL,
  matter         VARCHAR(64)  NOT NULL,
  matter_name    VARCHAR(60)  NOT NULL,
  clause         VARCHAR(64)  NOT NULL,
  clause_text    TEXT         NOT NULL,
  class          VARCHAR(16)  NOT NULL,
  mandate_version VARCHAR(64) NOT NULL,
  text           TEXT         NOT NULL,
  visibility     VARCHAR(16)  NOT NULL,
  display        VARCHAR(16)  NOT NULL,
  checked_at     DATETIME     NULL,
  state          VARCHAR(16)  NOT NULL,
  level          VARCHAR(16)  NOT NULL,
  lead_id        BIGINT       NOT NULL,
  offered_id     BIGINT       NOT NULL,
  route_reason   VARCHAR(600) NOT NULL,
  due_at         DATETIME     NULL,
  due_reference  BOOLEAN      NOT NULL,
  returns        INT          NOT NULL,
  version        BIGINT       NOT NULL,
  client_ref     VARCHAR(64)  NOT NULL,
  input_hash     VARCHAR(64)  NOT NULL,
  created_at     DATETIME     NOT NULL,
  closed_at      DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX cases_number ON cases (number);
CREATE UNIQUE INDEX cases_ref ON cases (person_id, client_ref);
CREATE INDEX cases_estate ON cases (estate_id, id);
CREATE INDEX cases_lead ON cases (lead_id, state, id);
CREATE INDEX cases_display ON cases (display, id);

CREATE TABLE case_parties (
  case_id         BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  role            VARCHAR(16)  NOT NULL,
  since           DATETIME     NOT NULL,
  PRIMARY KEY (case_id, organisation_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX case_parties_organisation ON case_parties (organisation_id, case_id);

CREATE TABLE case_steps (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  case_id         BIGINT       NOT NULL,
  seq             INT          NOT NULL,
  kind            VARCHAR(16)  NOT NULL,
  state           VARCHAR(16)  NOT NULL,
  person_id       BIGINT       NOT NULL,
  post_id         BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  to_id           BIGINT       NOT NULL,
  clause          VARCHAR(64)  NOT NULL,
  text            TEXT         NOT NULL,
  public          BOOLEAN      NOT NULL,
  client_ref      VARCHAR(64)  NULL,
  input_hash      VARCHAR(64)  NOT NULL,
  at              DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX case_steps_seq ON case_steps (case_id, seq);
CREATE UNIQUE INDEX case_steps_ref ON case_steps (case_id, person_id, client_ref);

CREATE TABLE numberings (
  series      VARCHAR(32)  NOT NULL PRIMARY KEY,
  last        BIGINT       NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE notices (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number          VARCHAR(32)  NOT NULL,
  estate_id       BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  kind            VARCHAR(16)  NOT NULL,
  audience        VARCHAR(16)  NOT NULL,
  duty            VARCHAR(64)  NOT NULL,
  current_version INT          NOT NULL,
  withdrawn_at    DATETIME     NULL,
  withdraw_reason VARCHAR(300) NOT NULL,
  published_by    BIGINT       NOT NULL,
  published_at    DATETIME     NOT NULL,
  client_ref      VARCHAR(64)  NOT NULL,
  input_hash      VARCHAR(64)  NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX notices_number ON notices (number);
CREATE UNIQUE INDEX notices_ref ON notices (published_by, client_ref);
CREATE INDEX notices_estate ON notices (estate_id, id);

CREATE TABLE notice_versions (
  notice_id   BIGINT       NOT NULL,
  version     INT          NOT NULL,
  title       VARCHAR(120) NOT NULL,
  body        TEXT         NOT NULL,
  reason      VARCHAR(300) NOT NULL,
  sha256      VARCHAR(64)  NOT NULL,
  person_id   BIGINT       NOT NULL,
  at          DATETIME     NOT NULL,
  PRIMARY KEY (notice_id, version)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
