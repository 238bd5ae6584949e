-- +goose Up

-- A numbered paper form of a seat. live is the seat while the number has not been replaced, so that a seat has one living form.
CREATE TABLE paper_forms (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id   BIGINT NOT NULL,
  estate_id    BIGINT NOT NULL,
  seat_id      BIGINT NOT NULL,
  seat_no      INT NOT NULL,
  serial       INT NOT NULL,
  number       VARCHAR(16) NOT NULL,
  way          VARCHAR(16) NOT NULL,
  state        VARCHAR(16) NOT NULL,
  live         BIGINT NULL,
  proxy_id     BIGINT NOT NULL,
  issued_by    BIGINT NOT NULL,
  issued_at    DATETIME NOT NULL,
  replaced_by  BIGINT NOT NULL,
  replaced_at  DATETIME NULL,
  replaced_for VARCHAR(200) NOT NULL,
  received_by  BIGINT NOT NULL,
  received_at  DATETIME NULL,
  explained    VARCHAR(200) NOT NULL,
  envelope_id  BIGINT NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX paper_forms_serial ON paper_forms (meeting_id, serial);
CREATE UNIQUE INDEX paper_forms_live ON paper_forms (meeting_id, live);
CREATE INDEX paper_forms_seat ON paper_forms (seat_id, id);
CREATE INDEX paper_forms_state ON paper_forms (meeting_id, state, serial);
CREATE INDEX paper_forms_proxy ON paper_forms (proxy_id);

-- The session in which the sealed box of a meeting was opened, with what was found in it.
CREATE TABLE paper_openings (
  id             BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id     BIGINT NOT NULL,
  estate_id      BIGINT NOT NULL,
  place          VARCHAR(60) NOT NULL,
  present_sealed TEXT NOT NULL,
  scrutineers    INT NOT NULL,
  minutes        TEXT NOT NULL,
  found          INT NOT NULL,
  differences    MEDIUMTEXT NOT NULL,
  opened_by      BIGINT NOT NULL,
  opened_at      DATETIME NOT NULL,
  signed_by      BIGINT NOT NULL,
  signed_at      DATETIME NULL,
  client_ref     VARCHAR(64) NOT NULL,
  input_hash     VARCHAR(64) NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX paper_openings_meeting ON paper_openings (meeting_id);

-- What one person read on a form, blind to what others read. agrees is the look of another person that says the same.
CREATE TABLE paper_looks (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id BIGINT NOT NULL,
  form_id    BIGINT NOT NULL,
  round      INT NOT NULL,
  person_id  BIGINT NOT NULL,
  reading    TEXT NOT NULL,
  note       VARCHAR(200) NOT NULL,
  file_id    BIGINT NOT NULL,
  agrees     BIGINT NOT NULL,
  state      VARCHAR(16) NOT NULL,
  client_ref VARCHAR(64) NOT NULL,
  input_hash VARCHAR(64) NOT NULL,
  at         DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX paper_looks_round ON paper_looks (form_id, round);
CREATE UNIQUE INDEX paper_looks_ref ON paper_looks (person_id, client_ref);
CREATE INDEX paper_looks_meeting ON paper_looks (meeting_id, id);

-- How a form was filled in for an owner by a helper, in front of a second person.
CREATE TABLE assisted_votes (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  meeting_id  BIGINT NOT NULL,
  estate_id   BIGINT NOT NULL,
  form_id     BIGINT NOT NULL,
  mode        VARCHAR(16) NOT NULL,
  helper_id   BIGINT NOT NULL,
  second_id   BIGINT NOT NULL,
  statement   VARCHAR(500) NOT NULL,
  spoke_at    DATETIME NOT NULL,
  attested_at DATETIME NULL,
  client_ref  VARCHAR(64) NOT NULL,
  input_hash  VARCHAR(64) NOT NULL,
  at          DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE UNIQUE INDEX assisted_votes_form ON assisted_votes (form_id);
CREATE INDEX assisted_votes_meeting ON assisted_votes (meeting_id, id);
