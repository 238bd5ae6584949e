-- +goose Up

-- A dispute that a third party helps to settle: the committee first, then community, township, city (policy 六(二)7).
CREATE TABLE mediations (
  id           BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number       VARCHAR(32)   NOT NULL,
  estate_id    BIGINT        NOT NULL,
  case_id      BIGINT        NOT NULL,
  subject      VARCHAR(1000) NOT NULL,
  wish         VARCHAR(500)  NOT NULL,
  level        VARCHAR(16)   NOT NULL,
  host_id      BIGINT        NOT NULL,
  asked_person BIGINT        NOT NULL,
  asked_org    BIGINT        NOT NULL,
  mediator     VARCHAR(30)   NOT NULL,
  lawyer_id    BIGINT        NOT NULL,
  state        VARCHAR(16)   NOT NULL,
  outcome      VARCHAR(500)  NOT NULL,
  agreement    BIGINT        NOT NULL,
  agreed_at    DATETIME      NULL,
  court_until  DATETIME      NULL,
  version      BIGINT        NOT NULL,
  client_ref   VARCHAR(64)   NOT NULL,
  input_hash   VARCHAR(64)   NOT NULL,
  created_at   DATETIME      NOT NULL,
  closed_at    DATETIME      NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX mediations_number ON mediations (number);
CREATE UNIQUE INDEX mediations_ref ON mediations (asked_person, client_ref);
CREATE INDEX mediations_host ON mediations (host_id, state, id);
CREATE INDEX mediations_case ON mediations (case_id, id);

CREATE TABLE mediation_parties (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  mediation_id    BIGINT       NOT NULL,
  side            VARCHAR(12)  NOT NULL,
  person_id       BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  name_sealed     VARCHAR(512) NOT NULL,
  phone_sealed    VARCHAR(512) NOT NULL,
  phone_index     VARCHAR(96)  NOT NULL,
  state           VARCHAR(12)  NOT NULL,
  state_via       VARCHAR(12)  NOT NULL,
  confirmed       BIGINT       NOT NULL,
  confirmed_via   VARCHAR(12)  NOT NULL,
  confirmed_at    DATETIME     NULL,
  file_id         BIGINT       NOT NULL,
  created_at      DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX mediation_parties_mediation ON mediation_parties (mediation_id, id);
CREATE INDEX mediation_parties_person ON mediation_parties (person_id, mediation_id);
CREATE INDEX mediation_parties_organisation ON mediation_parties (organisation_id, mediation_id);

-- A text that the parties may confirm; a later one takes its place and is confirmed anew.
CREATE TABLE mediation_agreements (
  id           BIGINT     NOT NULL AUTO_INCREMENT PRIMARY KEY,
  mediation_id BIGINT     NOT NULL,
  text         TEXT       NOT NULL,
  post_id      BIGINT     NOT NULL,
  created_at   DATETIME   NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX mediation_agreements_mediation ON mediation_agreements (mediation_id, id);

-- What a party does by a day under an agreement.
CREATE TABLE mediation_terms (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  mediation_id BIGINT       NOT NULL,
  agreement_id BIGINT       NOT NULL,
  party_id     BIGINT       NOT NULL,
  text         VARCHAR(500) NOT NULL,
  due_at       DATETIME     NOT NULL,
  state        VARCHAR(12)  NOT NULL,
  result       VARCHAR(500) NOT NULL,
  done_at      DATETIME     NULL,
  late_at      DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX mediation_terms_mediation ON mediation_terms (mediation_id, agreement_id, id);
CREATE INDEX mediation_terms_due ON mediation_terms (state, due_at);

-- Everything that happened, in order; sessions with their minutes, too. Only ever added.
CREATE TABLE mediation_steps (
  id              BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
  mediation_id    BIGINT        NOT NULL,
  kind            VARCHAR(16)   NOT NULL,
  state           VARCHAR(16)   NOT NULL,
  level           VARCHAR(16)   NOT NULL,
  party_id        BIGINT        NOT NULL,
  person_id       BIGINT        NOT NULL,
  post_id         BIGINT        NOT NULL,
  organisation_id BIGINT        NOT NULL,
  text            VARCHAR(4000) NOT NULL,
  on_at           DATETIME      NULL,
  at              DATETIME      NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX mediation_steps_mediation ON mediation_steps (mediation_id, id);

-- The judicial bureau's pool of lawyers for property matters (policy 五(九)1).
CREATE TABLE lawyers (
  id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name       VARCHAR(30)  NOT NULL,
  firm       VARCHAR(60)  NOT NULL,
  licence    VARCHAR(32)  NOT NULL,
  phone      VARCHAR(32)  NOT NULL,
  fields     VARCHAR(200) NOT NULL,
  created_by BIGINT       NOT NULL,
  created_at DATETIME     NOT NULL,
  closed_at  DATETIME     NULL,
  reason     VARCHAR(200) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX lawyers_licence ON lawyers (licence);
