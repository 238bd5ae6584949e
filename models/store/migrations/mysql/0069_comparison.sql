-- +goose Up

-- Estates of one kind side by side, worked out once a month from what anybody may read. A month is kept until the next is there.
CREATE TABLE comparison_rounds (
  month_on DATE NOT NULL PRIMARY KEY,
  year     INT NOT NULL,
  done_at  DATETIME NOT NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What an estate has published of a measure; value is NULL where it has published nothing. class is empty where its kind is not known.
CREATE TABLE comparison_values (
  estate_id BIGINT NOT NULL,
  measure   VARCHAR(16) NOT NULL,
  class     VARCHAR(32) NOT NULL,
  value     BIGINT NULL,
  PRIMARY KEY (estate_id, measure)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The quartiles of a class, rounded; there is no row where too few estates have published.
CREATE TABLE comparison_classes (
  class   VARCHAR(32) NOT NULL,
  measure VARCHAR(16) NOT NULL,
  estates BIGINT NOT NULL,
  lower   BIGINT NOT NULL,
  middle  BIGINT NOT NULL,
  upper   BIGINT NOT NULL,
  PRIMARY KEY (class, measure)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
