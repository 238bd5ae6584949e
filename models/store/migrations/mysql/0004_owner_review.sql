-- +goose Up

-- A phone that stands for many owner sets and a missing paper are two questions; each has its own answer.
ALTER TABLE owner_sets ADD COLUMN phone_review VARCHAR(16) NOT NULL DEFAULT '';
UPDATE owner_sets SET phone_review = 'shared', review = '' WHERE review = 'phone_shared';
CREATE INDEX owner_sets_phone_review ON owner_sets (estate_id, phone_review);
