package complaint

import (
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
)

// confirm says that this complainant is content. The case closes when nobody is left who has not decided.
func (t *turn) confirm() error {
	c := t.c
	if t.mine.State == Content {
		return errRepeat
	}
	t.mine.State = Content
	if err := t.saveMine("state"); err != nil {
		return err
	}
	left, err := t.undecided()
	if err != nil {
		return err
	}
	if left > 0 {
		t.c.State = Answered
		return t.moved(Confirm, nil)
	}
	c.Ending, c.ClosedAt, c.HeldUntil = EndConfirmed, &t.tx.Now, nil
	return t.tell(func(e event.Case) event.Event { return event.CaseConfirmed{Case: e} })
}

func (t *turn) undecided() (int64, error) {
	var n int64
	return n, t.tx.Model(&Complainant{}).Where("case_id = ? AND state = ?", t.c.ID, Undecided).Count(&n).Error
}

func (t *turn) saveMine(columns ...string) error {
	return t.tx.Model(&Complainant{}).Where("id = ?", t.mine.ID).Select(columns).Updates(t.mine).Error
}

// giveBack returns the case: this complainant is not content and says why, which opens it again for everybody. The
// second return takes it one level up.
func (t *turn) giveBack() error {
	t.mine.State = Not
	t.mine.Returns++
	if err := t.saveMine("state", "returns"); err != nil {
		return err
	}
	return t.again()
}

// afresh opens an answered or closed case, its clock from the start. What anybody thought of the former answer is no
// opinion of the next one; the steps keep it.
func (t *turn) afresh() error {
	c := t.c
	c.HeldUntil, c.AnsweredAt, c.ClosedAt, c.Ending = nil, nil, nil, ""
	err := t.tx.Model(&Complainant{}).Where("case_id = ? AND rated_at IS NOT NULL", c.ID).
		Updates(map[string]any{"response": "", "solved": "", "satisfied": "", "comment": "", "rated_via": "", "rated_at": nil}).Error
	if err != nil {
		return err
	}
	if err := t.legs("skipped", "next"); err != nil {
		return err
	}
	return t.dispatch()
}

// again is a return: it counts, and from the second time on the level above leads.
func (t *turn) again() error {
	c := t.c
	c.Returns++
	if err := t.afresh(); err != nil {
		return err
	}
	if c.Returns < 2 {
		return t.tell(func(e event.Case) event.Event { return event.CaseReturned{Case: e, Returns: c.Returns} })
	}
	ch, err := chainOf(t.tx, c)
	if err != nil {
		return err
	}
	if len(ch.up) == 0 { // nobody stands above: the lead works on it again
		return t.tell(func(e event.Case) event.Event { return event.CaseReturned{Case: e, Returns: c.Returns} })
	}
	t.c.State = Dispatched
	o, err := org.FindOrganisation(t.tx, ch.up[0])
	if err != nil {
		return err
	}
	if err := t.lead(o.ID, "joint"); err != nil {
		return err
	}
	c.Level, c.Final, t.step.ToID = levelOf(o), false, o.ID
	return t.tell(func(e event.Case) event.Event { return event.CaseReturned{Case: e, Returns: c.Returns, Raised: true} })
}

// reopen works again on a closed case: a complainant who let the time pass or saw it closed by force may do so for as
// long as they could have returned the answer; a level above at any time.
func (t *turn) reopen() error {
	c := t.c
	if t.move.Who == Above { // the level above found something; nobody returned anything
		if err := t.afresh(); err != nil {
			return err
		}
		return t.moved(Reopen, nil)
	}
	window, err := t.confirmDays()
	if err != nil {
		return err
	}
	if (t.mine.State != Silent && c.Ending != EndForced) || c.ClosedAt == nil || t.tx.Now.After(c.ClosedAt.Add(window)) {
		return ErrReopen
	}
	t.mine.State = Not
	t.mine.Returns++
	if err := t.saveMine("state", "returns"); err != nil {
		return err
	}
	return t.again()
}

// withdraw takes this complainant's receipt out of the case; the case ends when it was the last.
func (t *turn) withdraw() error {
	c := t.c
	t.mine.State = Gone
	if err := t.saveMine("state"); err != nil {
		return err
	}
	c.People--
	if c.People > 0 {
		t.c.State = t.from
		if t.from != Answered {
			c.Resume = t.back
			return nil
		}
		left, err := t.undecided()
		if err != nil || left > 0 {
			return err
		}
		// The others have all confirmed.
		c.State, c.Ending, c.ClosedAt, c.HeldUntil = Closed, EndConfirmed, &t.tx.Now, nil
		return t.tell(func(e event.Case) event.Event { return event.CaseConfirmed{Case: e} })
	}
	c.Ending, c.ClosedAt, c.PausedAt, c.HeldUntil = EndWithdrawn, &t.tx.Now, nil, nil
	if err := t.endParts(); err != nil {
		return err
	}
	return t.moved(Withdraw, nil)
}

