package fee

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// remindUnits is how many units one transaction reminds.
const remindUnits = 200

// Reminding is what a run of reminders would do.
type Reminding struct {
	Days    int
	Units   int
	Amount  money.Fen
	Sample  []Remind
	Skipped []Remind       // some of them
	Counts  map[string]int // units left out, by reason; the case or the day is left off
}

// Remind is a unit of such a run.
type Remind struct {
	UnitID int64
	Unit   string
	Bills  int
	Amount money.Fen
	Why    string
	bills  []Bill
	claims map[int64]bool // bills of which nobody has been reminded
}

// PreviewReminders computes a run of reminders and writes nothing. Faults: org.ErrForbidden, org.ErrEstateNotFound, rulepack.ErrUnset.
func (s *Service) PreviewReminders(ctx context.Context, actor org.Actor, estate int64) (*Reminding, error) {
	v := &Reminding{Counts: map[string]int{}}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		e, err := org.EstateFor(tx, actor, org.RunFees, estate)
		if err != nil {
			return err
		}
		if v.Days, err = s.days(tx, e.ID, remindDays); err != nil {
			return err
		}
		for after := int64(0); ; {
			list, err := s.remindable(tx, e.ID, actor.OrganisationID(), after, v.Days)
			if err != nil || len(list) == 0 {
				return err
			}
			after = list[len(list)-1].UnitID
			v.add(list)
		}
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (v *Reminding) add(list []Remind) {
	for _, r := range list {
		if r.Why == "" {
			v.Units++
			v.Amount += r.Amount
			if len(v.Sample) < sample {
				v.Sample = append(v.Sample, r)
			}
			continue
		}
		reason, _, _ := strings.Cut(r.Why, "（")
		reason, _, _ = strings.Cut(reason, "，到")
		v.Counts[reason]++
		if len(v.Skipped) < sample {
			v.Skipped = append(v.Skipped, r)
		}
	}
}

// remindable looks at the next units with overdue bills: what each would be reminded of, or why it is left out.
func (s *Service) remindable(tx *store.Tx, estate, company, after int64, days int) ([]Remind, error) {
	var units []int64
	err := tx.Model(&Bill{}).Scopes(out).Distinct("fee_bills.unit_id").Where("fee_bills.estate_id = ? AND fee_bills.state = ? AND fee_bills.unit_id > ? AND fee_bills.company_id = ? AND fee_bills.due_on < ?", estate, Open, after, company, org.DayOf(tx.Now)).
		Order("fee_bills.unit_id").Limit(remindUnits).Pluck("unit_id", &units).Error
	if err != nil || len(units) == 0 {
		return nil, err
	}
	f, err := s.factsOf(tx, estate, company, units)
	if err != nil {
		return nil, err
	}
	names, err := unitNames(tx, estate, units)
	if err != nil {
		return nil, err
	}
	list, all := make([]Remind, len(units)), []Bill{}
	for i, u := range units {
		bills, why := f.asked(u, days)
		switch {
		case len(bills) == 0:
		case !slices.ContainsFunc(bills, func(b Bill) bool { return f.reminded[b.ID].IsZero() }):
			why = again
		case f.last[u][Reminder] != nil && org.DayOf(*f.last[u][Reminder]).AddDate(0, 0, days).After(f.today):
			why = recently
		default:
			why = ""
			all = append(all, bills...)
		}
		list[i] = Remind{UnitID: u, Unit: names[u], Why: why}
		if why == "" {
			list[i].bills, list[i].claims = bills, map[int64]bool{}
			for _, b := range bills {
				list[i].claims[b.ID] = f.reminded[b.ID].IsZero()
			}
		}
	}
	return list, sumUp(tx, list, all)
}

// sumUp adds what the bills of units still want.
func sumUp(tx *store.Tx, list []Remind, all []Bill) error {
	sums, err := owed(tx, all)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Bills = len(list[i].bills)
	}
	for _, o := range sums {
		at, _ := slices.BinarySearchFunc(list, o.UnitID, func(r Remind, u int64) int { return cmp.Compare(r.UnitID, u) })
		list[at].Amount += o.Due()
	}
	return nil
}

// SendReminders begins a run; the background goes through the units, each as it stands then. payText says where and how to pay.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrState, ErrThreat, rulepack.ErrUnset, fault.ErrInvalid.
func (s *Service) SendReminders(ctx context.Context, actor org.Actor, estate int64, payText string) (int64, error) {
	if err := checkPay(&payText); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, "remind", at(actor, estate), func(tx *store.Tx) (int64, error) {
		days, err := s.days(tx, estate, remindDays)
		if err != nil {
			return 0, err
		}
		var busy int64
		if err := tx.Model(&ReminderRun{}).Where("estate_id = ? AND company_id = ? AND state = ?", estate, actor.OrganisationID(), Running).Count(&busy).Error; err != nil {
			return 0, err
		}
		if busy > 0 {
			return 0, ErrState.Saying("上一批提醒还在发，请等它发完")
		}
		r := &ReminderRun{EstateID: estate, CompanyID: actor.OrganisationID(), State: string(Running), PayText: payText, Days: days, PersonID: actor.PersonID, PostID: actor.Post.PostID, At: tx.Now}
		if err := tx.Create(r).Error; err != nil {
			return 0, err
		}
		return r.ID, note(tx, actor, "remind", "fee_reminder_run", r.ID, estate, nil)
	})
}

