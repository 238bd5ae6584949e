package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// ChangeKinds are what may happen to a seat after its roll was frozen, as people read it. Every owner of the scope sees it.
var ChangeKinds = map[string]string{"sale": "买卖", "inheritance": "继承", "judgment": "法院判决", "correction": "更正", "roster": "名册更新"}

// afterFreeze are the states in which a frozen roll is in use.
var afterFreeze = []State{Frozen, Noticed, Closed, Provisional}

// RollChange is a change that an office writes down, with the document.
type RollChange struct {
	SeatNo    int
	Kind      string
	Text      string // what changed, without a name
	FileIDs   []int64
	ClientRef string
	InputHash string
}

// NoteRollChange writes down what became of a seat after the freeze. The frozen row, its area and its hash never change. Where all
// units of the seat have other owners by now, and nothing was cast for it, these may vote; else the ballot that was cast stands, and
// the note says so.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrNoSeat, ErrRefReused, fault.ErrInvalid.
func (s *Service) NoteRollChange(ctx context.Context, actor org.Actor, id int64, in RollChange) (*RollNote, error) {
	in.Text = strings.TrimSpace(in.Text)
	var c fault.Checks
	n := len([]rune(in.Text))
	c.Check(ChangeKinds[in.Kind] != "" && in.Kind != "roster", "kind", "请选择买卖、继承、判决或更正")
	c.Check(n >= 4 && n <= 300, "text", "请写明变化和依据（4至300个字）；所有业主都看得到，不要写姓名和电话")
	c.Check(len(in.FileIDs) >= 1 && len(in.FileIDs) <= 10, "file_ids", "请附上依据（1至10份），例如不动产权证、判决书")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var row *RollNote
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.ConveneMeeting, id)
		if err != nil {
			return err
		}
		var had []RollNote
		if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, in.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if row = first(had); row != nil {
			if row.InputHash != in.InputHash || row.MeetingID != m.ID {
				return ErrRefReused
			}
			return nil
		}
		if err := m.in(afterFreeze...); err != nil {
			return err
		}
		seat, err := seatNo(tx, m.ID, in.SeatNo)
		if err != nil {
			return err
		}
		says, err := follow(tx, m, seat, 0, false)
		if err != nil {
			return err
		}
		row = &RollNote{SeatNo: seat.No, Kind: in.Kind, Text: ChangeKinds[in.Kind] + "：" + in.Text, Answer: says, ClientRef: &in.ClientRef, InputHash: in.InputHash}
		if err := keepChange(tx, actor, m, seat, row); err != nil {
			return err
		}
		return s.o.Files.Attach(tx, actor, in.FileIDs, "document", "roll_note", row.ID, m.EstateID)
	})
	if err != nil {
		return nil, fmt.Errorf("note roll change: %w", err)
	}
	return row, nil
}

func keepChange(tx *store.Tx, actor audit.Actor, m *Meeting, seat *Seat, row *RollNote) error {
	person, _, _, _ := actor.AuditTrail()
	row.MeetingID, row.EstateID, row.State, row.PersonID, row.AnsweredBy, row.AnsweredAt, row.At = m.ID, m.EstateID, "noted", person, person, &tx.Now, tx.Now
	if err := tx.Create(row).Error; err != nil {
		return store.Raced(err)
	}
	return note(tx, actor, m, "note_roll_change", map[string]any{"note": row.ID, "seat": row.SeatNo, "kind": row.Kind, "holder": seat.HolderSetID})
}