// forceClose ends the case on the order of a level above, with a reason that the complainants read. The body complained
// about and the lead can never do this; see parts.
func (t *turn) forceClose() error {
	c := t.c
	c.Ending, c.ClosedAt, c.PausedAt, c.HeldUntil = EndForced, &t.tx.Now, nil, nil
	if c.OfferedID != 0 {
		if err := passOver(t.tx, c); err != nil {
			return err
		}
		c.OfferedID = 0
	}
	err := t.tx.Model(&Complainant{}).Where("case_id = ? AND state = ?", c.ID, Undecided).Update("state", Silent).Error
	if err != nil {
		return err
	}
	if err := t.endParts(); err != nil {
		return err
	}
	return t.moved(ForceClose, nil)
}

// urge asks for haste, at most once a day for each complainant.
func (t *turn) urge() error {
	if last := t.mine.UrgedAt; last != nil && org.DayOf(*last).Equal(org.DayOf(t.tx.Now)) {
		return ErrUrged
	}
	t.mine.UrgedAt = &t.tx.Now
	if err := t.saveMine("urged_at"); err != nil {
		return err
	}
	return t.moved(Urge, nil)
}

// maxRatings bounds how often somebody changes a rating.
const maxRatings = 20

// rate keeps what this complainant thinks of the handling. A later rating takes the place of an earlier one; the step
// keeps both.
func (t *turn) rate() error {
	r := t.in.Rating
	m := t.mine
	m.Response, m.Solved, m.Satisfied, m.Comment, m.RatedAt = r.Response, r.Solved, r.Satisfied, t.in.Text, &t.tx.Now
	m.RatedVia = t.via
	if m.RatedVia == "" {
		m.RatedVia = "self"
	}
	var before int64
	err := t.tx.Model(&Step{}).Where("case_id = ? AND complainant_id = ? AND kind = ?", t.c.ID, m.ID, Rate).Count(&before).Error
	if err != nil {
		return err
	}
	if before >= maxRatings {
		return ErrRated
	}
	if err := t.saveMine("response", "solved", "satisfied", "comment", "rated_at", "rated_via"); err != nil {
		return err
	}
	return t.detail(r)
}

// reveal records that the lead looked at who complained; the complainants are told. What it may see is for
// RevealComplainant to give.
func (t *turn) reveal() error {
	if err := t.detail(map[string]string{"why": t.in.Text}); err != nil {
		return err
	}
	var whole Case // the office of a part looks at the people of the whole
	if err := t.tx.Where("id = ?", t.c.root()).Take(&whole).Error; err != nil {
		return err
	}
	e, err := whole.event(t.tx)
	if err != nil {
		return err
	}
	lead, err := org.FindOrganisation(t.tx, t.c.LeadID)
	if err != nil {
		return err
	}
	e.LeadID, e.LeadName = lead.ID, lead.Name
	t.told = append(t.told, event.CaseRevealed{Case: e})
	return nil
}

// lapse closes an answered case that nobody returned in time. No answer is not satisfied.
func (t *turn) lapse() error {
	c := t.c
	var content int64
	if err := t.tx.Model(&Complainant{}).Where("case_id = ? AND state = ?", c.ID, Content).Count(&content).Error; err != nil {
		return err
	}
	if err := t.tx.Model(&Complainant{}).Where("case_id = ? AND state = ?", c.ID, Undecided).Update("state", Silent).Error; err != nil {
		return err
	}
	c.Ending, c.ClosedAt, c.HeldUntil = EndSilent, &t.tx.Now, nil
	if content > 0 {
		c.Ending = EndConfirmed
	}
	return t.moved(Lapse, nil)
}

// confirmDays is how long an answer may be returned.
func (t *turn) confirmDays() (time.Duration, error) {
	set, err := org.Rules(t.tx, t.tx.Now, t.pack.Code)
	if err != nil {
		return 0, err
	}
	n, err := set.Int("complaint.confirm_days")
	return time.Duration(n) * 24 * time.Hour, err
}

// confirmUntil is the end of the last day on which an answer may be returned.
func (t *turn) confirmUntil() (*time.Time, error) {
	window, err := t.confirmDays()
	if err != nil {
		return nil, err
	}
	end := calendar.DateOf(t.tx.Now.Add(window)).End().UTC().Truncate(time.Second)
	return &end, nil
}
