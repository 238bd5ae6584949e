-- +goose Up

-- Fee books are a company's: holder_id is whose, 0 for the fund and the public income, which are the estate's own.
ALTER TABLE ledger_books ADD COLUMN holder_id BIGINT NOT NULL DEFAULT 0;
DROP INDEX ledger_books_kind;
CREATE UNIQUE INDEX ledger_books_kind ON ledger_books (estate_id, kind, holder_id);
CREATE INDEX ledger_books_holder ON ledger_books (holder_id, kind, estate_id);

-- Whose each fee journal is: of the company of what it books, else of the one in whose post it was booked, else of the one that manages the
-- estate. With its number among that company's.
CREATE TABLE fee_books_split (
  journal_id BIGINT NOT NULL PRIMARY KEY,
  estate_id  BIGINT NOT NULL,
  book_id    BIGINT NOT NULL,
  holder_id  BIGINT NOT NULL,
  no         BIGINT NOT NULL
);
INSERT INTO fee_books_split (journal_id, estate_id, book_id, holder_id, no)
  SELECT x.id, x.estate_id, x.book_id, x.holder_id, ROW_NUMBER() OVER (PARTITION BY x.book_id, x.holder_id ORDER BY x.no)
  FROM (SELECT j.id, b.estate_id, j.book_id, j.no, COALESCE(CASE j.source_kind
      WHEN 'fee_payment' THEN (SELECT y.company_id FROM fee_payments y WHERE y.id = j.source_id)
      WHEN 'fee_run' THEN (SELECT y.company_id FROM fee_runs y WHERE y.id = j.source_id)
      WHEN 'fee_change' THEN (SELECT y.company_id FROM fee_changes y WHERE y.id = j.source_id)
      WHEN 'fee_import' THEN (SELECT y.company_id FROM fee_imports y WHERE y.id = j.source_id) END,
      (SELECT p.organisation_id FROM posts p WHERE p.id = j.post_id), (SELECT e.company_id FROM estates e WHERE e.id = b.estate_id), 0) AS holder_id
    FROM ledger_journals j JOIN ledger_books b ON b.id = j.book_id AND b.kind = 'fee') x;

-- The book stays with the company that booked first; where there were others, they get theirs, with accounts of their own.
UPDATE ledger_books SET holder_id = COALESCE((SELECT s.holder_id FROM fee_books_split s JOIN ledger_journals j ON j.id = s.journal_id AND j.no = 1 WHERE s.book_id = ledger_books.id),
  (SELECT e.company_id FROM estates e WHERE e.id = ledger_books.estate_id), 0) WHERE kind = 'fee';
DELETE FROM fee_books_split WHERE book_id IN (SELECT x.book_id FROM (SELECT book_id FROM fee_books_split GROUP BY book_id HAVING COUNT(DISTINCT holder_id) = 1) x);
INSERT INTO ledger_books (estate_id, kind, holder_id, last_no, sealed_no, unsealed, closed_through, created_at)
  SELECT x.estate_id, 'fee', x.holder_id, 0, 0, TRUE, b.closed_through, b.created_at
  FROM (SELECT DISTINCT s.estate_id, s.book_id, s.holder_id FROM fee_books_split s) x JOIN ledger_books b ON b.id = x.book_id AND b.holder_id <> x.holder_id;
INSERT INTO ledger_accounts (book_id, code, building_id, unit_id)
  SELECT DISTINCT n.id, a.code, a.building_id, a.unit_id FROM fee_books_split s JOIN ledger_books b ON b.id = s.book_id AND b.holder_id <> s.holder_id
  JOIN ledger_books n ON n.estate_id = s.estate_id AND n.kind = 'fee' AND n.holder_id = s.holder_id
  JOIN ledger_entries e ON e.journal_id = s.journal_id JOIN ledger_accounts a ON a.id = e.account_id;
UPDATE ledger_entries SET account_id = (SELECT o.id FROM ledger_accounts a JOIN fee_books_split s ON s.journal_id = ledger_entries.journal_id
  JOIN ledger_books n ON n.estate_id = s.estate_id AND n.kind = 'fee' AND n.holder_id = s.holder_id
  JOIN ledger_accounts o ON o.book_id = n.id AND o.code = a.code AND o.unit_id = a.unit_id AND o.building_id = a.building_id WHERE a.id = ledger_entries.account_id)
  WHERE journal_id IN (SELECT s.journal_id FROM fee_books_split s);
UPDATE ledger_journals SET book_id = (SELECT n.id FROM fee_books_split s JOIN ledger_books n ON n.estate_id = s.estate_id AND n.kind = 'fee' AND n.holder_id = s.holder_id WHERE s.journal_id = ledger_journals.id),
  no = (SELECT -s.no FROM fee_books_split s WHERE s.journal_id = ledger_journals.id) WHERE id IN (SELECT s.journal_id FROM fee_books_split s);
UPDATE ledger_journals SET no = -no WHERE no < 0;

-- Whose books they are is in the chain now: it is made anew.
DELETE FROM ledger_seals WHERE book_id IN (SELECT b.id FROM ledger_books b WHERE b.kind = 'fee');
UPDATE ledger_books SET last_no = (SELECT COALESCE(MAX(j.no), 0) FROM ledger_journals j WHERE j.book_id = ledger_books.id), sealed_no = 0 WHERE kind = 'fee';
UPDATE ledger_books SET unsealed = (last_no > 0) WHERE kind = 'fee';
DROP TABLE fee_books_split;

-- A published figure keeps asking the book that it asked, which kept its number.
ALTER TABLE notice_figures ADD COLUMN holder_id BIGINT NOT NULL DEFAULT 0;
UPDATE notice_figures SET holder_id = COALESCE((SELECT k.holder_id FROM ledger_books k WHERE k.id = (SELECT MIN(b.id) FROM notices n JOIN ledger_books b ON b.estate_id = n.estate_id AND b.kind = 'fee' WHERE n.id = notice_figures.notice_id)), 0) WHERE book = 'fee';
