-- +goose Up

-- The register of complaint phones and points (policy 五(二)3): of an estate, a community, a township, or the city.
CREATE TABLE contact_points (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  organisation_id BIGINT       NOT NULL,
  estate_id       BIGINT       NOT NULL,
  area_id         BIGINT       NOT NULL,
  name            VARCHAR(60)  NOT NULL,
  phone           VARCHAR(32)  NOT NULL,
  address         VARCHAR(120) NOT NULL,
  hours           VARCHAR(60)  NOT NULL,
  urgent          BOOLEAN      NOT NULL,
  created_at      DATETIME     NOT NULL,
  closed_at       DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX contact_points_area ON contact_points (area_id, estate_id, id);
CREATE INDEX contact_points_organisation ON contact_points (organisation_id, id);

-- Who answers for emergency repairs, day and night.
CREATE TABLE duty_shifts (
  id              BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  organisation_id BIGINT       NOT NULL,
  name            VARCHAR(60)  NOT NULL,
  phone           VARCHAR(32)  NOT NULL,
  starts_at       DATETIME     NOT NULL,
  ends_at         DATETIME     NOT NULL,
  created_by      BIGINT       NOT NULL,
  created_at      DATETIME     NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX duty_shifts_organisation ON duty_shifts (organisation_id, ends_at);
