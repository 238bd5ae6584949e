package assembly

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// Protest is what somebody says against a result, or against what was cast in the name of their own seat.
type Protest struct {
	Position  int      // the motion; 0 for the whole meeting
	Receipt   string   // of the own seat's ballot that is objected to; empty against a result
	Form      string   // or the number of its paper form
	Grounds   string   //
	Disputed  []string // receipts of ballots that should not count
	FileIDs   []int64
	ClientRef string
	InputHash string
}

// Protest enters an objection: against a provisional result while objections are heard, by a co-owner against the ballot of their seat before
// the close, or by an owner against a ballot or a form in the name of their seat that they did not cast.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrNoSeat, ErrNoReceipt, ErrNoForm, ErrFormNumber, ErrFormDead, ErrRefReused, fault.ErrInvalid.
func (s *Service) Protest(ctx context.Context, actor org.Actor, id int64, p Protest) (*Objection, error) {
	p.Grounds = strings.TrimSpace(p.Grounds)
	var c fault.Checks
	n := len([]rune(p.Grounds))
	c.Check(n >= 4 && n <= 1000, "grounds", "请写明异议的理由（4至1000个字）")
	c.Check(len(p.Disputed) <= 100, "disputed", "一次最多列100张表决票")
	c.Check(p.Receipt == "" && p.Form == "" || len(p.Disputed) == 0, "disputed", "对本户的票提出异议时，不能同时列别人的票")
	c.Check(p.Receipt == "" || p.Form == "", "form", "回执号和纸质票号只填一个")
	c.Check(len(p.FileIDs) <= 10, "file_ids", "证据不超过10份")
	c.Check(p.ClientRef != "" && len(p.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	clean := s.clean(ctx, actor, p.Grounds)
	var o *Objection
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.JoinMeeting, id)
		if err != nil {
			return err
		}
		var had []Objection
		if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, p.ClientRef).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if o = first(had); o != nil {
			if o.InputHash != p.InputHash {
				return ErrRefReused
			}
			return nil
		}
		if err := mayProtest(tx, actor, m); err != nil {
			return err
		}
		if o, err = s.protest(tx, actor, m, p); err != nil {
			return err
		}
		if err := hold(tx, clean, "objection", o.ID, m.EstateID); err != nil {
			return err
		}
		if err := note(tx, actor, m, "protest", map[string]any{"objection": o.Number}); err != nil {
			return err
		}
		estate, err := estateName(tx, m)
		if err != nil {
			return err
		}
		return outbox.Append(tx, event.ResultContested{Assembly: m.eventOf(estate, tx.Now)})
	})
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	return o, nil
}

// maxProtests bounds the objections of one person to a meeting that wait for an answer, which each needs before it ends, or were taken back.
const maxProtests = 10

// mayProtest asks for a seat at the meeting, and bounds what one person leaves open or takes back.
func mayProtest(tx *store.Tx, actor org.Actor, m *Meeting) error {
	if err := inScope(tx, actor, m); err != nil {
		return err
	}
	var had int64
	if err := tx.Model(&Objection{}).Where("meeting_id = ? AND person_id = ? AND state IN ('open', 'withdrawn')", m.ID, actor.PersonID).Count(&had).Error; err != nil {
		return err
	}
	if had >= maxProtests {
		return ErrState.Saying("您没有处理完的和撤回的异议已经有10件。请等待处理；同样的理由请写在一件里，还有别的请联系社区")
	}
	return nil
}

func (s *Service) protest(tx *store.Tx, actor org.Actor, m *Meeting, p Protest) (*Objection, error) {
	o := &Objection{MeetingID: m.ID, EstateID: m.EstateID, Kind: AgainstResult, Grounds: p.Grounds, State: "open", PersonID: actor.PersonID, ClientRef: p.ClientRef, InputHash: p.InputHash, At: tx.Now}
	if p.Receipt != "" || p.Form != "" {
		if err := o.against(tx, actor, m, p); err != nil {
			return nil, err
		}
	} else if m.State != Provisional || tx.Now.After(*m.ObjectionsUntil) {
		return nil, ErrState.Saying("现在不在结果公示期，不能提出异议")
	}
	if p.Position != 0 {
		var row Motion
		if err := tx.Where("meeting_id = ? AND position = ?", m.ID, p.Position).Take(&row).Error; err != nil {
			return nil, store.NotFound(err, ErrNoMotion)
		}
		o.MotionID = row.ID
	}
	codes := []string{}
	for _, code := range p.Disputed {
		e, err := envelopeBy(tx, m.ID, code)
		if err != nil {
			return nil, err
		}
		codes = append(codes, e.Code)
	}
	text, err := json.Marshal(codes)
	if err != nil {
		return nil, err
	}
	o.Disputed = string(text)
	if o.Number, err = store.NextNumber(tx, "Y"); err != nil {
		return nil, err
	}
	if err := tx.Create(o).Error; err != nil {
		return nil, store.Raced(err)
	}
	return o, s.o.Files.Attach(tx, actor, p.FileIDs, "photo", "objection", o.ID, m.EstateID)
}

// ErrNoReceipt says that no ballot has such a receipt.
var ErrNoReceipt = fault.New(fault.NotFound, "receipt.not_found", "没有找到这个回执号对应的表决票，请核对")

func envelopeBy(tx *store.Tx, meeting int64, typed string) (*Envelope, error) {
	code, ok := log.ParseCode(typed)
	if !ok {
		return nil, ErrNoReceipt
	}
	var e Envelope
	err := tx.Where("code = ? AND meeting_id = ?", code, meeting).Take(&e).Error
	return &e, store.NotFound(err, ErrNoReceipt)
}

var errNoObjection = ErrState.Saying("没有找到您提出的、还没有处理的这件异议")

// WithdrawObjection takes an objection back, by whoever made it. While people vote, a co-owner may also take back one that was upheld: the
// owners agree again, what was set aside stays so, and the seat may vote anew.
// Faults: ErrForbidden, ErrNotFound, ErrState.
func (s *Service) WithdrawObjection(ctx context.Context, actor org.Actor, id, objection int64) error {
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := meetingFor(tx, tx.ForUpdate(), actor, org.JoinMeeting, id)
		if err != nil {
			return err
		}
		var o Objection
		err = tx.Where("id = ? AND meeting_id = ? AND person_id = ?", objection, m.ID, actor.PersonID).Take(&o).Error
		agreed := o.State == "upheld" && o.Kind == OfShared && m.State == Noticed
		if err = store.NotFound(err, errNoObjection); err == nil && o.State != "open" && !agreed {
			err = errNoObjection
		}
		if err != nil {
			return err
		}
		if err := tx.Model(&Objection{}).Where("id = ?", o.ID).Update("state", "withdrawn").Error; err != nil {
			return err
		}
		if o.Kind != AgainstResult && !agreed {
			back, err := o.restore(tx, m)
			if err != nil {
				return err
			}
			if err := s.anew(tx, actor, m, back > 0); err != nil {
				return err
			}
			if err := tx.Model(&Meeting{}).Where("id = ?", m.ID).Select("objections_until", "due_at", "watch_at", "overdue_at").Updates(m).Error; err != nil {
				return err
			}
		}
		return note(tx, actor, m, "withdraw_objection", map[string]any{"objection": o.Number})
	})
	if err != nil {
		return fmt.Errorf("withdraw objection: %w", err)
	}
	return nil
}
