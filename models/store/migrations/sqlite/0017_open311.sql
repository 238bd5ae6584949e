-- +goose Up

-- Who may file through Open311: an organisation's key, of which only the sealed digest is kept.
CREATE TABLE open311_keys (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  label         TEXT NOT NULL CHECK (length(label) <= 60),
  digest_sealed TEXT NOT NULL CHECK (length(digest_sealed) <= 512),
  made_by       BIGINT       NOT NULL,
  made_at       DATETIME     NOT NULL,
  revoked_by    BIGINT       NOT NULL,
  revoked_at    DATETIME     NULL
);

-- What anybody may read, by the day on which it was filed, and what happened, by its time.
CREATE INDEX cases_public ON cases (visibility, display, created_at, id);
CREATE INDEX case_steps_at ON case_steps (at, id);
