package complaint

import (
	"slices"

	"github.com/linli-city/linli/models/complaint/routing"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"gorm.io/gorm/clause"
)

// accept takes the case on. The lead accepts what was dispatched to it; an office that was asked to take over becomes
// the lead with this.
func (t *turn) accept() error {
	c := t.c
	if c.OfferedID != 0 {
		if err := t.lead(c.OfferedID, "former"); err != nil {
			return err
		}
	}
	if c.AcceptedAt == nil {
		c.AcceptedAt = &t.tx.Now
	}
	if err := t.take(); err != nil {
		return err
	}
	return t.tell(func(e event.Case) event.Event { return event.CaseAccepted{Case: e} })
}

// take makes the post that acts the one that works on the case, unless another one does.
func (t *turn) take() error {
	_, post, organisation, _ := t.actor.AuditTrail()
	return t.tx.Model(&Party{}).Where("case_id = ? AND organisation_id = ? AND post_id = 0", t.c.ID, organisation).Update("post_id", post).Error
}

// lead makes another office the lead. What the old one was becomes role.
func (t *turn) lead(organisation int64, role string) error {
	c := t.c
	if organisation != c.LeadID {
		if err := setRole(t.tx, c.ID, c.LeadID, role); err != nil {
			return err
		}
		if err := setRole(t.tx, c.ID, organisation, "lead"); err != nil {
			return err
		}
	}
	c.LeadID, c.OfferedID = organisation, 0
	return nil
}

// clauseKnown refuses a clause that the mandate list does not have.
func (t *turn) clauseKnown(clause string) error {
	_, ok, err := t.Duty(t.tx, clause)
	if err == nil && !ok {
		err = fault.ErrInvalid.With(fault.Field{Path: "clause", Reason: "职责清单里没有这一条，请写成“五(四)3”这样的条款号"})
	}
	return err
}

// refuse says that the case is not the office's, by a clause. The lead names who it belongs to, or leaves that to the
// township; it leads until somebody signs. The refusal that makes the count full sends the case to arbitration.
func (t *turn) refuse() error {
	c := t.c
	if c.Final {
		return ErrFinal
	}
	if err := t.clauseKnown(t.in.Clause); err != nil {
		return err
	}
	c.Refusals++
	limit, err := t.refusalLimit()
	if err != nil {
		return err
	}
	if int64(c.Refusals) >= limit {
		return t.dispute()
	}
	asked := c.OfferedID
	if asked != 0 { // the office that was asked says no: the lead keeps it
		if err := t.declined(); err != nil {
			return err
		}
		t.step.ToID = c.LeadID
		return t.moved(Refuse+"_asked", nil)
	}
	to := t.in.ToID
	if to == 0 {
		to = c.TownshipID
		if to == c.LeadID || t.mayTake(to) != nil {
			return fault.ErrInvalid.With(fault.Field{Path: "to", Reason: "请选择您认为应该主办的单位；对方也退办时，由领导小组办公室裁定"})
		}
	}
	o, err := t.offerTo(to)
	if err != nil {
		return err
	}
	t.step.ToID = o.ID
	return t.moved(Refuse, o)
}

// refusalLimit is the refusal with which a case goes to arbitration.
func (t *turn) refusalLimit() (int64, error) {
	set, err := org.Rules(t.tx, t.tx.Now, t.pack.Code)
	if err != nil {
		return 0, err
	}
	return set.Int("complaint.refusals")
}

// declined leaves an office that refused by a clause among the parties: it answers for its refusal, and may be given
// the case after all.
func (t *turn) declined() error {
	c := t.c
	if c.OfferedID == 0 {
		return nil
	}
	err := t.tx.Model(&Party{}).Where("case_id = ? AND organisation_id = ? AND role = ?", c.ID, c.OfferedID, "offered").Update("role", "former").Error
	c.OfferedID = 0
	return err
}

// dispute sends the case to arbitration; the lead keeps it meanwhile.
func (t *turn) dispute() error {
	c := t.c
	if err := t.declined(); err != nil {
		return err
	}
	ch, err := chainOf(t.tx, c)
	if err != nil {
		return err
	}
	if err := addRole(t.tx, c.ID, ch.arbiter, "arbiter"); err != nil {
		return err
	}
	t.goes(t.move.Or)
	t.step.ToID = ch.arbiter
	o, err := org.FindOrganisation(t.tx, ch.arbiter)
	if err != nil {
		return err
	}
	return t.moved(Arbitrate+"_asked", o)
}

// transfer asks another office to lead, citing why. The lead keeps the case until the other signs.
func (t *turn) transfer() error {
	c := t.c
	if c.Final {
		return ErrFinal
	}
	if err := t.clauseKnown(t.in.Clause); err != nil {
		return err
	}
	o, err := t.offerTo(t.in.ToID)
	if err != nil {
		return err
	}
	return t.tell(func(e event.Case) event.Event {
		return event.CaseTransferred{Case: e, FromID: c.LeadID, ToID: o.ID, ToName: o.Name}
	})
}

// offerTo asks an office to lead in the place of whoever was asked before.
func (t *turn) offerTo(organisation int64) (*org.Organisation, error) {
	c := t.c
	if err := t.mayTake(organisation); err != nil {
		return nil, err
	}
	o, err := org.FindOrganisation(t.tx, organisation)
	if err != nil {
		return nil, err
	}
	if o.ID == c.LeadID {
		return nil, ErrSameLead
	}
	if c.OfferedID != 0 && c.OfferedID != o.ID {
		if err := passOver(t.tx, c); err != nil {
			return nil, err
		}
	}
	c.OfferedID = o.ID
	return o, addRole(t.tx, c.ID, o.ID, "offered")
}

