package assembly

import (
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// checkGround holds a call to what it is based on: a petition that obliges, an order, or a group that was formed, of this estate, and
// not the ground of another meeting that still stands. The row is locked, so that of two calls one wins.
func (s *Service) checkGround(tx *store.Tx, e *org.Estate, d *Call) error {
	if d.Basis == OwnMotion {
		if d.BasisID != 0 {
			return noGround("业委会主动召集的，不用填依据的编号")
		}
		return nil
	}
	var err error
	switch d.Basis {
	case OnPetition:
		err = s.groundPetition(tx, e, d)
	case OnOrder:
		err = s.groundOrder(tx, e, d)
	default:
		err = groundGroup(tx, e, d)
	}
	if err != nil {
		return err
	}
	m, err := answering(tx, e.ID, d.Basis, d.BasisID)
	if err == nil && m != nil {
		return ErrBasis.Saying("这个依据已经用于会议“" + m.Title + "”（" + m.Number + "），不能再用一次")
	}
	return err
}

func noGround(reason string) error {
	return ErrBasis.With(fault.Field{Path: "basis_id", Reason: reason}).Saying(reason)
}

func (s *Service) groundPetition(tx *store.Tx, e *org.Estate, d *Call) error {
	var p Petition
	if err := tx.ForUpdate().Where("id = ? AND estate_id = ?", d.BasisID, e.ID).Take(&p).Error; err != nil {
		return store.NotFound(err, noGround("没有找到本小区的这件联名提议"))
	}
	if p.State != Reached {
		return noGround("这件联名提议" + PetitionNames[p.State] + "，不能据此召集")
	}
	return p.asks(d)
}

// asks refuses a call that leaves out what the petition asks for.
func (p *Petition) asks(d *Call) error {
	if d.Session != Extraordinary || !d.Scope.Whole() {
		return noGround("联名提议要求召开的是全小区的临时会议")
	}
	return p.keeps(d.Motions)
}

// keeps refuses an agenda without a motion that the petition asks for.
func (p *Petition) keeps(list []Proposal) error {
	wants, err := p.wants()
	if err != nil {
		return err
	}
	for _, w := range wants {
		if !slices.ContainsFunc(list, func(m Proposal) bool { return strings.TrimSpace(m.Title) == w.Title }) {
			return ErrBasis.With(fault.Field{Path: "motions", Reason: "缺少联名提议要求的议题：" + w.Title}).Saying("联名提议要求的议题“" + w.Title + "”不在会议议题里，请补上（名称要一致）")
		}
	}
	return nil
}

// groundOrder lets the committee obey an order, and others stand in for it once the order's day has passed.
func (s *Service) groundOrder(tx *store.Tx, e *org.Estate, d *Call) error {
	var o Order
	if err := tx.ForUpdate().Where("id = ? AND estate_id = ?", d.BasisID, e.ID).Take(&o).Error; err != nil {
		return store.NotFound(err, noGround("没有找到本小区的这份责令通知"))
	}
	done, err := o.obeyed(tx) // now: a meeting that was cancelled obeyed nothing
	if err != nil {
		return err
	}
	if done {
		return noGround("业委会已经按这份责令召集了会议")
	}
	if d.Convener != ByCommittee && !tx.Now.After(o.DueAt) {
		return noGround("责令业委会召集的期限到" + o.DueAt.In(shanghai).Format("1月2日") + "为止，过后才能代为召集")
	}
	if o.Cause == ForTerm && d.Session != Renewal {
		return noGround("这份责令要求的是换届会议")
	}
	if o.PetitionID == 0 {
		return nil
	}
	var p Petition
	if err := tx.Where("id = ?", o.PetitionID).Take(&p).Error; err != nil {
		return err
	}
	return p.asks(d)
}

// obeyed reports whether the committee has given notice of a meeting under the order, or on the petition behind it.
func (o *Order) obeyed(tx *store.Tx) (bool, error) {
	if done, err := noticed(tx, o.EstateID, OnOrder, o.ID); done || err != nil || o.PetitionID == 0 {
		return done, err
	}
	return noticed(tx, o.EstateID, OnPetition, o.PetitionID)
}

func groundGroup(tx *store.Tx, e *org.Estate, d *Call) error {
	kind := FirstGroup
	if d.Basis == ForRenewal {
		kind = RenewalGroup
	}
	var g Group
	if err := tx.ForUpdate().Where("id = ? AND estate_id = ? AND kind = ?", d.BasisID, e.ID, kind).Take(&g).Error; err != nil {
		return store.NotFound(err, noGround("没有找到本小区的这个"+GroupNames[kind]))
	}
	if g.State != Formed && g.State != Done { // done: where its meeting was cancelled, it may call another
		return noGround(GroupNames[kind] + "还没有成立，或者已经结束，不能召集会议")
	}
	return nil
}

// keepsAsked holds a new agenda to the petition that the meeting was called on, or that is behind the order.
func keepsAsked(tx *store.Tx, m *Meeting, list []Proposal) error {
	id := m.BasisID
	switch m.Basis {
	case OnPetition:
	case OnOrder:
		var o Order
		if err := tx.Where("id = ?", m.BasisID).Take(&o).Error; err != nil {
			return err
		}
		id = o.PetitionID
	default:
		return nil
	}
	var p Petition
	if err := tx.Where("id = ?", id).Take(&p).Error; err != nil {
		return store.NotFound(err, nil)
	}
	return p.keeps(list)
}
