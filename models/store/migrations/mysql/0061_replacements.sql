-- +goose Up

-- What of the common parts is to be replaced when and for how much: the fund's forecast is made from it. building_id 0 is the whole estate.
CREATE TABLE fund_replacements (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  estate_id   BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  part        VARCHAR(60) NOT NULL,
  cost        BIGINT NOT NULL,
  first_year  INT NOT NULL,
  every_years INT NOT NULL,
  basis       VARCHAR(200) NOT NULL,
  entered_by  BIGINT NOT NULL,
  ended_at    DATETIME NULL,
  end_reason  VARCHAR(200) NOT NULL,
  created_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX fund_replacements_estate ON fund_replacements (estate_id, id);
