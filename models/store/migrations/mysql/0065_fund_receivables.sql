-- +goose Up

-- What a unit still had to make up when it was refunded, and was kept back.
ALTER TABLE fund_refund_lines ADD COLUMN owed_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE fund_refund_lines ADD COLUMN seller_owed BIGINT NOT NULL DEFAULT 0;
