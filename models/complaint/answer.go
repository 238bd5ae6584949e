package complaint

import (
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
)

// answer tells the complainants what was done, in four elements; they then confirm or return. The answer to a part
// ends the part.
func (t *turn) answer() error {
	c, r := t.c, t.in.Report
	if c.OfferedID != 0 {
		if err := passOver(t.tx, c); err != nil {
			return err
		}
		c.OfferedID = 0
	}
	left, err := legsLeft(t.tx, c.ID)
	if err != nil {
		return err
	}
	if left > 0 {
		if len([]rune(r.Skip)) < 2 {
			return fault.ErrInvalid.With(fault.Field{Path: "report.skip", Reason: "后面还有单位要办：请用“办完本环节”交给下一个单位，或写明为什么不需要了"})
		}
		if err := t.tx.Where("case_id = ? AND role = ?", c.ID, "next").Delete(&Party{}).Error; err != nil {
			return err
		}
	}
	t.step.Text = "受理：" + r.AcceptedOn + "\n联系：" + r.Contacted + "\n办理：" + r.Did + "\n下一步：" + r.Next
	if left > 0 {
		t.step.Text += "\n后续环节不需要：" + r.Skip
	}
	if err := t.detail(r); err != nil {
		return err
	}
	c.AnsweredAt = &t.tx.Now
	if c.ParentID != 0 {
		c.Ending, c.ClosedAt = EndPart, &t.tx.Now
		return nil // the lead of the whole is told when the last part is done
	}
	err = t.tx.Model(&Complainant{}).Where("case_id = ? AND state IN ?", c.ID, []Standing{Not, Silent, Content}).Update("state", Undecided).Error
	if err != nil {
		return err
	}
	until, err := t.confirmUntil()
	if err != nil {
		return err
	}
	c.HeldUntil = until
	return t.tell(func(e event.Case) event.Event {
		if until != nil {
			e.Due = *until
		}
		return event.CaseAnswered{Case: e}
	})
}

// note tells the complainants how far it is.
func (t *turn) note() error {
	return nil // shown in the timeline and told to nobody
}
