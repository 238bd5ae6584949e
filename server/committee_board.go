package main

import (
	"strings"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/server/web"
)

// committeeBoard publishes what a committee decides on the estate's board, to its residents.
type committeeBoard struct{ board *disclosure.Service }

// Post publishes in the caller's transaction.
func (b committeeBoard) Post(tx *store.Tx, actor org.Actor, p committee.Posted) (int64, error) {
	d := disclosure.Draft{EstateID: p.EstateID, Kind: disclosure.Sort(p.Sort), Audience: disclosure.Residents, Title: p.Title, Body: p.Body, Papers: p.Papers, DaysKey: daysOf(p.Ref), ClientRef: p.Ref, InputHash: web.InputHash(p)}
	if err := paid(tx, &d, p.From, p.To); err != nil {
		return 0, err
	}
	n, err := b.board.PublishIn(tx, actor, d)
	if err != nil {
		return 0, err
	}
	if strings.HasPrefix(p.Ref, "committee-report-") { // the report that 五(十五)3 has it publish
		return n.ID, b.board.FulfilOpen(tx, p.EstateID, "committee-report", n.ID, calendar.DateOf(tx.Now))
	}
	if strings.HasPrefix(p.Ref, "committee-audit-") || strings.HasPrefix(p.Ref, "committee-decision-") {
		source, _, _ := strings.Cut(p.Ref, "/") // a result that was taken down is posted anew
		return n.ID, b.board.FulfilSource(tx, p.EstateID, source, n.ID, calendar.DateOf(tx.Now))
	}
	return n.ID, nil
}

// daysOf names the rule for how long a posting hangs, where it is not the general one.
func daysOf(ref string) string {
	if strings.HasPrefix(ref, "committee-audit-") {
		return "committee.audit_posting_days"
	}
	return ""
}

// OweAudit opens the duty to publish an audit's result: of a departure the township's, else the committee's.
func (b committeeBoard) OweAudit(tx *store.Tx, estate int64, departure bool, ref string) error {
	code := "audit"
	if departure {
		code = "departure-audit"
	}
	return owes(b.board, tx, estate, code, ref)
}

// OweDecision opens the duty to publish a decision of the committee.
func (b committeeBoard) OweDecision(tx *store.Tx, estate int64, ref string) error {
	return owes(b.board, tx, estate, "committee-decision", ref)
}

// paid puts what members were paid into a report as a figure of the public income's books, as far as they are closed in its time (policy
// 五(二)12, 六(二)6: pay and allowances are disclosed).
func paid(tx *store.Tx, d *disclosure.Draft, from, to calendar.Date) error {
	if from.IsZero() {
		return nil
	}
	d.Form = disclosure.WorkReport
	book, err := ledger.FindBook(tx, d.EstateID, ledger.Income)
	if err != nil {
		return err
	}
	closed := book.Closed()
	if closed.IsZero() || closed.Before(from) {
		d.Body += "\n\n公共收益账还没有结到这一期，委员的酬金和津贴结账后在收支情况里公布。"
		return nil
	}
	if closed.Before(to) {
		to = closed
	}
	d.Queries = []disclosure.Query{{Label: "委员的酬金和津贴", Book: string(ledger.Income), Codes: []string{string(ledger.IncomeCost)}, Sources: []string{allowances}, Measure: disclosure.NetSpent, From: from, To: to}}
	return nil
}
