-- +goose Up

-- Who may file through Open311: an organisation's key, of which only the sealed digest is kept.
CREATE TABLE open311_keys (
  id            BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  label         VARCHAR(60)  NOT NULL,
  digest_sealed VARCHAR(512) NOT NULL,
  made_by       BIGINT       NOT NULL,
  made_at       DATETIME     NOT NULL,
  revoked_by    BIGINT       NOT NULL,
  revoked_at    DATETIME     NULL
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What anybody may read, by the day on which it was filed, and what happened, by its time.
CREATE INDEX cases_public ON cases (visibility, display, created_at, id);
CREATE INDEX case_steps_at ON case_steps (at, id);
