-- +goose Up

-- The register of complaint phones and points (policy 五(二)3): of an estate, a community, a township, or the city.
CREATE TABLE contact_points (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organisation_id BIGINT       NOT NULL,
  estate_id       BIGINT       NOT NULL,
  area_id         BIGINT       NOT NULL,
  name            TEXT NOT NULL CHECK (length(name) <= 60),
  phone           TEXT NOT NULL CHECK (length(phone) <= 32),
  address         TEXT NOT NULL CHECK (length(address) <= 120),
  hours           TEXT NOT NULL CHECK (length(hours) <= 60),
  urgent          BOOLEAN      NOT NULL,
  created_at      DATETIME     NOT NULL,
  closed_at       DATETIME     NULL
);
CREATE INDEX contact_points_area ON contact_points (area_id, estate_id, id);
CREATE INDEX contact_points_organisation ON contact_points (organisation_id, id);

-- Who answers for emergency repairs, day and night.
CREATE TABLE duty_shifts (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organisation_id BIGINT       NOT NULL,
  name            TEXT NOT NULL CHECK (length(name) <= 60),
  phone           TEXT NOT NULL CHECK (length(phone) <= 32),
  starts_at       DATETIME     NOT NULL,
  ends_at         DATETIME     NOT NULL,
  created_by      BIGINT       NOT NULL,
  created_at      DATETIME     NOT NULL
);
CREATE INDEX duty_shifts_organisation ON duty_shifts (organisation_id, ends_at);
