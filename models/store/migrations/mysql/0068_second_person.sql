-- +goose Up

-- A transfer or a card payment is entered once by the company that got it, whichever desk of it does so.
UPDATE fee_payments SET serial = CONCAT(SUBSTR(serial, 1, 44), '/', id) WHERE id IN (SELECT x.id FROM (SELECT p.id FROM fee_payments p JOIN fee_payments o ON o.company_id = p.company_id AND o.way = p.way AND o.serial = p.serial AND o.id < p.id) x);
DROP INDEX fee_payments_serial ON fee_payments;
CREATE UNIQUE INDEX fee_payments_serial ON fee_payments (company_id, way, serial);

-- Also unclaimed money, a run to be taken back and opening arrears wait for a second person. live is what is proposed until it is decided:
-- the same is proposed once.
ALTER TABLE fee_changes ADD COLUMN run_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fee_changes ADD COLUMN import_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fee_changes ADD COLUMN bill_ids VARCHAR(5600) NOT NULL DEFAULT '';
ALTER TABLE fee_changes ADD COLUMN ahead BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE fee_changes ADD COLUMN live VARCHAR(120) NULL;
CREATE UNIQUE INDEX fee_changes_live ON fee_changes (live);

-- How many parts of a run its residents have been told of.
ALTER TABLE fee_runs ADD COLUMN untold BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE fee_runs ADD COLUMN told INT NOT NULL DEFAULT 0;
CREATE INDEX fee_runs_untold ON fee_runs (untold, id);
