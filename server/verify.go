package main

import (
	"context"
	"fmt"
	"io"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/fund"
	"github.com/linli-city/linli/models/income"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
)

// verify recomputes what can be recomputed and prints what it checked. The error names the first thing that does not
// hold.
func (a *app) verify(ctx context.Context, out io.Writer, wantHead string) error {
	if err := a.db.CheckSchema(ctx); err != nil {
		return err
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("schema: current")
	r, err := audit.Verify(ctx, a.db, wantHead)
	if err != nil {
		return err
	}
	say("audit chain: %d links hold, %d entries wait to be sealed, head %s", r.Sealed, r.Waiting, orNone(r.Head))
	n, err := a.files.Verify(ctx)
	if err != nil {
		return err
	}
	say("files: %d read, every hash holds", n)
	for _, c := range sealedColumns {
		n, err := a.openColumn(ctx, c.Table, c.Sealed, c.Bound)
		if err != nil {
			return err
		}
		say("sealed %s.%s: %d open with the keys at hand", c.Table, c.Sealed, n)
	}
	if n, err = a.campaigns.Verify(ctx); err != nil {
		return err
	}
	say("records of service: %d are what was sealed", n)
	c, err := a.assemblies.Verify(ctx)
	if err != nil {
		return fmt.Errorf("owners' meetings: %w", err)
	}
	say("owners' meetings: %d; %d seats are what was frozen, %d ballots of their envelopes stand by the rule, %d leaves give the signed logs, %d results are recounted, %d paper forms reconcile",
		c.Meetings, c.Seats, c.Ballots, c.Leaves, c.Outcomes, c.Forms)
	books, err := ledger.Verify(ctx, a.db)
	if err != nil {
		return err
	}
	say("books: %d; %d journals of %d entries balance, their numbers have no gap and their chains hold, %d wait to be sealed", books.Books, books.Journals, books.Entries, books.Waiting)
	f, err := fund.VerifyProjects(ctx, a.db)
	if err != nil {
		return fmt.Errorf("repairs from the fund: %w", err)
	}
	say("repairs from the fund: %d; %d payments and %d shares are what the books have", f.Projects, f.Payments, f.Shares)
	b, err := a.board.Verify(ctx)
	if err != nil {
		return fmt.Errorf("board: %w", err)
	}
	say("board: %d notices; %d versions are what was published, %d figures are what the books say", b.Notices, b.Versions, b.Figures)
	for _, check := range invariants {
		var bad []int64
		err := a.db.View(ctx, func(tx *store.Tx) error { return check.find(tx).Limit(1).Scan(&bad).Error })
		if err != nil {
			return fmt.Errorf("%s: %w", check.says, err)
		}
		if len(bad) > 0 {
			return fmt.Errorf("%s: not so for %d", check.says, bad[0])
		}
		say("%s: holds", check.says)
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

// openColumn opens every sealed text of a column.
func (a *app) openColumn(ctx context.Context, table, column, bound string) (int, error) {
	n, after := 0, int64(0)
	for {
		var rows []struct {
			ID     int64
			Sealed string
		}
		err := a.db.View(ctx, func(tx *store.Tx) error {
			return tx.Table(table).Select("id, "+column+" AS sealed").Where("id > ? AND "+column+" <> ''", after).Order("id").Limit(2000).Scan(&rows).Error
		})
		if err != nil || len(rows) == 0 {
			return n, err
		}
		for _, r := range rows {
			if _, err := a.vault.Open(r.Sealed, bound); err != nil {
				return n, fmt.Errorf("%s %d: %w", table, r.ID, err)
			}
			after, n = r.ID, n+1
		}
	}
}

// invariants find a row that breaks what the product promises.
var invariants = []struct {
	says string
	find func(*store.Tx) *gorm.DB
}{
	{"every case stands where its last step left it", func(tx *store.Tx) *gorm.DB {
		return tx.Model(&complaint.Case{}).Select("cases.id").
			Where("NOT EXISTS (SELECT 1 FROM case_steps s WHERE s.case_id = cases.id AND s.seq = cases.version AND s.state = cases.state)")
	}},
	{"no case misses a step", func(tx *store.Tx) *gorm.DB {
		return tx.Model(&complaint.Case{}).Select("cases.id").
			Where("(SELECT COUNT(*) FROM case_steps s WHERE s.case_id = cases.id) <> cases.version")
	}},
	{"no body leads or joins a case about itself", func(tx *store.Tx) *gorm.DB {
		return tx.Model(&complaint.Party{}).Select("case_parties.case_id").
			Joins("JOIN cases ON cases.id = case_parties.case_id").
			Joins("JOIN organisations party ON party.id = case_parties.organisation_id").
			Joins("JOIN organisations about ON about.id = cases.about_id").
			Where("party.id = about.id OR (party.kind IN ? AND about.kind IN ?)", org.OneBodyKinds, org.OneBodyKinds)
	}},
	{"every party has the end of its case", func(tx *store.Tx) *gorm.DB {
		return tx.Model(&complaint.Party{}).Select("case_parties.case_id").Joins("JOIN cases ON cases.id = case_parties.case_id").
			Where("(case_parties.closed_at IS NULL) <> (cases.closed_at IS NULL) OR case_parties.closed_at <> cases.closed_at")
	}},
	{"every unit in use has one current owner set", func(tx *store.Tx) *gorm.DB {
		return tx.Model(&org.Unit{}).Select("units.id").
			Where("units.removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM ownerships o WHERE o.current_unit = units.id)")
	}},
	{"every delivery belongs to a message", func(tx *store.Tx) *gorm.DB {
		return tx.Table("deliveries").Select("deliveries.id").
			Where("NOT EXISTS (SELECT 1 FROM outbox_messages m WHERE m.id = deliveries.message_id)")
	}},
	{"every delivery that waits stands in a lane", func(tx *store.Tx) *gorm.DB {
		return tx.Table("deliveries").Select("deliveries.id").Where("deliveries.state IN ?", []notify.State{notify.Waiting, notify.Unknown}).
			Where("NOT EXISTS (SELECT 1 FROM send_lanes l WHERE l.channel = deliveries.channel AND l.priority = deliveries.priority AND l.lane = deliveries.lane)")
	}},
	{"every decision of a committee is what its votes say", committee.Miscounted},
	{"every vote in a committee is a member's who attended", committee.Strangers},
	{"every committee meeting has the members that it began with", committee.Misseated},
	{"every bill is settled when nothing of it is owed", fee.Misstated},
	{"the fee books say of every unit what its bills say", fee.Unbooked},
	{"the fee books hold for every unit what it has paid ahead", fee.MiscountedPrepaid},
	{"the fee books hold for every unit what it has deposited", fee.MiscountedDeposits},
	{"the fee books hold the money that nobody has claimed", fee.MiscountedSuspense},
	{"the fee books have the money of every way that came in, went out and was settled", fee.MiscountedMoney},
	{"every settlement that is taken back has its one reversal in the books", fee.Misreversed},
	{"every payment that is taken back has its one refund in the books", fee.Misrefunded},
	{"every closed day of a cashier is the sum of its movements", fee.MiscountedDays},
	{"the fund's books put on every sub-account what the slips, lists, incomes and refunds say", fund.MiscountedSubAccounts},
	{"the fund's bank account moved by what the slips, lists, incomes and refunds say", fund.MiscountedBank},
	{"the books of the public income moved what its lines and settlements say", income.Miscounted},
	{"every line of the public income has its journal", income.Unbooked},
	{"every order that WeChat paid has its one receipt, of WeChat's number", checkout.Unpaired},
	{"every refund that WeChat gave has its receipt", checkout.Unreceipted},
	{"no refund that WeChat gave waits for the books", checkout.Waiting},
	{"every payment that ended with its refunds came and went at WeChat alone", checkout.Unlinked},
	{"every inbox item has its words", func(tx *store.Tx) *gorm.DB {
		return tx.Table("inbox_items").Select("inbox_items.id").
			Where("NOT EXISTS (SELECT 1 FROM message_texts t WHERE t.id = inbox_items.text_id AND t.message_id = inbox_items.message_id)")
	}},
}