// HandedOver writes a change of a unit's owners into the meetings whose roll is frozen with it. It is called in the transaction of
// the change; the meeting's row is the gate, so no ballot is cast half-way.
func (s *Service) HandedOver(tx *store.Tx, actor audit.Actor, c org.Handed) error {
	var meetings []Meeting
	if err := tx.ForUpdate().Where("estate_id = ? AND state IN ?", c.EstateID, afterFreeze).Order("id").Find(&meetings).Error; err != nil {
		return err
	}
	for i := range meetings {
		m := &meetings[i]
		var seats []Seat
		if err := tx.Where("meeting_id = ? AND units LIKE ?", m.ID, fmt.Sprintf(`%%{"id":%d,%%`, c.UnitID)).Limit(1).Find(&seats).Error; err != nil {
			return err
		}
		seat := first(seats)
		if seat == nil {
			continue // not in its scope
		}
		units, err := seat.units()
		if err != nil {
			return err
		}
		at := slices.IndexFunc(units, func(u SeatUnit) bool { return u.ID == c.UnitID })
		says, err := follow(tx, m, seat, c.To, c.SamePeople)
		if err != nil {
			return err
		}
		row := &RollNote{UnitID: c.UnitID, SeatNo: seat.No, Kind: c.Cause, Text: units[at].Code + "换了业主（" + ChangeKinds[c.Cause] + "）", Answer: says}
		if c.SamePeople {
			row.Text = units[at].Code + "的业主曾登记成两组，经核对是同样的人"
		}
		if err := keepChange(tx, actor, m, seat, row); err != nil {
			return err
		}
	}
	return nil
}

func (s *Seat) units() (list []SeatUnit, err error) {
	err = json.Unmarshal([]byte(s.Units), &list)
	return list, err
}

// follow lets the owners of today vote for a seat, where that is clear, and says what it did. to is who got a unit just now; 0 reads
// the register alone.
func follow(tx *store.Tx, m *Meeting, seat *Seat, to int64, same bool) (string, error) {
	units, err := seat.units()
	if err != nil {
		return "", err
	}
	ids := make([]int64, len(units))
	for i, u := range units {
		ids[i] = u.ID
	}
	var sets []int64
	if err := tx.Model(&org.Ownership{}).Distinct("owner_set_id").Where("current_unit IN ?", ids).Pluck("owner_set_id", &sets).Error; err != nil {
		return "", err
	}
	var held int64
	if err := tx.Model(&org.Ownership{}).Where("current_unit IN ?", ids).Count(&held).Error; err != nil {
		return "", err
	}
	const frozen = "名册、面积和名册指纹不变。"
	switch {
	case m.State == Closed || m.State == Provisional:
		return frozen + "表决已经截止，已投的票照计。", nil
	case len(sets) == 1 && sets[0] == seat.HolderSetID && to == 0:
		return frozen + "由谁投票不变。", nil
	case len(sets) != 1 || held != int64(len(ids)):
		return frozen + "这份表决权有几套房屋，现在不都属于同样的业主：仍是一份表决权，由名册上的业主投票；各方协商一致的，可以写委托书。", nil
	case sets[0] == seat.HolderSetID:
		return frozen + "由谁投票不变。", nil
	}
	cast, err := hasCast(tx, seat.ID)
	if err != nil {
		return "", err
	}
	if cast && !same {
		return frozen + "原业主已经投票，原票有效，新业主不能再投。", nil
	}
	seat.HolderSetID = sets[0]
	if err := tx.Model(&Seat{}).Where("id = ?", seat.ID).Update("holder_set_id", sets[0]).Error; err != nil {
		return "", err
	}
	if err := tx.Model(&Seat{}).Where("id = ?", seat.ID).Update("paper_at", nil).Error; err != nil { // it was the seller's wish
		return "", err
	}
	if err := endLinks(tx.DB, seat.ID, tx.Now); err != nil {
		return "", err
	}
	return frozen + "还没有投票，从现在起由新业主投票；原业主的投票链接和委托作废。", endProxies(tx, seat.ID)
}

// hasCast reports whether anything was cast for a seat that may count, or is in the box.
func hasCast(tx *store.Tx, seat int64) (bool, error) {
	var cast, boxed int64
	if err := tx.Model(&Envelope{}).Where("seat_id = ? AND void = ''", seat).Count(&cast).Error; err != nil {
		return false, err
	}
	err := tx.Model(&Form{}).Where("seat_id = ? AND state IN ?", seat, inBox).Count(&boxed).Error
	return cast+boxed > 0, err
}

// endProxies ends what former owners authorised.
func endProxies(tx *store.Tx, seat int64) error {
	return tx.Model(&Proxy{}).Where("seat_id = ? AND state IN ?", seat, []ProxyState{ProxyPending, ProxyAccepted}).
		Updates(map[string]any{"state": ProxyRevoked, "reason": "房屋换了业主", "ended_at": tx.Now}).Error
}
