package assembly

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Verdict is the answer to some entries of a docket.
type Verdict struct {
	Objections []int64
	Uphold     bool
	Text       string
	Follows    Consequence // of an objection to the result that is upheld
}

func (v Verdict) state() string {
	if v.Uphold {
		return "upheld"
	}
	return "rejected"
}

// maxVerdicts bounds how many objections one answer is for.
const maxVerdicts = 50

// AnswerObjections answers entries of the docket with one text, all of them or none. Upheld, the disputed ballots count no more; an owner's
// objection to a ballot of their seat rejected, it counts: either is entered here, and done once another person confirms it, as is what follows from an objection to the result that holds. Either way the count with and without them is kept with the answer. Nobody
// answers their own, or where they have a stake.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrSamePerson, ErrStake, ErrHandled, fault.ErrInvalid.
func (s *Service) AnswerObjections(ctx context.Context, actor org.Actor, id int64, v Verdict) ([]Objection, error) {
	v.Text = strings.TrimSpace(v.Text)
	ids := slices.Compact(slices.Sorted(slices.Values(v.Objections)))
	n := len([]rune(v.Text))
	var c fault.Checks
	c.Check(n >= 4 && n <= 1000, "text", "请写明处理的依据和结果（4至1000个字）")
	c.Check(len(ids) > 0 && len(ids) <= maxVerdicts, "objections", fmt.Sprintf("一次处理1至%d件", maxVerdicts))
	if err := c.Err(); err != nil {
		return nil, err
	}
	var list []Objection
	_, err := s.change(ctx, actor, org.AnswerOwners, id, []State{Noticed, Closed, Provisional}, func(tx *store.Tx, m *Meeting) error {
		m.Version--
		list = nil
		for _, id := range ids {
			o, err := mayAnswer(tx, actor, m, id)
			if err != nil {
				return err
			}
			as, err := v.follow(o)
			if err != nil {
				return err
			}
			if o.takesTwo(v.Uphold) {
				err = s.enter(tx, actor, m, o, v, as)
			} else {
				err = s.answer(tx, actor, m, o, v.Uphold, v.Text)
			}
			if err != nil {
				return err
			}
			list = append(list, *o)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("answer objections: %w", err)
	}
	return list, nil
}

// ConfirmObjection confirms what another person entered: an objection against ballots holds, and they count no more, or it does not; or what
// follows from one to the result. It is for the convener's people, and for the township.
// Faults: ErrForbidden, ErrNotFound, ErrNotConvener, ErrState, ErrSamePerson, ErrStake, ErrHandled.
func (s *Service) ConfirmObjection(ctx context.Context, actor org.Actor, id, objection int64) (*Objection, error) {
	var o *Objection
	_, err := s.change(ctx, actor, org.AnswerOwners, id, []State{Noticed, Closed, Provisional}, func(tx *store.Tx, m *Meeting) error {
		m.Version--
		if !m.convenedBy(actor) && actor.Post.OrgKind != org.Township {
			return ErrNotConvener.Saying("复核由召集单位的另一位工作人员，或者乡镇（办事处）办理")
		}
		var err error
		if o, err = mayAnswer(tx, actor, m, objection); err != nil {
			return err
		}
		switch o.EnteredBy {
		case 0:
			return ErrState.Saying("这件异议还没有人录入处理意见，请先录入")
		case actor.PersonID:
			return ErrSamePerson.Saying("录入处理意见的人不能自己复核，请由另一个人复核")
		}
		if err := s.answer(tx, actor, m, o, o.EnteredAs == "upheld", o.Answer); err != nil {
			return err
		}
		if err := s.conclude(tx, actor, m, o); err != nil {
			return err
		}
		return s.anew(tx, actor, m, o.Kind != AgainstResult || o.Follows == FollowsRecount)
	})
	if err != nil {
		return nil, fmt.Errorf("confirm objection: %w", err)
	}
	return o, nil
}

// mayAnswer finds an open entry that this person may answer.
func mayAnswer(tx *store.Tx, actor org.Actor, m *Meeting, id int64) (*Objection, error) {
	var o Objection
	if err := tx.Where("id = ? AND meeting_id = ? AND state = 'open'", id, m.ID).Take(&o).Error; err != nil {
		return nil, store.NotFound(err, ErrState.Saying("没有找到这件待处理的异议"))
	}
	if o.PersonID == actor.PersonID {
		return nil, ErrSamePerson.Saying("自己提出的异议不能自己处理，请由别人处理")
	}
	if err := noStake(tx, m, actor.PersonID); err != nil {
		return nil, err
	}
	disputed, err := o.envelopes(tx)
	if err != nil {
		return nil, err
	}
	return &o, notHandled(tx, actor.PersonID, disputed, o.FormID)
}

// enter notes an answer until another person confirms it; who sees it otherwise enters theirs instead. What it would change is counted already,
// for whoever confirms.
func (s *Service) enter(tx *store.Tx, actor org.Actor, m *Meeting, o *Objection, v Verdict, follows Consequence) error {
	as := v.state()
	if o.EnteredBy != 0 && o.EnteredAs == as && o.Follows == follows {
		return ErrState.Saying("这件异议已有人录入同样的意见，请由另一个人复核；意见不同的，请录入自己的意见")
	}
	if err := s.weigh(tx, m, o); err != nil {
		return err
	}
	o.Answer, o.EnteredBy, o.EnteredAs, o.EnteredAt, o.Follows = v.Text, actor.PersonID, as, &tx.Now, follows
	if err := tx.Model(&Objection{}).Where("id = ?", o.ID).Select("answer", "effect", "entered_by", "entered_as", "entered_at", "follows").Updates(o).Error; err != nil {
		return err
	}
	return note(tx, actor, m, "enter_objection", map[string]any{"objection": o.Number, "as": as, "follows": follows})
}

func (s *Service) answer(tx *store.Tx, actor org.Actor, m *Meeting, o *Objection, uphold bool, text string) error {
	if err := s.settle(tx, actor, m, o, uphold); err != nil {
		return err
	}
	o.State, o.Answer, o.AnsweredBy, o.AnsweredAt = Verdict{Uphold: uphold}.state(), text, actor.PersonID, &tx.Now
	if !uphold {
		o.Follows = "" // whoever entered it otherwise was not followed
	}
	if err := tx.Model(&Objection{}).Where("id = ?", o.ID).Select("state", "answer", "effect", "follows", "answered_by", "answered_at").Updates(o).Error; err != nil {
		return err
	}
	if err := s.tellPeople(tx, m, []int64{o.PersonID}, "answered"); err != nil {
		return err
	}
	return note(tx, actor, m, "answer_objection", map[string]any{"objection": o.Number, "state": o.State})
}

// takesTwo reports whether an answer says what becomes of the result or of ballots: where an objection to the result holds, and either way of
// one to a ballot of the owner's own seat.
func (o *Objection) takesTwo(uphold bool) bool {
	return o.Kind != AgainstResult || uphold
}

// anew publishes the provisional result again.
func (s *Service) anew(tx *store.Tx, actor org.Actor, m *Meeting, changed bool) error {
	if !changed || m.State != Provisional {
		return nil
	}
	return s.republish(tx, actor, m, "provisional")
}
