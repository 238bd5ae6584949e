-- +goose Up

-- A whistle (吹哨) calls departments and utilities to a place for what exceeds the powers of a community and township.
CREATE TABLE whistles (
  id            BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number        VARCHAR(32)  NOT NULL,
  case_id       BIGINT       NOT NULL,
  estate_id     BIGINT       NOT NULL,
  township_id   BIGINT       NOT NULL,
  about_id      BIGINT       NOT NULL,
  asked_org     BIGINT       NOT NULL,
  asked_by      BIGINT       NOT NULL,
  reason        VARCHAR(1000) NOT NULL,
  sort          VARCHAR(16)  NOT NULL,
  place         VARCHAR(200) NOT NULL,
  lat           BIGINT       NOT NULL,
  lng           BIGINT       NOT NULL,
  state         VARCHAR(16)  NOT NULL,
  signed_post   BIGINT       NOT NULL,
  signed_text   VARCHAR(500) NOT NULL,
  outcome       VARCHAR(2000) NOT NULL,
  due_at        DATETIME     NULL,
  due_reference BOOLEAN      NOT NULL,
  late_at       DATETIME     NULL,
  version       BIGINT       NOT NULL,
  client_ref    VARCHAR(64)  NOT NULL,
  input_hash    VARCHAR(64)  NOT NULL,
  created_at    DATETIME     NOT NULL,
  blown_at      DATETIME     NULL,
  closed_at     DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX whistles_number ON whistles (number);
CREATE UNIQUE INDEX whistles_ref ON whistles (asked_by, client_ref);
CREATE INDEX whistles_township ON whistles (township_id, id);
CREATE INDEX whistles_case ON whistles (case_id, id);
CREATE INDEX whistles_due ON whistles (state, due_at);

CREATE TABLE whistle_summons (
  whistle_id      BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  task            VARCHAR(500) NOT NULL,
  clause          VARCHAR(64)  NOT NULL,
  state           VARCHAR(16)  NOT NULL,
  refused_clause  VARCHAR(64)  NOT NULL,
  refused_text    VARCHAR(500) NOT NULL,
  decided_text    VARCHAR(500) NOT NULL,
  final           BOOLEAN      NOT NULL,
  arrived_at      DATETIME     NULL,
  arrived_by      BIGINT       NOT NULL,
  arrived_post    BIGINT       NOT NULL,
  lat             BIGINT       NOT NULL,
  lng             BIGINT       NOT NULL,
  metres          BIGINT       NOT NULL,
  away            BOOLEAN      NOT NULL,
  away_reason     VARCHAR(200) NOT NULL,
  file_id         BIGINT       NOT NULL,
  response        VARCHAR(8)   NOT NULL,
  solved          VARCHAR(8)   NOT NULL,
  satisfied       VARCHAR(8)   NOT NULL,
  comment         VARCHAR(500) NOT NULL,
  rated_at        DATETIME     NULL,
  called_at       DATETIME     NULL,
  PRIMARY KEY (whistle_id, organisation_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX whistle_summons_organisation ON whistle_summons (organisation_id, whistle_id);

-- What a meeting wrote down; entries are only ever added.
CREATE TABLE minutes (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  subject_kind VARCHAR(16)  NOT NULL,
  subject_id   BIGINT       NOT NULL,
  text         TEXT         NOT NULL,
  person_id    BIGINT       NOT NULL,
  post_id      BIGINT       NOT NULL,
  organisation_id BIGINT    NOT NULL,
  client_ref   VARCHAR(64)  NOT NULL,
  input_hash   VARCHAR(64)  NOT NULL,
  at           DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX minutes_subject ON minutes (subject_kind, subject_id, id);
CREATE UNIQUE INDEX minutes_ref ON minutes (person_id, client_ref);

-- What an organisation owes by a day, from a whistle, a conference or a mediation.
CREATE TABLE tasks (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  subject_kind    VARCHAR(16)  NOT NULL,
  subject_id      BIGINT       NOT NULL,
  case_id         BIGINT       NOT NULL,
  estate_id       BIGINT       NOT NULL,
  about_id        BIGINT       NOT NULL,
  organisation_id BIGINT       NOT NULL,
  given_by        BIGINT       NOT NULL,
  text            VARCHAR(500) NOT NULL,
  due_at          DATETIME     NOT NULL,
  state           VARCHAR(16)  NOT NULL,
  result          VARCHAR(1000) NOT NULL,
  reminded_at     DATETIME     NULL,
  done_at         DATETIME     NULL,
  person_id       BIGINT       NOT NULL,
  client_ref      VARCHAR(64)  NOT NULL,
  input_hash      VARCHAR(64)  NOT NULL,
  created_at      DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX tasks_subject ON tasks (subject_kind, subject_id, id);
CREATE INDEX tasks_organisation ON tasks (organisation_id, state, due_at, id);
CREATE INDEX tasks_due ON tasks (state, due_at);
CREATE UNIQUE INDEX tasks_ref ON tasks (person_id, client_ref);
