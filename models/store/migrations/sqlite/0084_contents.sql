-- +goose Up

-- Which event a duty is about, as people read it: two contracts are two rows that can be told apart.
ALTER TABLE disclosure_duties ADD COLUMN what TEXT NOT NULL DEFAULT '' CHECK (length(what) <= 20);

-- What the law asks for and the notice was found or confirmed to say, and who confirmed it.
ALTER TABLE disclosure_duties ADD COLUMN contents TEXT NOT NULL DEFAULT '' CHECK (length(contents) <= 1000);
ALTER TABLE disclosure_duties ADD COLUMN contents_by BIGINT NOT NULL DEFAULT 0;

-- The same of a draft, until a second person publishes it.
ALTER TABLE notice_drafts ADD COLUMN contents TEXT NOT NULL DEFAULT '' CHECK (length(contents) <= 2000);
