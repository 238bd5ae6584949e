package assembly

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ProxyState is where an authorisation stands.
type ProxyState string

// The states of an authorisation.
const (
	ProxyPending  ProxyState = "pending"  // 待核对
	ProxyAccepted ProxyState = "accepted" // 已核对，可以代投
	ProxyRefused  ProxyState = "refused"  // 不予认可
	ProxyRevoked  ProxyState = "revoked"  // 业主已撤销
	ProxyInvalid  ProxyState = "invalid"  // 异议成立，无效
)

// ProxyStates are the states as people read them.
var ProxyStates = map[ProxyState]string{ProxyPending: "待核对", ProxyAccepted: "已核对，可以代投", ProxyRefused: "不予认可", ProxyRevoked: "业主已撤销", ProxyInvalid: "经异议认定无效"}

// Proxy is a written authorisation to vote for a seat: who, on which motions, with what powers, from when until when.
type Proxy struct {
	ID          int64 `gorm:"primaryKey"`
	Number      string
	MeetingID   int64
	EstateID    int64
	SeatID      int64
	SeatNo      int
	OwnerSetID  int64 // who authorised
	AgentSealed string
	PaperSealed string
	PaperIndex  string
	PhoneSealed string
	PhoneIndex  string
	Motions     string // ids as JSON; empty for all of the meeting
	Powers      string
	StartsAt    time.Time
	EndsAt      time.Time
	State       ProxyState
	Reason      string // of a refusal, a revocation by paper, or a finding
	EnteredBy   int64
	ByOwner     bool // uploaded by the owner themselves
	ReviewedBy  int64
	ReviewedAt  *time.Time
	EndedBy     int64
	EndedAt     *time.Time
	ObjectionID int64
	ClientRef   string
	InputHash   string
	At          time.Time
}

// Faults of authorisations.
var (
	ErrNoProxy    = fault.New(fault.NotFound, "proxy.not_found", "没有找到有效的委托；委托要先经核对，在委托的期限内使用")
	ErrProxyCap   = fault.New(fault.Conflict, "proxy.cap", "这名代理人代理的业主数已到本次会议规则的上限")
	ErrProxyUsed  = fault.New(fault.Conflict, "proxy.used", "代理人已经投票，不能再撤销；如对这张票有异议，请在结果公示期提出")
	ErrProxyAgent = fault.New(fault.Conflict, "proxy.agent", "这个人不能当代理人")
)

// covers reports whether the agent may vote on a motion.
func (p *Proxy) covers(motion int64) bool {
	if p.Motions == "" {
		return true
	}
	var ids []int64
	return json.Unmarshal([]byte(p.Motions), &ids) == nil && slices.Contains(ids, motion)
}

// usable reports whether the agent may vote by it now.
func (p *Proxy) usable(now time.Time) error {
	switch {
	case p.State == ProxyPending:
		return ErrNoProxy.Saying("这份委托还没有经核对，暂时不能用")
	case p.State != ProxyAccepted:
		return ErrNoProxy.Saying("这份委托“" + ProxyStates[p.State] + "”，不能再用")
	case now.Before(p.StartsAt) || !now.Before(p.EndsAt):
		return ErrNoProxy.Saying("现在不在委托的期限内")
	}
	return nil
}

func proxyBy(tx *store.Tx, meeting, id int64) (*Proxy, error) {
	var p Proxy
	err := tx.Where("id = ? AND meeting_id = ?", id, meeting).Take(&p).Error
	return &p, store.NotFound(err, ErrNoProxy)
}

// mayUse refuses an authorisation that is not one for the seat, or that its agent may not use now.
func mayUse(tx *store.Tx, m *Meeting, seat, id int64) error {
	p, err := proxyBy(tx, m.ID, id)
	if err != nil {
		return err
	}
	if p.SeatID != seat {
		return ErrNoProxy.Saying("这份委托不是这份表决权的")
	}
	return p.usable(tx.Now)
}

// used reports whether a ballot was cast by an authorisation, or its form is in the box.
func (p *Proxy) used(tx *store.Tx) (bool, error) {
	var cast, boxed int64
	if err := tx.Model(&Envelope{}).Where("seat_id = ? AND proxy_id = ?", p.SeatID, p.ID).Count(&cast).Error; err != nil {
		return false, err
	}
	err := tx.Model(&Form{}).Where("seat_id = ? AND proxy_id = ? AND state IN ?", p.SeatID, p.ID, inBox).Count(&boxed).Error
	return cast+boxed > 0, err
}

// agents finds the authorisations by which some casts are made, each only for the person whose phone is the agent's.
func agents(tx *store.Tx, list []*casting) error {
	for _, x := range list {
		if x.in.ProxyID == 0 {
			continue
		}
		q := tx.Where("proxies.id = ? AND proxies.meeting_id = ?", x.in.ProxyID, x.in.MeetingID)
		if x.in.FormID == 0 {
			q = q.Where("proxies.phone_index <> '' AND proxies.phone_index IN (?)", tx.Model(&org.Person{}).Select("phone_index").Where("id = ?", x.in.Actor.PersonID))
		}
		var rows []Proxy
		if err := q.Limit(1).Find(&rows).Error; err != nil {
			return err
		}
		x.proxy = first(rows)
	}
	return nil
}

// mayCast holds a cast to its right: an owner of the seat, or the agent that the owners authorised. What is cast by a form was
// held to it at its receipt.
func (b *booth) mayCast(x *casting, h holding) error {
	switch {
	case x.in.FormID != 0:
		return nil
	case x.in.ProxyID == 0 && h.may(x.in.Actor.PersonID, x.in.OwnerID):
		return nil
	case x.in.ProxyID == 0:
		var err error
		if x.credential, err = credential(b.tx, x.seat.HolderSetID, x.in.Actor.PersonID); err == nil && x.credential == 0 {
			err = ErrNoSeat
		}
		return err
	case x.proxy == nil || x.proxy.SeatID != x.seat.ID || x.in.Actor.PersonID == 0:
		return ErrNoProxy
	}
	return x.proxy.usable(b.tx.Now)
}

// answers reports whether a cast has to answer a motion.
func (x *casting) answers(motion int64) bool { return x.proxy == nil || x.proxy.covers(motion) }
