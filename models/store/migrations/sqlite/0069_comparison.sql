-- +goose Up

-- Estates of one kind side by side, worked out once a month from what anybody may read. A month is kept until the next is there.
CREATE TABLE comparison_rounds (
  month_on DATE NOT NULL PRIMARY KEY,
  year     INT NOT NULL,
  done_at  DATETIME NOT NULL
);

-- What an estate has published of a measure; value is NULL where it has published nothing. class is empty where its kind is not known.
CREATE TABLE comparison_values (
  estate_id BIGINT NOT NULL,
  measure   TEXT NOT NULL CHECK (length(measure) <= 16),
  class     TEXT NOT NULL CHECK (length(class) <= 32),
  value     BIGINT NULL,
  PRIMARY KEY (estate_id, measure)
);

-- The quartiles of a class, rounded; there is no row where too few estates have published.
CREATE TABLE comparison_classes (
  class   TEXT NOT NULL CHECK (length(class) <= 32),
  measure TEXT NOT NULL CHECK (length(measure) <= 16),
  estates BIGINT NOT NULL,
  lower   BIGINT NOT NULL,
  middle  BIGINT NOT NULL,
  upper   BIGINT NOT NULL,
  PRIMARY KEY (class, measure)
);
