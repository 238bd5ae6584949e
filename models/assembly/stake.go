package assembly

import (
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Faults of whoever is too near to what they would decide. Each says who can.
var (
	ErrStake   = fault.New(fault.Forbidden, "meeting.stake", "您或者与您共有房屋的人是本次会议的候选人，不能处理异议、主持抽签或确认结果。请由本单位的另一位工作人员办理；没有别人的，请乡镇（办事处）办理")
	ErrHandled = fault.New(fault.Forbidden, "objection.handled", "有异议的票是您投的、协助填写的、录入或复核的，或者凭您登记、审核过的委托书、证明投的，不能由您处理。请由本单位的另一位工作人员办理；没有别人的，请乡镇（办事处）办理")
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

// notHandled refuses whoever cast one of some envelopes, helped to fill in, entered or confirmed the form behind one, or let in the paper by which
// somebody else cast it.
func notHandled(tx *store.Tx, person int64, envelopes map[int64]bool, form int64) error {
	ids, forms, proxies := []int64{0}, []int64{form}, []int64{0}
	for id := range envelopes {
		ids = append(ids, id)
	}
	var list []Envelope
	if err := tx.Select("id", "person_id", "form_id", "proxy_id").Where("id IN ?", ids).Find(&list).Error; err != nil {
		return err
	}
	for _, e := range list {
		if e.PersonID == person {
			return ErrHandled
		}
		forms, proxies = append(forms, e.FormID), append(proxies, e.ProxyID)
	}
	for _, q := range []*gorm.DB{
		tx.Model(&Look{}).Where("form_id IN ? AND form_id <> 0 AND person_id = ?", forms, person),
		tx.Model(&Assisted{}).Where("form_id IN ? AND form_id <> 0 AND (helper_id = ? OR second_id = ?)", forms, person, person),
		tx.Model(&Proxy{}).Where("(id IN ? OR id IN (?)) AND (entered_by = ? OR reviewed_by = ?)", proxies, tx.Model(&Form{}).Select("proxy_id").Where("id IN ?", forms), person, person),
		tx.Table("envelopes e").Joins("JOIN seats s ON s.id = e.seat_id JOIN credentials c ON c.person_id = e.person_id AND c.owner_set_id IN (s.owner_set_id, s.holder_set_id)").
			Where("e.id IN ? AND c.state IN ? AND (c.entered_by = ? OR c.reviewed_by = ?)", ids, []CredentialState{Accredits, Revoked}, person, person),
	} {
		var n int64
		if err := q.Count(&n).Error; err != nil || n > 0 {
			return or(err, ErrHandled)
		}
	}
	return nil
}

// fresh refuses whoever made what a certificate would confirm: any of the provisional results, a drawing, what an objection changed or was
// found not to change, an authorisation that was found invalid, what is read on a form, a result from elsewhere, or a ballot for somebody else. Their own vote keeps
// nobody away: the members of a committee are owners, and all of them vote.
func fresh(tx *store.Tx, m *Meeting, person int64) error {
	for _, x := range []struct {
		did *gorm.DB
		say string
	}{
		{tx.Model(&Outcome{}).Where("meeting_id = ? AND kind = 'provisional' AND made_by = ?", m.ID, person), "公布过初步结果的人不能自己确认结果，请由另一个人确认"},
		{tx.Model(&Drawing{}).Where("meeting_id = ? AND recorded_by = ?", m.ID, person), "登记抽签结果的人不能自己确认结果，请由另一个人确认"},
		{tx.Model(&Objection{}).Where("meeting_id = ? AND entered_by <> 0 AND (entered_by = ? OR answered_by = ?)", m.ID, person, person), "录入或者复核过异议处理意见的人不能确认结果，请由另一个人确认"},
		{tx.Model(&Proxy{}).Where("meeting_id = ? AND state = ? AND ended_by = ?", m.ID, ProxyInvalid, person), "认定过委托无效的人不能确认结果，请由另一个人确认"},
		{tx.Model(&Look{}).Where("meeting_id = ? AND person_id = ?", m.ID, person), "录入或者复核过纸质票的人不能确认结果，请由另一个人确认"},
		{tx.Model(&OfficialResult{}).Where("meeting_id = ? AND (entered_by = ? OR confirmed_by = ?)", m.ID, person, person), "登记或者核对过计票结果的人不能确认结果，请由另一个人确认"},
		{tx.Model(&Assisted{}).Where("meeting_id = ? AND (helper_id = ? OR second_id = ?)", m.ID, person, person), "协助别人填过票的人不能确认结果，请由另一个人确认"},
		{tx.Model(&Envelope{}).Where("meeting_id = ? AND proxy_id <> 0 AND person_id = ?", m.ID, person), "代理别人投过票的人不能确认结果，请由另一个人确认"},
	} {
		var n int64
		if err := x.did.Limit(1).Count(&n).Error; err != nil {
			return err
		}
		if n > 0 {
			return ErrSamePerson.Saying(x.say + "；没有别人的，请乡镇（办事处）办理")
		}
	}
	return nil
}

// mayFinish lets the convener take the last steps of a meeting. The township may as well in an election, where everybody at the convener may
// stand, and where forms were read, a result from elsewhere was entered or objections decided: everybody there may have had a hand in it.
func mayFinish(tx *store.Tx, actor org.Actor, m *Meeting) error {
	if m.convenedBy(actor) {
		return nil
	}
	if actor.Post == nil || actor.Post.OrgKind != org.Township {
		return ErrNotConvener
	}
	for _, q := range []*gorm.DB{
		tx.Model(&Candidate{}).Where("meeting_id = ? AND slot IS NOT NULL", m.ID),
		tx.Model(&Look{}).Where("meeting_id = ?", m.ID),
		tx.Model(&OfficialResult{}).Where("meeting_id = ?", m.ID),
		tx.Model(&Objection{}).Where("meeting_id = ? AND entered_by <> 0", m.ID),
	} {
		var n int64
		if err := q.Limit(1).Count(&n).Error; err != nil || n > 0 {
			return err
		}
	}
	return ErrNotConvener
}
