package complaint

import (
	"errors"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
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
		if err := t.legs("next", "skipped"); err != nil {
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
	if c.DueAt != nil && t.tx.Now.After(*c.DueAt) {
		c.LateAnswers++
	}
	if c.ParentID != 0 {
		c.Ending, c.ClosedAt = EndPart, &t.tx.Now
		return nil // the lead of the whole is told when the last part is done
	}
	err = t.tx.Model(&Complainant{}).Where("case_id = ? AND state IN ?", c.ID, []Standing{Not, Silent, Content, Next}).Update("state", Undecided).Error
	if err != nil {
		return err
	}
	until, err := t.confirmUntil()
	if err != nil {
		return err
	}
	c.HeldUntil = until
	if err := t.askAround(); err != nil {
		return err
	}
	return t.tell(func(e event.Case) event.Event {
		if until != nil {
			e.Due = *until
		}
		return event.CaseAnswered{Case: e}
	})
}

// Roles of those who decide, or ask who decides, about an answer.
const (
	finder = "finder"
	caller = "caller"
)

// askAround gives the answer to those who hear of it by no phone: the office that found the matter on patrol decides, and
// people without an account are called by the office that wrote the complaint down, else by the nearest above the estate
// that may. The answer stands in their queue until the window ends.
func (t *turn) askAround() error {
	var people []Complainant
	err := t.tx.Where("case_id = ? AND state = ? AND person_id = 0 AND hidden <> ?", t.c.ID, Undecided, Anonymous).Order("id").Limit(maxPeople).Find(&people).Error
	if err != nil {
		return err
	}
	asked := map[int64]bool{}
	for _, m := range people {
		role, what, candidates := finder, "found_answered", []int64{m.OrganisationID}
		if m.OrganisationID == 0 {
			role, what, candidates = caller, "call_back", []int64{0, t.c.CommunityID, t.c.TownshipID}
			if candidates[0], err = org.OrganisationOfPost(t.tx, m.FiledPost); err != nil {
				return err
			}
		}
		o, err := t.mayAsk(candidates)
		if err != nil {
			return err
		}
		if o == nil || asked[o.ID] {
			continue
		}
		asked[o.ID] = true
		if err := addRole(t.tx, t.c.ID, o.ID, role); err != nil {
			return err
		}
		err = t.tell(func(e event.Case) event.Event {
			return event.CaseMoved{Case: e, What: what, ToID: o.ID, ToName: o.Name}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// mayAsk is the first office that is neither the lead nor concerned by the case; nil for none.
func (t *turn) mayAsk(candidates []int64) (*org.Organisation, error) {
	for _, id := range candidates {
		if id == 0 || id == t.c.LeadID {
			continue
		}
		o, err := org.FindOrganisation(t.tx, id)
		if errors.Is(err, org.ErrOrganisationNotFound) {
			continue // closed since
		}
		if err != nil {
			return nil, err
		}
		if MayHandle(t.tx, t.c, o) == nil {
			return o, nil
		}
	}
	return nil, nil //nolint:nilnil // nobody may
}

// legs turns the later legs of an ordered route from one role into another: what was skipped comes back when the answer
// is not accepted.
func (t *turn) legs(from, to string) error {
	return t.tx.Model(&Party{}).Where("case_id = ? AND role = ?", t.c.ID, from).Update("role", to).Error
}

// note tells the complainants how far it is.
func (t *turn) note() error {
	return nil // shown in the timeline and told to nobody
}
