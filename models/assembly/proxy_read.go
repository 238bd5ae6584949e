package assembly

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// ProxyRow is an authorisation as it is shown: the agent by family name, unless somebody has to hold them against the document.
type ProxyRow struct {
	Proxy
	Agent   string
	Paper   string // only for the review
	Phone   string // masked
	FileIDs []int64
	Used    bool
}

func (s *Service) proxyRows(tx *store.Tx, list []Proxy, clear bool) ([]ProxyRow, error) {
	ids := make([]int64, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	files, err := s.o.Files.IDsIn(tx, "proxy", ids)
	if err != nil {
		return nil, err
	}
	rows := make([]ProxyRow, len(list))
	for i, p := range list {
		r := ProxyRow{Proxy: p, FileIDs: files[p.ID]}
		if r.Agent, err = s.o.Vault.Open(p.AgentSealed, "proxies.agent"); err != nil {
			return nil, err
		}
		if r.Phone, err = s.o.Vault.Open(p.PhoneSealed, "proxies.phone"); err != nil {
			return nil, err
		}
		r.Phone = vault.MaskPhone(r.Phone)
		if r.Used, err = p.used(tx); err != nil {
			return nil, err
		}
		if !clear {
			r.Agent = vault.MaskName(r.Agent)
		} else if r.Paper, err = s.o.Vault.Open(p.PaperSealed, "proxies.paper"); err != nil {
			return nil, err
		}
		rows[i] = r
	}
	return rows, nil
}

func (s *Service) agentName(tx *store.Tx, id int64) (string, error) {
	var p Proxy
	if err := tx.Where("id = ?", id).Take(&p).Error; err != nil {
		return "", err
	}
	return s.o.Vault.Open(p.AgentSealed, "proxies.agent")
}

// ListProxies pages through the authorisations of a meeting: all of them for the office, their own for owners.
// Faults: ErrForbidden, ErrNotFound.
func (s *Service) ListProxies(ctx context.Context, actor org.Actor, id, after int64, limit int) ([]ProxyRow, error) {
	var rows []ProxyRow
	err := s.db.View(ctx, func(tx *store.Tx) error {
		action := org.JoinMeeting
		if actor.Post != nil {
			action = org.ConveneMeeting
		}
		m, err := meetingFor(tx, tx.DB, actor, action, id)
		if err != nil {
			return err
		}
		q := tx.Where("meeting_id = ? AND id > ?", m.ID, after)
		if actor.Post == nil {
			sets, err := setsOf(tx, actor)
			if err != nil {
				return err
			}
			q = q.Where("owner_set_id IN ?", sets)
		}
		var list []Proxy
		if err := q.Order("id").Limit(limit).Find(&list).Error; err != nil {
			return err
		}
		rows, err = s.proxyRows(tx, list, actor.Post == nil) // an owner wrote it themselves
		return err
	})
	return rows, err
}

// FindProxy shows an authorisation whole, to be held against its document; the look is recorded.
// Faults: ErrForbidden, ErrNotFound, ErrNoProxy.
func (s *Service) FindProxy(ctx context.Context, actor org.Actor, id, proxy int64) (*ProxyRow, error) {
	var row *ProxyRow
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.DB, actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		p, err := proxyBy(tx, m.ID, proxy)
		if err != nil {
			return err
		}
		rows, err := s.proxyRows(tx, []Proxy{*p}, true)
		if err != nil {
			return err
		}
		row = &rows[0]
		return note(tx, actor, m, "show_proxy", map[string]any{"proxy": p.Number})
	})
	return row, err
}

// asAgent selects the authorisations whose agent has the person's phone.
func asAgent(tx *store.Tx, person int64) *gorm.DB {
	return tx.Where("phone_index <> '' AND phone_index IN (?)", tx.Model(&org.Person{}).Select("phone_index").Where("id = ?", person))
}

// Entrusted is an authorisation as its agent sees it: with the paper that they vote on.
type Entrusted struct {
	Proxy
	Why   error // why it cannot be used now
	Paper *Paper
}

// ListEntrusted lists what the actor was authorised to vote for, the newest first, without the papers.
// Fault: ErrForbidden.
func (s *Service) ListEntrusted(ctx context.Context, actor org.Actor) ([]Entrusted, error) {
	if err := actor.Must(org.VoteAsAgent); err != nil {
		return nil, err
	}
	var list []Entrusted
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var rows []Proxy
		if err := asAgent(tx, actor.PersonID).Order("id DESC").Limit(200).Find(&rows).Error; err != nil {
			return err
		}
		for _, p := range rows {
			list = append(list, Entrusted{Proxy: p, Why: p.usable(tx.Now)})
		}
		return nil
	})
	return list, err
}

// ShowEntrusted shows an agent the paper of the seat that they vote for.
// Faults: ErrForbidden, ErrNoProxy.
func (s *Service) ShowEntrusted(ctx context.Context, actor org.Actor, id int64) (*Entrusted, error) {
	if err := actor.Must(org.VoteAsAgent); err != nil {
		return nil, err
	}
	var e *Entrusted
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var p Proxy
		if err := asAgent(tx, actor.PersonID).Where("id = ?", id).Take(&p).Error; err != nil {
			return store.NotFound(err, ErrNoProxy)
		}
		e = &Entrusted{Proxy: p, Why: p.usable(tx.Now)}
		if p.State != ProxyAccepted {
			return nil // the motions are for who may vote on them
		}
		var m Meeting
		if err := tx.Where("id = ?", p.MeetingID).Take(&m).Error; err != nil {
			return err
		}
		seat, err := seatNo(tx, m.ID, p.SeatNo)
		if err != nil {
			return err
		}
		if e.Paper, err = s.paperOf(tx, &m, seat); err != nil {
			return err
		}
		var codes []string // what the owners cast themselves is not the agent's to see
		err = tx.Model(&Envelope{}).Where("seat_id = ? AND proxy_id = ?", seat.ID, p.ID).Pluck("code", &codes).Error
		e.Paper.Cast = slices.DeleteFunc(e.Paper.Cast, func(v CastView) bool { return !slices.Contains(codes, v.Code) })
		return err
	})
	return e, err
}

// CastAsAgent casts the seat of an authorisation in the mini-program. The owners are told like those of a shared seat.
// Faults: those of Cast, ErrNoProxy.
func (s *Service) CastAsAgent(ctx context.Context, actor org.Actor, id int64, c Cast) (*Receipt, error) {
	if err := actor.Must(org.VoteAsAgent); err != nil {
		return nil, err
	}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		var p Proxy
		if err := asAgent(tx, actor.PersonID).Where("id = ?", id).Take(&p).Error; err != nil {
			return store.NotFound(err, ErrNoProxy)
		}
		c.MeetingID, c.SeatNo = p.MeetingID, p.SeatNo
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cast as agent: %w", err)
	}
	c.Actor, c.ProxyID, c.Way, c.Agreed = actor, id, ByApp, true // the document carries everybody's signature
	return s.Cast(ctx, c)
}
