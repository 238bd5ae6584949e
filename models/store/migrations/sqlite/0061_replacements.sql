-- +goose Up

-- What of the common parts is to be replaced when and for how much: the fund's forecast is made from it. building_id 0 is the whole estate.
CREATE TABLE fund_replacements (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  estate_id   BIGINT NOT NULL,
  building_id BIGINT NOT NULL,
  part        TEXT NOT NULL CHECK (length(part) <= 60),
  cost        BIGINT NOT NULL,
  first_year  INT NOT NULL,
  every_years INT NOT NULL,
  basis       TEXT NOT NULL CHECK (length(basis) <= 200),
  entered_by  BIGINT NOT NULL,
  ended_at    DATETIME NULL,
  end_reason  TEXT NOT NULL CHECK (length(end_reason) <= 200),
  created_at  DATETIME NOT NULL
);
CREATE INDEX fund_replacements_estate ON fund_replacements (estate_id, id);