func checkPay(text *string) error {
	if *text = strings.Trim(strings.TrimSpace(*text), "。"); !length(*text, 4, 150) {
		return fault.ErrInvalid.With(fault.Field{Path: "how_to_pay", Reason: "请写明到哪里、怎么交（4至150个字）"})
	}
	return unthreatening(*text, "how_to_pay")
}

// TickReminders reminds the next units of a run; each batch is one transaction, and a run goes on where it was cut.
func (s *Service) TickReminders(ctx context.Context) (more bool, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		var r ReminderRun
		if err := tx.Where("state = ?", Running).Order("id").Limit(1).Take(&r).Error; err != nil {
			return store.NotFound(err, nil)
		}
		if err := gate(tx, r.EstateID); err != nil {
			return err
		}
		if err := tx.Where("id = ? AND state = ?", r.ID, Running).Take(&r).Error; err != nil {
			more = missing(err)
			return store.NotFound(err, nil)
		}
		more = true
		list, err := s.remindable(tx, r.EstateID, r.CompanyID, r.AfterUnit, r.Days)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return tx.Model(&ReminderRun{}).Where("id = ?", r.ID).Updates(map[string]any{"state": Done, "done_at": tx.Now}).Error
		}
		if err := s.remind(tx, &r, list); err != nil {
			return err
		}
		return tx.Model(&ReminderRun{}).Where("id = ?", r.ID).Updates(map[string]any{"after_unit": list[len(list)-1].UnitID, "sent": r.Sent, "skipped": r.Skipped}).Error
	})
	return more, err
}

// remind writes to some units.
func (s *Service) remind(tx *store.Tx, r *ReminderRun, list []Remind) error {
	units, bills := make([]int64, len(list)), []Bill{}
	for i, x := range list {
		units[i], bills = x.UnitID, append(bills, x.bills...)
	}
	reach, err := org.HomePeople(tx, units)
	if err != nil {
		return err
	}
	sets, err := ownersNow(tx, units)
	if err != nil {
		return err
	}
	texts, err := write(tx, r.CompanyID, r.PayText, bills)
	if err != nil {
		return err
	}
	for _, x := range list {
		once := fmt.Sprintf("%d/%d", r.ID, x.UnitID)
		l := &Letter{Once: &once, EstateID: r.EstateID, CompanyID: r.CompanyID, UnitID: x.UnitID, Unit: x.Unit, OwnerSetID: sets[x.UnitID][0], RunID: r.ID, Stage: Reminder, State: LeftOut, Why: x.Why, PersonID: r.PersonID, PostID: r.PostID, At: tx.Now}
		if x.Why == "" {
			t := texts[x.UnitID]
			l.State, l.Text, l.Amount, l.Bills, l.Reached = Sent, t.reminder(), t.total(), len(t.bills), len(reach[x.UnitID])
			if w := Threat(l.Text); w != "" {
				l.State, l.Why, l.Text = LeftOut, "文字里有“"+w+"”，没有发；请改公司或收费项目的名称", ""
			}
		}
		if l.State == LeftOut {
			r.Skipped++
			if err := tx.Create(l).Error; err != nil {
				return err
			}
			continue
		}
		r.Sent++
		if err := post(tx, l, texts[x.UnitID], x.claims, reach[x.UnitID]); err != nil {
			return err
		}
	}
	return nil
}

// post writes a letter with its bills and tells the unit's people that there is one. What it says is read in the letter: a message on a
// locked phone shows no debt.
func post(tx *store.Tx, l *Letter, t *letter, claims map[int64]bool, reach []int64) error {
	sum := sha256.Sum256([]byte(l.Text))
	l.Sha256 = hex.EncodeToString(sum[:])
	if err := tx.Create(l).Error; err != nil {
		return store.Raced(err)
	}
	rows := make([]LetterBill, len(t.bills))
	for i, b := range t.bills {
		rows[i] = LetterBill{LetterID: l.ID, BillID: b.ID, Amount: b.Due()}
		if claims[b.ID] {
			claim := fmt.Sprintf("%s/%d", l.Stage, b.ID)
			rows[i].Claim = &claim
		}
	}
	if err := tx.CreateInBatches(&rows, 400).Error; err != nil || l.State == Prepared {
		return store.Raced(err)
	}
	return tell(tx, l, reach)
}

// tell lets the unit's people know that there is a letter.
func tell(tx *store.Tx, l *Letter, reach []int64) error {
	if len(reach) == 0 {
		return nil
	}
	names, err := org.EstateNames(tx, []int64{l.EstateID})
	if err != nil {
		return err
	}
	what := map[Stage]string{Reminder: "reminded", Demand: "demanded"}[l.Stage]
	return outbox.Append(tx, event.Fee{SubjectKind: "fee_letter", SubjectID: l.ID, EstateID: l.EstateID, EstateName: names[l.EstateID], What: what, PersonIDs: reach, At: tx.Now})
}
