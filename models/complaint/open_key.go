package complaint

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// OpenKey lets an organisation file through Open311. The key itself is shown once and never kept.
type OpenKey struct {
	ID           int64 `gorm:"primaryKey"`
	Label        string
	DigestSealed string
	MadeBy       int64
	MadeAt       time.Time
	RevokedBy    int64
	RevokedAt    *time.Time
}

// TableName names the table.
func (OpenKey) TableName() string { return "open311_keys" }

// Faults of keys.
var (
	ErrOpenKey      = fault.New(fault.Forbidden, "open311.api_key", "api_key 没有填写、不正确或已停用，请向市住建局申请")
	ErrOpenKeyGone  = fault.New(fault.NotFound, "open311.key_not_found", "没有找到这个密钥，或者已经停用")
	ErrOpenKeysFull = fault.New(fault.Conflict, "open311.too_many_keys", "在用的密钥已经很多，请先停用不用的")
)

const (
	maxOpenKeys = 200
	digestBound = "open311_keys.digest"
)

// MakeOpenKey registers an organisation's key and gives it, this once.
// Faults: ErrForbidden, ErrOpenKeysFull, fault.ErrInvalid.
func (s *Service) MakeOpenKey(ctx context.Context, actor org.Actor, label string) (*OpenKey, string, error) {
	if err := actor.Must(org.ManageOpenKeys); err != nil {
		return nil, "", err
	}
	label = strings.TrimSpace(label)
	if n := len([]rune(label)); n < 2 || n > 60 {
		return nil, "", fault.ErrInvalid.With(fault.Field{Path: "label", Reason: "请写明给哪个单位、哪个程序用（2至60个字）"})
	}
	secret := rand.Text()
	k := &OpenKey{}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := store.Gate(tx, "open311.keys"); err != nil {
			return err
		}
		var n int64
		if err := tx.Model(&OpenKey{}).Where("revoked_at IS NULL").Count(&n).Error; err != nil {
			return err
		}
		if n >= maxOpenKeys {
			return ErrOpenKeysFull
		}
		*k = OpenKey{Label: label, DigestSealed: s.vault.Seal(digestOf(secret), digestBound), MadeBy: actor.PersonID, MadeAt: tx.Now}
		if err := tx.Create(k).Error; err != nil {
			return err
		}
		return audit.Append(tx, actor, "open311.make_key", audit.Subject{Kind: "open311_key", ID: k.ID}, nil)
	})
	if err != nil {
		return nil, "", fmt.Errorf("make open311 key: %w", err)
	}
	return k, fmt.Sprintf("%d-%s", k.ID, secret), nil
}

func digestOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// ListOpenKeys lists the keys, the newest first; those in use before those that were revoked.
func (s *Service) ListOpenKeys(ctx context.Context, actor org.Actor) ([]OpenKey, error) {
	if err := actor.Must(org.ManageOpenKeys); err != nil {
		return nil, err
	}
	var rows []OpenKey
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Order("CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, id DESC").Limit(2 * maxOpenKeys).Find(&rows).Error
	})
	return rows, err
}

// RevokeOpenKey ends a key at once and for good. Faults: ErrForbidden, ErrOpenKeyGone.
func (s *Service) RevokeOpenKey(ctx context.Context, actor org.Actor, id int64) error {
	if err := actor.Must(org.ManageOpenKeys); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		res := tx.Model(&OpenKey{}).Where("id = ? AND revoked_at IS NULL", id).Updates(map[string]any{"revoked_at": tx.Now, "revoked_by": actor.PersonID})
		if err := store.MustAffect(res, ErrOpenKeyGone); err != nil {
			return err
		}
		return audit.Append(tx, actor, "open311.revoke_key", audit.Subject{Kind: "open311_key", ID: id}, nil)
	})
}

// FindOpenKey recognises a key that somebody presents. Fault: ErrOpenKey.
func (s *Service) FindOpenKey(ctx context.Context, presented string) (*OpenKey, error) {
	number, secret, ok := strings.Cut(strings.TrimSpace(presented), "-")
	id, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || len(secret) > 64 {
		return nil, ErrOpenKey
	}
	var k OpenKey
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return store.NotFound(tx.Where("id = ? AND revoked_at IS NULL", id).Take(&k).Error, ErrOpenKey)
	})
	if err != nil {
		return nil, err
	}
	digest, err := s.vault.Open(k.DigestSealed, digestBound)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(digest), []byte(digestOf(secret))) != 1 {
		return nil, ErrOpenKey
	}
	return &k, nil
}