// mayTake refuses an office that has nothing to do with the estate, the body complained about, and those below it.
func (t *turn) mayTake(organisation int64) error {
	o, err := org.FindOrganisation(t.tx, organisation)
	if err != nil {
		return err
	}
	if o.ClosedAt != nil {
		return org.ErrOrganisationNotFound
	}
	if err := MayHandle(t.tx, t.c, o); err != nil {
		return err
	}
	return answersFor(t.tx, o, t.c.EstateID)
}

// arbitrate is the last word on who leads: after it nobody refuses or transfers the case.
func (t *turn) arbitrate() error {
	if err := t.clauseKnown(t.in.Clause); err != nil {
		return err
	}
	t.c.Final = true
	return t.send(t.in.ToID, Arbitrate)
}

// redirect gives the case to another office on the order of a level above.
func (t *turn) redirect() error {
	if t.in.Clause != "" {
		if err := t.clauseKnown(t.in.Clause); err != nil {
			return err
		}
	}
	if t.in.ToID == t.c.LeadID { // a new term for the same office would only hide that it is late
		return ErrSameLead
	}
	return t.send(t.in.ToID, Redirect)
}

// send dispatches the case to an office, which leads from now on; its clocks start.
func (t *turn) send(organisation int64, a Action) error {
	c := t.c
	if err := t.mayTake(organisation); err != nil {
		return err
	}
	o, err := org.FindOrganisation(t.tx, organisation)
	if err != nil {
		return err
	}
	if c.OfferedID != 0 {
		if err := passOver(t.tx, c); err != nil {
			return err
		}
	}
	if err := t.lead(o.ID, "former"); err != nil {
		return err
	}
	c.Level = string(routing.LevelOf(reference(o)))
	t.step.ToID = o.ID
	if err := t.dispatch(); err != nil {
		return err
	}
	return t.moved(a, o)
}

// conclude ends this leg of an ordered route: the office of the next leg leads, with the finding in its hands.
func (t *turn) conclude() error {
	c := t.c
	var next Party
	err := t.tx.Where("case_id = ? AND role = ?", c.ID, "next").Order("leg").Limit(1).Take(&next).Error
	if err != nil {
		return store.NotFound(err, ErrNoLeg)
	}
	o, err := org.FindOrganisation(t.tx, next.OrganisationID)
	if err != nil {
		return err
	}
	if err := t.lead(o.ID, "joint"); err != nil {
		return err
	}
	c.Level, c.Final = string(routing.LevelOf(reference(o))), false
	t.step.ToID, t.step.Clause = o.ID, next.Clause
	if err := t.dispatch(); err != nil {
		return err
	}
	return t.moved(Conclude, o)
}

// legsLeft counts the later legs of an ordered route that have not opened.
func legsLeft(tx *store.Tx, caseID int64) (int64, error) {
	var n int64
	return n, tx.Model(&Party{}).Where("case_id = ? AND role = ?", caseID, "next").Count(&n).Error
}

// assign gives the case to a post of the office, or to nobody in particular again.
func (t *turn) assign() error {
	_, _, organisation, _ := t.actor.AuditTrail()
	if t.in.PostID != 0 {
		var p org.Post
		err := t.tx.Where("id = ? AND organisation_id = ? AND closed_at IS NULL", t.in.PostID, organisation).Take(&p).Error
		if err != nil {
			return store.NotFound(err, org.ErrPostNotFound)
		}
		t.step.Text = p.Title
	}
	t.step.Public = false
	return t.tx.Model(&Party{}).Where("case_id = ? AND organisation_id = ?", t.c.ID, organisation).Update("post_id", t.in.PostID).Error
}

// MayHandle refuses the body complained about, and those that stand below it or count as one with it.
func MayHandle(tx *store.Tx, c *Case, to *org.Organisation) error {
	about, err := aboutOf(tx, c)
	if err == nil && routing.Concerned(reference(to), about) {
		err = ErrAboutParty
	}
	return err
}

// answersFor refuses an organisation that has nothing to do with the estate: another township's, another company.
func answersFor(tx *store.Tx, to *org.Organisation, estateID int64) error {
	if to.CityWide {
		return nil
	}
	var e org.Estate
	if err := tx.Where("id = ?", estateID).Take(&e).Error; err != nil {
		return store.NotFound(err, org.ErrEstateNotFound)
	}
	if slices.Contains([]int64{e.TownshipID, e.CommunityID, e.CompanyID, e.CommitteeID}, to.ID) {
		return nil
	}
	return org.ErrOrganisationNotFound.Saying("这个单位不负责本小区，请重新选择")
}

// setRole records what an organisation is in the case from now on.
func setRole(tx *store.Tx, caseID, organisation int64, role string) error {
	res := tx.Model(&Party{}).Where("case_id = ? AND organisation_id = ?", caseID, organisation).Updates(map[string]any{"role": role, "leg": 0, "since": tx.Now})
	if res.Error != nil || res.RowsAffected > 0 {
		return res.Error
	}
	return tx.Create(&Party{CaseID: caseID, OrganisationID: organisation, Role: role, Open: true, Since: tx.Now}).Error
}

// addRole lets an office see the case; what it is in the case already stays.
func addRole(tx *store.Tx, caseID, organisation int64, role string) error {
	if organisation == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Party{CaseID: caseID, OrganisationID: organisation, Role: role, Open: true, Since: tx.Now}).Error
}

// passOver takes the case out of the sight of an office that was asked and did not take it. Without this a lead could
// spread a private complaint by offering it around.
func passOver(tx *store.Tx, c *Case) error {
	return tx.Where("case_id = ? AND organisation_id = ? AND role = ?", c.ID, c.OfferedID, "offered").Delete(&Party{}).Error
}
