package complaint

import (
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
)

// merge puts the case into another one of the estate about the same thing. Every complainant keeps the receipt, the
// right to confirm or return, and the rating; they are exercised in the other case from now on.
func (t *turn) merge() error {
	c := t.c
	var into Case
	// Two leads that merge into each other at the same moment lock in opposite order; one of them is run again.
	err := t.tx.ForUpdate().Where("number = ? AND estate_id = ? AND open = ?", t.in.Into, c.EstateID, true).Take(&into).Error
	if err != nil {
		return store.NotFound(err, ErrMergeTarget)
	}
	switch {
	case into.ID == c.ID, into.ParentID != 0:
		return ErrMergeTarget
	case into.LeadID != c.LeadID:
		return ErrMergeTarget.Saying("只能并入由您单位主办的投诉")
	case into.AboutID != c.AboutID:
		// Otherwise the body that one of them is about would lead or read what was said of it.
		return ErrMergeTarget.Saying("两件投诉针对的单位不同，不能并案")
	case into.State == Answered:
		return ErrMergeTarget.Saying("那件投诉已经答复，正在等投诉人确认，不能再并入")
	case into.People+c.People > maxPeople:
		return ErrFull
	}
	told, err := c.event(t.tx) // while the people are still this case's
	if err != nil {
		return err
	}
	res := t.tx.Model(&Complainant{}).Where("case_id = ?", c.ID).Update("case_id", into.ID)
	if res.Error != nil {
		return res.Error
	}
	into.People += c.People
	// The earlier promise holds for everybody.
	if c.DueAt != nil && (into.DueAt == nil || c.DueAt.Before(*into.DueAt)) {
		into.DueAt, into.DueReference = c.DueAt, c.DueReference
		if into.RemindAt != nil {
			into.RemindAt = remindBefore(t.tx.Now, *into.DueAt)
		}
	}
	// So do what was counted and what was decided: nobody gets rid of a return or of an arbitration by merging.
	into.Returns, into.Refusals, into.Escalations = max(into.Returns, c.Returns), max(into.Refusals, c.Refusals), max(into.Escalations, c.Escalations)
	into.Final = into.Final || c.Final
	into.Urgent = into.Urgent || c.Urgent
	c.MergedID, c.Ending, c.ClosedAt = into.ID, EndMerged, &t.tx.Now
	other := &turn{Service: t.Service, tx: t.tx, actor: t.actor, c: &into, from: into.State, step: &Step{CaseID: into.ID, Kind: Merge, Text: "并入" + c.Number + "：" + t.in.Text, Public: true}}
	if err := other.store(Merge); err != nil {
		return err
	}
	told.CaseID, told.Number = into.ID, into.Number
	t.told = append(t.told, event.CaseMoved{Case: told, What: string(Merge)})
	return nil
}
