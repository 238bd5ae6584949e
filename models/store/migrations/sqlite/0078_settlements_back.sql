-- +goose Up

-- A settlement may be taken back: reverses_id is which; live keeps that it was, so that it is once. from_on and to_on are the days of the
-- provider's bills that it pays out.
ALTER TABLE fee_changes ADD COLUMN reverses_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fee_changes ADD COLUMN from_on DATE NULL;
ALTER TABLE fee_changes ADD COLUMN to_on DATE NULL;
CREATE INDEX fee_changes_reverses ON fee_changes (reverses_id, id);
CREATE INDEX fee_changes_days ON fee_changes (estate_id, to_on);
CREATE INDEX fee_changes_serial ON fee_changes (serial, id);

-- A line of a bank's list that is known as a settlement says which. by_provider: its payer is who the provider pays out by, as two people
-- have stated.
ALTER TABLE fee_import_lines ADD COLUMN change_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fee_import_lines ADD COLUMN by_provider BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX fee_import_lines_change ON fee_import_lines (change_id, id);
CREATE INDEX fee_import_lines_serial ON fee_import_lines (serial, id);
UPDATE fee_import_lines SET change_id = COALESCE((
  SELECT c.id FROM fee_changes c JOIN fee_imports i ON c.live = CONCAT('settle/', i.company_id, '/', fee_import_lines.serial)
  WHERE i.id = fee_import_lines.import_id AND c.state = 'approved'), 0)
WHERE state IN ('known', 'conflict', 'payout') AND way = 'bank' AND payment_id = 0 AND serial <> '';

-- By what name and account the provider pays out, and what is proposed instead.
ALTER TABLE pay_accounts ADD COLUMN payer_name TEXT NOT NULL DEFAULT '' CHECK (length(payer_name) <= 60);
ALTER TABLE pay_accounts ADD COLUMN payer_account TEXT NOT NULL DEFAULT '' CHECK (length(payer_account) <= 40);
ALTER TABLE pay_accounts ADD COLUMN new_payer_name TEXT NOT NULL DEFAULT '' CHECK (length(new_payer_name) <= 60);
ALTER TABLE pay_accounts ADD COLUMN new_payer_account TEXT NOT NULL DEFAULT '' CHECK (length(new_payer_account) <= 40);
ALTER TABLE pay_accounts ADD COLUMN payer_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pay_accounts ADD COLUMN payer_at DATETIME NULL;

-- A payment that we do not know and the refunds that gave the whole of it back end together: linked_id is the payment's difference.
ALTER TABLE pay_differences ADD COLUMN linked_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX pay_differences_linked ON pay_differences (linked_id, id);
CREATE INDEX pay_differences_transaction ON pay_differences (estate_id, transaction_id);
