package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Authority is an authorisation as it is entered.
type Authority struct {
	SeatNo    int
	Agent     string
	Paper     string // number of the agent's ID paper
	Phone     string // with it the agent votes in the mini-program; without one, by a paper form
	Positions []int  // of the motions; empty for all
	Powers    string
	From      time.Time
	To        time.Time
	FileIDs   []int64 // the signed document
	ClientRef string
	InputHash string
}

func (a *Authority) check() error {
	a.Agent, a.Paper, a.Phone, a.Powers = strings.TrimSpace(a.Agent), strings.ToUpper(strings.TrimSpace(a.Paper)), strings.TrimSpace(a.Phone), strings.TrimSpace(a.Powers)
	a.From, a.To = a.From.UTC().Truncate(time.Second), a.To.UTC().Truncate(time.Second)
	var c fault.Checks
	n := len([]rune(a.Agent))
	c.Check(n >= 2 && n <= 30, "agent", "请填写代理人姓名（2至30个字）")
	c.Check(len(vault.FoldPaper(a.Paper)) >= 6 && len(a.Paper) <= 60, "paper", "请填写代理人的证件号码")
	c.Check(a.Phone == "" || phonePattern.MatchString(a.Phone), "phone", "请填写11位手机号；不用手机代投的可以不填")
	n = len([]rune(a.Powers))
	c.Check(n >= 2 && n <= 500, "powers", "请写明委托的权限（2至500个字），例如：代为表决，按代理人意见")
	c.Check(a.From.Before(a.To), "to", "委托期限的结束要晚于开始")
	c.Check(len(a.FileIDs) >= 1 && len(a.FileIDs) <= 10, "file_ids", "请附上签名的委托书（1至10页）；共有的要各位业主都签名")
	c.Check(len(a.Positions) <= maxMotions, "positions", "议题选多了")
	c.Check(a.ClientRef != "" && len(a.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// GiveProxy takes a written authorisation: uploaded by an owner of the seat, or entered by an officer from paper. It is of use once
// another person has reviewed it.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrClosed, ErrNoSeat, ErrNoMotion, ErrProxyAgent, ErrRefReused, fault.ErrInvalid.
func (s *Service) GiveProxy(ctx context.Context, actor org.Actor, id int64, a Authority) (*Proxy, error) {
	action := org.JoinMeeting
	if actor.Post != nil {
		action = org.ConveneMeeting
	}
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	var p *Proxy
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, action, id)
		if err != nil {
			return err
		}
		var had []Proxy
		if err := tx.Where("entered_by = ? AND client_ref = ?", actor.PersonID, a.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if p = first(had); p != nil {
			if p.InputHash != a.InputHash || p.MeetingID != m.ID {
				return ErrRefReused
			}
			return nil
		}
		if err := takesProxies(tx, m); err != nil {
			return err
		}
		seat, err := seatNo(tx, m.ID, a.SeatNo)
		if err != nil {
			return err
		}
		if p, err = s.authorise(tx, actor, m, seat, a); err != nil {
			return err
		}
		return note(tx, actor, m, "give_proxy", map[string]any{"proxy": p.Number, "seat": seat.No})
	})
	if err != nil {
		return nil, fmt.Errorf("give proxy: %w", err)
	}
	return p, nil
}

// takesProxies: from the notice, which says on what is voted, until the close.
func takesProxies(tx *store.Tx, m *Meeting) error {
	if m.Channel == OnOfficial {
		return ErrNoPapers.Saying("本次会议以政府电子投票平台为准，委托请按平台的办法办理")
	}
	if m.State == Noticed && !tx.Now.Before(*m.ClosesAt) || m.State == Closed {
		return ErrClosed.Saying("表决已经截止，不能再办理委托")
	}
	return m.in(Noticed)
}

func (s *Service) authorise(tx *store.Tx, actor org.Actor, m *Meeting, seat *Seat, a Authority) (*Proxy, error) {
	if actor.Post == nil {
		all, err := holdings(tx, []int64{seat.HolderSetID})
		if err != nil {
			return nil, err
		}
		if !all[seat.HolderSetID].may(actor.PersonID, 0) {
			return nil, ErrNoSeat
		}
	}
	if err := s.mayBeAgent(tx, m, seat, a.Paper, a.Phone); err != nil {
		return nil, err
	}
	motions, err := motionsAt(tx, m, a.Positions)
	if err != nil {
		return nil, err
	}
	number, err := store.NextNumber(tx, "W")
	if err != nil {
		return nil, err
	}
	v := s.o.Vault
	p := &Proxy{Number: number, MeetingID: m.ID, EstateID: m.EstateID, SeatID: seat.ID, SeatNo: seat.No, OwnerSetID: seat.HolderSetID, AgentSealed: v.Seal(a.Agent, "proxies.agent"),
		PaperSealed: v.Seal(a.Paper, "proxies.paper"), PaperIndex: v.Index("paper", a.Paper), PhoneSealed: v.Seal(a.Phone, "proxies.phone"), PhoneIndex: v.Index("phone", a.Phone),
		Motions: motions, Powers: a.Powers, StartsAt: a.From, EndsAt: a.To, State: ProxyPending, EnteredBy: actor.PersonID, ByOwner: actor.Post == nil, ClientRef: a.ClientRef, InputHash: a.InputHash, At: tx.Now}
	if err := tx.Create(p).Error; err != nil {
		return nil, store.Raced(err)
	}
	return p, s.o.Files.Attach(tx, actor, a.FileIDs, "document", "proxy", p.ID, m.EstateID)
}

// motionsAt gives the ids of the motions at some positions, as JSON.
func motionsAt(tx *store.Tx, m *Meeting, positions []int) (string, error) {
	if len(positions) == 0 {
		return "", nil
	}
	ids := []int64{}
	for _, n := range positions {
		var row Motion
		if err := tx.Select("id").Where("meeting_id = ? AND position = ?", m.ID, n).Take(&row).Error; err != nil {
			return "", store.NotFound(err, ErrNoMotion)
		}
		ids = append(ids, row.ID)
	}
	text, err := json.Marshal(ids)
	return string(text), err
}

// mayBeAgent refuses an owner of the very seat, and staff of the estate's property company as far as accounts tell.
func (s *Service) mayBeAgent(tx *store.Tx, m *Meeting, seat *Seat, paper, phone string) error {
	papers := s.o.Vault.Indexes("paper", paper)
	own, err := s.ownsBy(tx, seat.HolderSetID, paper)
	if err != nil {
		return err
	}
	if own {
		return ErrProxyAgent.Saying("代理人就是这套房屋的业主，不用委托，可以直接投票")
	}
	var people, named []int64
	if err := tx.Model(&org.Person{}).Where("phone_index IN ?", s.o.Vault.Indexes("phone", phone)).Limit(20).Pluck("id", &people).Error; err != nil {
		return err
	}
	if err := tx.Model(&org.Owner{}).Where("paper_index IN ? AND person_id <> 0", papers).Limit(20).Pluck("person_id", &named).Error; err != nil {
		return err
	}
	e, err := org.OpenEstate(tx, m.EstateID)
	if err != nil || e.CompanyID == 0 {
		return err
	}
	for _, p := range append(people, named...) {
		if works, err := worksFor(tx, p, e.CompanyID); err != nil || works {
			return or(err, ErrProxyAgent.Saying("代理人是本小区物业企业的工作人员，不能代理业主投票"))
		}
	}
	return nil
}

// ownsBy reports whether one of an owner set has a paper, however the roster wrote it.
func (s *Service) ownsBy(tx *store.Tx, set int64, paper string) (bool, error) {
	var owners []org.Owner
	if err := tx.Select("id", "paper_sealed", "paper_index").Where("owner_set_id = ?", set).Limit(maxCoOwners).Find(&owners).Error; err != nil {
		return false, err
	}
	prints := s.o.Vault.Indexes(vault.Paper, paper)
	for _, o := range owners {
		if slices.Contains(prints, o.PaperIndex) {
			return true, nil
		}
		if o.PaperSealed == "" {
			continue
		}
		own, err := s.o.Vault.Open(o.PaperSealed, "owners.paper")
		if err != nil || vault.FoldPaper(own) == vault.FoldPaper(paper) {
			return err == nil, err
		}
	}
	return false, nil
}

// maxCoOwners bounds the owners of one set.
const maxCoOwners = 200
