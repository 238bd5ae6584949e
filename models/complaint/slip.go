package complaint

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"gorm.io/gorm"
)

// ByReceipt is how a word came in that somebody gave with their receipt's number and a code sent to their phone.
const ByReceipt = "receipt"

// slip is somebody with a receipt or a printed slip and no account.
var slip = audit.Unnamed{Surface: "slip"}

// SlipPhotos is how many pictures come with a slip.
const SlipPhotos = 3

// FileSlip takes a complaint from the page behind a printed slip's QR code. The phone was proved by a code; an account
// with the same phone is neither changed nor linked.
// Faults: ErrEstateNotFound, ErrMatter, ErrNamed, ErrRefReused, fault.ErrInvalid.
func (s *Service) FileSlip(ctx context.Context, phone, name string, d Draft) (*Case, error) {
	name = strings.TrimSpace(name)
	if err := CheckSlip(name, d); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	d.ClientRef = s.slipRef(phone, d.ClientRef)
	f := filing{draft: d, by: slip, phone: phone, owner: s.reachedBy(Contact{Name: name, Phone: phone})}
	f.owner.Source, f.owner.Hidden = FromSlip, d.Cover
	f.estate = func(tx *store.Tx) (*org.Estate, error) { return org.OpenEstate(tx, d.EstateID) }
	return s.take(ctx, "", f)
}

// slipRef is a form's number as it is kept: keyed, since it belongs to a phone.
func (s *Service) slipRef(phone, ref string) string { return "slip:" + s.keyed(phone+" "+ref, 48) }

// SlipHolder is what a phone's pictures for a form are kept under until it is filed.
func (s *Service) SlipHolder(phone, ref string) string { return s.keyed("photos "+phone+" "+ref, 40) }

// FiledSlip reports whether a form was filed before, or joined by it.
func (s *Service) FiledSlip(ctx context.Context, phone, ref string) (bool, error) {
	var n int64
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&Complainant{}).Where("filed_by = 0 AND client_ref = ?", s.slipRef(phone, ref)).Count(&n).Error
	})
	return n > 0, err
}

// CheckSlip says what is wrong with a slip before a code is spent on it.
// Fault: fault.ErrInvalid.
func CheckSlip(name string, d Draft) error {
	var c fault.Checks
	n := len([]rune(strings.TrimSpace(name)))
	c.Check(n >= 1 && n <= 30, "name", sayName)
	c.Check(d.Cover != Anonymous, "cover", "扫码投诉要用手机号查询进展，不能匿名；可以选择对物业和业委会保密")
	c.Check(len(d.PhotoIDs) <= SlipPhotos, "photo_ids", "照片最多3张")
	c.Check(d.UnitID == 0, "unit_id", "没有登录不能选房屋，请在“具体地点”里写明")
	if err := c.Err(); err != nil {
		return err
	}
	return d.check()
}

// underReceipt narrows receipts to one that belongs to a phone: the one it was written down with, or that of the account
// which filed it. Anonymous receipts belong to nobody.
func (s *Service) underReceipt(tx *store.Tx, phone, receipt string) (*Complainant, error) {
	indexes := s.vault.Indexes("phone", phone)
	var m Complainant
	err := tx.Where("receipt = ? AND hidden <> ?", receiptNumber(receipt), Anonymous).
		Where("(phone_index IN ? OR person_id IN (?))", indexes, tx.Model(&org.Person{}).Select("id").Where("phone_index IN ?", indexes)).Take(&m).Error
	if err != nil {
		return nil, store.NotFound(err, ErrNoSuchReceipt)
	}
	return &m, nil
}

// receiptNumber reads a number as people type it: phones write small letters, and full-width ones.
func receiptNumber(typed string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～': // U+FF01 to U+FF5E are ASCII in full width
			return r - '！' + '!'
		case r == '—', r == '–', r == '−', r == '‐':
			return '-'
		case unicode.IsSpace(r):
			return -1
		}
		return r
	}, typed))
}

// FindByReceipt shows a case to whoever holds the receipt's number and its phone.
// Fault: ErrNoSuchReceipt.
func (s *Service) FindByReceipt(ctx context.Context, phone, receipt string) (*View, error) {
	var found *View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		m, err := s.underReceipt(tx, phone, receipt)
		if err != nil {
			return err
		}
		found, err = ownWhole(tx, *m)
		return err
	})
	return found, err
}

// byReceipt are the actions that a receipt and a phone code allow.
var byReceipt = []Action{Confirm, Return, Rate, Supply, Urge, Withdraw, Reopen}

// ActByReceipt does what the holder of a receipt's number and its phone decided.
// Faults: ErrNoSuchReceipt, and those of ActOwn.
func (s *Service) ActByReceipt(ctx context.Context, phone, receipt string, a Action, in Input) (*Case, error) {
	if !slices.Contains(byReceipt, a) {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "action", Reason: "没有这个操作"})
	}
	receipt = receiptNumber(receipt)
	if in.ClientRef != "" {
		// Many people without an account act on one case; the ref is the receipt's and the action's own: a page holds
		// several forms.
		in.ClientRef = "receipt:" + s.keyed(receipt+" "+string(a)+" "+in.ClientRef, 48)
	}
	return s.act(ctx, slip, 0, a, in, func(t *turn) error {
		m, err := s.underReceipt(t.tx, phone, receipt)
		if err != nil {
			return err
		}
		if err := t.as(func(q *gorm.DB) *gorm.DB { return q.Where("id = ?", m.ID) }); err != nil {
			return fmt.Errorf("receipt: %w", err)
		}
		t.via = ByReceipt
		return nil
	})
}
