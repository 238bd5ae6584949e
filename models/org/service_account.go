package org

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// AccountCode is what somebody at work sends to the service account to be told through it: where WeChat does not say that two
// accounts are one human's, nothing else ties them together. A person has one at a time, and it works once.
type AccountCode struct {
	PersonID  int64 `gorm:"primaryKey;autoIncrement:false"`
	CodeIndex string
	ExpiresAt time.Time
}

// AccountCodeFor is how long a code works.
const AccountCodeFor = 10 * time.Minute

const accountCodeKind = "account.code"

// AskAccountCode gives a new code to the person, in place of an earlier one. Fault: ErrForbidden.
func (s *Service) AskAccountCode(ctx context.Context, actor Actor) (code string, until time.Time, err error) {
	if err := actor.Must(UseInbox); err != nil {
		return "", time.Time{}, err
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
		if err != nil {
			return err
		}
		code, until = fmt.Sprintf("%08d", n), tx.Now.Add(AccountCodeFor)
		if err := tx.Where("person_id = ? OR expires_at <= ?", actor.PersonID, tx.Now).Delete(&AccountCode{}).Error; err != nil {
			return err
		}
		if err := tx.Create(&AccountCode{PersonID: actor.PersonID, CodeIndex: s.vault.Index(accountCodeKind, code), ExpiresAt: until}).Error; err != nil {
			return store.Raced(err)
		}
		return audit.Append(tx, actor, "person.account_code", audit.Subject{Kind: "person", ID: actor.PersonID}, nil)
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("ask account code: %w", err)
	}
	return code, until, nil
}

// BindAccount ties the account that sent a code to whoever asked for it, in place of another that they had, and reports whether it
// did. An account through which somebody else is told stays theirs until they no longer follow.
func (s *Service) BindAccount(ctx context.Context, openID, unionID, code string) (bool, error) {
	bound := false
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		bound = false
		var c AccountCode
		err := tx.ForUpdate().Where("code_index IN ? AND expires_at > ?", s.vault.Indexes(accountCodeKind, code), tx.Now).Take(&c).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if bound, err = takeAccount(tx, c.PersonID, openID, unionID); err != nil || !bound {
			return err // the code is still good for the account that is meant
		}
		if err := tx.Where("person_id = ?", c.PersonID).Delete(&AccountCode{}).Error; err != nil {
			return err
		}
		err = tx.Model(&Identity{}).Where("person_id = ? AND provider = ? AND open_id <> ?", c.PersonID, ServiceAccount, openID).Update("active", false).Error
		if err != nil {
			return err
		}
		return audit.Append(tx, Actor{PersonID: c.PersonID, Surface: "wechat"}, "person.bind_account", audit.Subject{Kind: "person", ID: c.PersonID}, map[string]any{"provider": ServiceAccount})
	})
	if err != nil {
		return false, fmt.Errorf("bind account: %w", err)
	}
	return bound, nil
}

// takeAccount gives an account of the service account to a person, unless somebody else is told through it. One that only follows
// has no rights to lose.
func takeAccount(tx *store.Tx, person int64, openID, unionID string) (bool, error) {
	var known Identity
	err := tx.ForUpdate().Where("provider = ? AND open_id = ?", ServiceAccount, openID).Take(&known).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		known = Identity{PersonID: person, Provider: ServiceAccount, OpenID: openID, UnionID: unionID, Active: true, SeenAt: tx.Now, CreatedAt: tx.Now}
		return true, store.Raced(tx.Create(&known).Error)
	}
	if err != nil {
		return false, err
	}
	if known.PersonID != person && known.Active {
		var others int64
		if err := tx.Model(&Identity{}).Where("person_id = ? AND provider <> ?", known.PersonID, ServiceAccount).Count(&others).Error; err != nil || others > 0 {
			return false, err
		}
	}
	return true, tx.Model(&Identity{}).Where("id = ?", known.ID).Updates(map[string]any{"person_id": person, "union_id": unionID, "active": true, "seen_at": tx.Now}).Error
}

// FollowsSince tells since when the person is told through the service account; nil when they are not. Fault: ErrForbidden.
func (s *Service) FollowsSince(ctx context.Context, actor Actor) (*time.Time, error) {
	if err := actor.Must(UseInbox); err != nil {
		return nil, err
	}
	var rows []Identity
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("person_id = ? AND provider = ? AND active = ?", actor.PersonID, ServiceAccount, true).Order("seen_at DESC").Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0].SeenAt, nil
}

// Unfollow ends that anything is sent to an account of the service account. One of which WeChat says whose it is comes back when it
// follows again; one that was tied by a code is nobody's from now on.
func (s *Service) Unfollow(ctx context.Context, openID string) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		var known []Identity
		if err := tx.Where("provider = ? AND open_id = ?", ServiceAccount, openID).Limit(1).Find(&known).Error; err != nil || len(known) == 0 {
			return err
		}
		if known[0].UnionID != "" {
			return tx.Model(&Identity{}).Where("id = ?", known[0].ID).Update("active", false).Error
		}
		if err := tx.Where("id = ?", known[0].ID).Delete(&Identity{}).Error; err != nil {
			return err
		}
		return audit.Append(tx, Actor{PersonID: known[0].PersonID, Surface: "wechat"}, "person.unbind_account", audit.Subject{Kind: "person", ID: known[0].PersonID}, map[string]any{"provider": ServiceAccount})
	})
}

// ErrNoAccount says that nobody signed in here with a WeChat account.
var ErrNoAccount = fault.New(fault.NotFound, "account.unknown", "这个微信还没有登录过“邻里”小程序")

// PersonOfAccount finds whose account of the service account WeChat named: by the union id, or by an account that follows.
// Fault: ErrNoAccount.
func (s *Service) PersonOfAccount(ctx context.Context, openID, unionID string) (person int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if person, err = personOfUnion(tx, unionID); err != nil || person != 0 {
			return err
		}
		var ids []int64
		err := tx.Model(&Identity{}).Where("provider = ? AND open_id = ? AND active = ?", ServiceAccount, openID, true).Limit(1).Pluck("person_id", &ids).Error
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return ErrNoAccount
		}
		person = ids[0]
		return nil
	})
	return person, err
}
