-- +goose Up

-- A dispute that a third party helps to settle: the committee first, then community, township, city (policy 六(二)7).
CREATE TABLE mediations (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  number       TEXT NOT NULL CHECK (length(number) <= 32),
  estate_id    BIGINT        NOT NULL,
  case_id      BIGINT        NOT NULL,
  subject      TEXT NOT NULL CHECK (length(subject) <= 1000),
  wish         TEXT NOT NULL CHECK (length(wish) <= 500),
  level        TEXT NOT NULL CHECK (length(level) <= 16),
  host_id      BIGINT        NOT NULL,
  asked_person BIGINT        NOT NULL,
  asked_org    BIGINT        NOT NULL,
  mediator     TEXT NOT NULL CHECK (length(mediator) <= 30),
  lawyer_id    BIGINT        NOT NULL,
  state        TEXT NOT NULL CHECK (length(state) <= 16),
  outcome      TEXT NOT NULL CHECK (length(outcome) <= 500),
  agreement    BIGINT        NOT NULL,
  agreed_at    DATETIME      NULL,
  court_until  DATETIME      NULL,
  version      BIGINT        NOT NULL,
  client_ref   TEXT NOT NULL CHECK (length(client_ref) <= 64),
  input_hash   TEXT NOT NULL CHECK (length(input_hash) <= 64),
  created_at   DATETIME      NOT NULL,
  closed_at    DATETIME      NULL
);
CREATE UNIQUE INDEX mediations_number ON mediations (number);
CREATE UNIQUE INDEX mediations_ref ON mediations (asked_person, client_ref);
CREATE INDEX mediations_host ON mediations (host_id, state, id);
CREATE INDEX mediations_case ON mediations (case_id, id);

CREATE TABLE mediation_parties (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  mediation_id    BIGINT       NOT NULL,
  side            TEXT NOT NULL CHECK (length(side) <= 12),
  person_id       BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  name_sealed     TEXT NOT NULL CHECK (length(name_sealed) <= 512),
  phone_sealed    TEXT NOT NULL CHECK (length(phone_sealed) <= 512),
  phone_index     TEXT NOT NULL CHECK (length(phone_index) <= 96),
  state           TEXT NOT NULL CHECK (length(state) <= 12),
  state_via       TEXT NOT NULL CHECK (length(state_via) <= 12),
  confirmed       BIGINT       NOT NULL,
  confirmed_via   TEXT NOT NULL CHECK (length(confirmed_via) <= 12),
  confirmed_at    DATETIME     NULL,
  file_id         BIGINT       NOT NULL,
  created_at      DATETIME     NOT NULL
);
CREATE INDEX mediation_parties_mediation ON mediation_parties (mediation_id, id);
CREATE INDEX mediation_parties_person ON mediation_parties (person_id, mediation_id);
CREATE INDEX mediation_parties_organisation ON mediation_parties (organisation_id, mediation_id);

-- A text that the parties may confirm; a later one takes its place and is confirmed anew.
CREATE TABLE mediation_agreements (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  mediation_id BIGINT     NOT NULL,
  text         TEXT       NOT NULL,
  post_id      BIGINT     NOT NULL,
  created_at   DATETIME   NOT NULL
);
CREATE INDEX mediation_agreements_mediation ON mediation_agreements (mediation_id, id);

-- What a party does by a day under an agreement.
CREATE TABLE mediation_terms (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  mediation_id BIGINT       NOT NULL,
  agreement_id BIGINT       NOT NULL,
  party_id     BIGINT       NOT NULL,
  text         TEXT NOT NULL CHECK (length(text) <= 500),
  due_at       DATETIME     NOT NULL,
  state        TEXT NOT NULL CHECK (length(state) <= 12),
  result       TEXT NOT NULL CHECK (length(result) <= 500),
  done_at      DATETIME     NULL,
  late_at      DATETIME     NULL
);
CREATE INDEX mediation_terms_mediation ON mediation_terms (mediation_id, agreement_id, id);
CREATE INDEX mediation_terms_due ON mediation_terms (state, due_at);

-- Everything that happened, in order; sessions with their minutes, too. Only ever added.
CREATE TABLE mediation_steps (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  mediation_id    BIGINT        NOT NULL,
  kind            TEXT NOT NULL CHECK (length(kind) <= 16),
  state           TEXT NOT NULL CHECK (length(state) <= 16),
  level           TEXT NOT NULL CHECK (length(level) <= 16),
  party_id        BIGINT        NOT NULL,
  person_id       BIGINT        NOT NULL,
  post_id         BIGINT        NOT NULL,
  organisation_id BIGINT        NOT NULL,
  text            TEXT NOT NULL CHECK (length(text) <= 4000),
  on_at           DATETIME      NULL,
  at              DATETIME      NOT NULL
);
CREATE INDEX mediation_steps_mediation ON mediation_steps (mediation_id, id);

-- The judicial bureau's pool of lawyers for property matters (policy 五(九)1).
CREATE TABLE lawyers (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL CHECK (length(name) <= 30),
  firm       TEXT NOT NULL CHECK (length(firm) <= 60),
  licence    TEXT NOT NULL CHECK (length(licence) <= 32),
  phone      TEXT NOT NULL CHECK (length(phone) <= 32),
  fields     TEXT NOT NULL CHECK (length(fields) <= 200),
  created_by BIGINT       NOT NULL,
  created_at DATETIME     NOT NULL,
  closed_at  DATETIME     NULL,
  reason     TEXT NOT NULL CHECK (length(reason) <= 200)
);
CREATE UNIQUE INDEX lawyers_licence ON lawyers (licence);
