package assembly

import (
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Faults of whoever is too near to what they would decide. Each says who can.
var (
	ErrStake   = fault.New(fault.Forbidden, "meeting.stake", "您或者与您共有房屋的人是本次会议的候选人，不能处理异议、主持抽签或确认结果。请由本单位的另一位工作人员办理；没有别人的，请乡镇（办事处）办理")
	ErrHandled = fault.New(fault.Forbidden, "objection.handled", "有异议的票是您投的、协助填写的、录入或复核的，不能由您处理。请由本单位的另一位工作人员办理；没有别人的，请乡镇（办事处）办理")
)

// noStake refuses whoever stands in an election of a meeting, or owns a home together with somebody who does.
func noStake(tx *store.Tx, m *Meeting, person int64) error {
	named := tx.Model(&org.Owner{}).Select("owner_set_id").Where("person_id = ? AND person_id <> 0", person)
	recognised := tx.Table("residences r").Select("o.owner_set_id").Joins("JOIN owners o ON o.id = r.owner_id").Where("r.person_id = ? AND r.role = ? AND r.living IS NOT NULL", person, org.RoleOwner)
	var n int64
	err := tx.Model(&Candidate{}).Where("meeting_id = ? AND state IN ?", m.ID, []CandidateState{Nominee, Eligible}).
		Where("(person_id = ? AND person_id <> 0) OR owner_set_id IN (?) OR owner_set_id IN (?)", person, named, recognised).Count(&n).Error
	if err == nil && n > 0 {
		err = ErrStake
	}
	return err
}

// notHandled refuses whoever cast one of some envelopes, or helped to fill in, entered or confirmed the form behind one.
func notHandled(tx *store.Tx, person int64, envelopes map[int64]bool, form int64) error {
	ids, forms := []int64{0}, []int64{form}
	for id := range envelopes {
		ids = append(ids, id)
	}
	var list []Envelope
	if err := tx.Select("id", "person_id", "form_id").Where("id IN ?", ids).Find(&list).Error; err != nil {
		return err
	}
	for _, e := range list {
		if e.PersonID == person {
			return ErrHandled
		}
		forms = append(forms, e.FormID)
	}
	var n int64
	if err := tx.Model(&Look{}).Where("form_id IN ? AND form_id <> 0 AND person_id = ?", forms, person).Count(&n).Error; err != nil || n > 0 {
		return or(err, ErrHandled)
	}
	err := tx.Model(&Assisted{}).Where("form_id IN ? AND form_id <> 0 AND (helper_id = ? OR second_id = ?)", forms, person, person).Count(&n).Error
	if err == nil && n > 0 {
		err = ErrHandled
	}
	return err
}

// mayFinish lets the convener take the last steps of a meeting, and in an election the township as well: where everybody at the convener
// stands, nobody else could.
func mayFinish(tx *store.Tx, actor org.Actor, m *Meeting) error {
	if m.convenedBy(actor) {
		return nil
	}
	var stand int64
	if actor.Post != nil && actor.Post.OrgKind == org.Township {
		if err := tx.Model(&Candidate{}).Where("meeting_id = ? AND slot IS NOT NULL", m.ID).Limit(1).Count(&stand).Error; err != nil {
			return err
		}
	}
	if stand == 0 {
		return ErrNotConvener
	}
	return nil
}
