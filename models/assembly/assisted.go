package assembly

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Assisted is how a form was filled in for an owner who cannot: by a helper, in front of a second person, at a visit with a picture
// or on a recorded call.
type Assisted struct {
	ID         int64 `gorm:"primaryKey"`
	MeetingID  int64
	EstateID   int64
	FormID     int64
	Mode       string // visit, call
	HelperID   int64
	SecondID   int64
	Statement  string // of the owner: why, and that the form says what they want
	SpokeAt    time.Time
	AttestedAt *time.Time
	ClientRef  string
	InputHash  string
	At         time.Time
}

// TableName names the table.
func (Assisted) TableName() string { return "assisted_votes" }

// AssistModes are the ways to assist as people read them.
var AssistModes = map[string]string{"visit": "上门（附照片）", "call": "电话（附录音）"}

// Assistance is what a helper writes down.
type Assistance struct {
	Mode      string
	Statement string
	SpokeAt   time.Time
	FileIDs   []int64
	ClientRef string
	InputHash string
}

// RecordAssisted writes down how a form was filled in for an owner. The form goes into the box only when a second person, who was
// there, has attested it.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrClosed, ErrNotOpen, ErrNoPapers, ErrNoForm, ErrFormDead, ErrFormIn, ErrCounter, ErrRefReused, fault.ErrInvalid.
func (s *Service) RecordAssisted(ctx context.Context, actor org.Actor, id int64, number string, in Assistance) (*Assisted, error) {
	in.Statement = strings.TrimSpace(in.Statement)
	var c fault.Checks
	n := len([]rune(in.Statement))
	c.Check(AssistModes[in.Mode] != "", "mode", "请选择上门或电话")
	c.Check(n >= 10 && n <= 500, "statement", "请写明业主本人怎么说的：为什么要协助、票上填的是不是本人的意思（10至500个字）")
	c.Check(len(in.FileIDs) >= 1 && len(in.FileIDs) <= 10, "file_ids", "请附上门的照片或通话的录音（1至10份）")
	c.Check(in.ClientRef != "" && len(in.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var v *Assisted
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := papersOf(tx, actor, id)
		if err != nil {
			return err
		}
		f, err := formBy(tx, m, number)
		if err != nil {
			return err
		}
		var had []Assisted
		if err := tx.Where("form_id = ?", f.ID).Limit(1).Find(&had).Error; err != nil {
			return err
		}
		if v = first(had); v != nil {
			if v.HelperID != actor.PersonID || v.ClientRef != in.ClientRef || v.InputHash != in.InputHash {
				return ErrRefReused.Saying("这张票的协助情况已经登记过")
			}
			return nil
		}
		if err := mayAssist(tx, m, f, actor, in.SpokeAt); err != nil {
			return err
		}
		v = &Assisted{MeetingID: m.ID, EstateID: m.EstateID, FormID: f.ID, Mode: in.Mode, HelperID: actor.PersonID, Statement: in.Statement, SpokeAt: in.SpokeAt.UTC().Truncate(time.Second), ClientRef: in.ClientRef, InputHash: in.InputHash, At: tx.Now}
		if err := tx.Create(v).Error; err != nil {
			return store.Raced(err)
		}
		if err := tx.Model(&Form{}).Where("id = ?", f.ID).Update("way", ByAssisted).Error; err != nil {
			return err
		}
		if err := s.o.Files.Attach(tx, actor, in.FileIDs, map[string]string{"visit": "photo", "call": "sound"}[in.Mode], "assisted_vote", v.ID, m.EstateID); err != nil {
			return err
		}
		return note(tx, actor, m, "assist_vote", map[string]any{"number": f.Number, "mode": in.Mode})
	})
	if err != nil {
		return nil, fmt.Errorf("record assisted vote: %w", err)
	}
	return v, nil
}

func mayAssist(tx *store.Tx, m *Meeting, f *Form, actor org.Actor, spoke time.Time) error {
	if f.State == FormReplaced {
		return ErrFormDead
	}
	if f.State != FormIssued {
		return ErrFormIn
	}
	if f.ProxyID != 0 {
		return ErrState.Saying("有代理人的票由代理人填写，不用协助")
	}
	if err := m.Voting(tx.Now); err != nil {
		return err
	}
	if spoke.After(tx.Now) || spoke.Before(*m.OpensAt) {
		return fault.ErrInvalid.With(fault.Field{Path: "spoke_at", Reason: "上门或通话的时间要在表决期内，不能晚于现在"})
	}
	return mayCount(tx, m, actor.PersonID)
}

// AttestAssisted is the second person's word that they were there when the form was filled in.
// Faults: ErrForbidden, ErrNotFound, ErrState, ErrClosed, ErrNoPapers, ErrNoForm, ErrSamePerson, ErrCounter.
func (s *Service) AttestAssisted(ctx context.Context, actor org.Actor, id int64, number string) (*Assisted, error) {
	var v Assisted
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		m, err := papersOf(tx, actor, id)
		if err != nil {
			return err
		}
		f, err := formBy(tx, m, number)
		if err != nil {
			return err
		}
		if err := tx.Where("form_id = ?", f.ID).Take(&v).Error; err != nil {
			return store.NotFound(err, ErrState.Saying("这张票没有登记协助填写"))
		}
		switch {
		case v.HelperID == actor.PersonID:
			return ErrSamePerson.Saying("填写的人不能自己见证，请由在场的另一个人确认")
		case v.AttestedAt != nil && v.SecondID == actor.PersonID:
			return nil
		case v.AttestedAt != nil:
			return ErrState.Saying("已经有人确认过在场")
		}
		if err := mayCount(tx, m, actor.PersonID); err != nil {
			return err
		}
		v.SecondID, v.AttestedAt = actor.PersonID, &tx.Now
		if err := tx.Model(&Assisted{}).Where("id = ?", v.ID).Select("second_id", "attested_at").Updates(&v).Error; err != nil {
			return err
		}
		return note(tx, actor, m, "attest_vote", map[string]any{"number": f.Number})
	})
	if err != nil {
		return nil, fmt.Errorf("attest assisted vote: %w", err)
	}
	return &v, nil
}
