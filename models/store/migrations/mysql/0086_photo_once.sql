-- +goose Up

-- Where an estate and its buildings stand, in millionths of a degree; NULL where nobody has said.
ALTER TABLE estates ADD COLUMN lat_e6 BIGINT NULL;
ALTER TABLE estates ADD COLUMN lng_e6 BIGINT NULL;
ALTER TABLE buildings ADD COLUMN lat_e6 BIGINT NULL;
ALTER TABLE buildings ADD COLUMN lng_e6 BIGINT NULL;

-- A photo proves one paper of an estate: photo_once is its hash, NULL for the later ones of before this rule. metres is how far from the building
-- or the estate it was taken, NULL where that is not known.
ALTER TABLE notice_postings ADD COLUMN photo_once VARCHAR(64) NULL;
ALTER TABLE notice_postings ADD COLUMN metres BIGINT NULL;
UPDATE notice_postings SET photo_once = file_sum WHERE id IN (SELECT id FROM (SELECT MIN(id) AS id FROM notice_postings GROUP BY estate_id, file_sum) firsts);
CREATE UNIQUE INDEX notice_postings_photo ON notice_postings (estate_id, photo_once);
