// Package session keeps who is signed in: opaque tokens of 256 bits whose hash is stored, belonging to a person,
// cached in Redis for a minute. Rights are read fresh at each request, so they close at once.
package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Session is one signed-in device.
type Session struct {
	ID        int64 `gorm:"primaryKey"`
	PersonID  int64
	TokenHash string
	PostID    int64 // the post that staff act in unless a request names another
	Device    string
	KeySealed string // WeChat's session_key, for older clients' encrypted data
	OpenID    string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	RevokedAt *time.Time
}

// ErrNotFound is the fault of a session that is not one's own.
var ErrNotFound = fault.New(fault.NotFound, "session.not_found", "没有找到这个登录记录")

const (
	prefix   = "ll_"
	cacheFor = time.Minute
	// slide is how old a last visit must be before the expiry is moved: one write an hour, not one a request.
	slide = time.Hour
	// cachePatience is how long a request waits for Redis before it asks the database.
	cachePatience = 100 * time.Millisecond
)

// Sessions is the store of sessions.
type Sessions struct {
	db        *store.DB
	vault     *vault.Vault
	redis     redis.UniversalClient
	ttl       time.Duration
	residents store.Gather[*caller]
}

// New makes the store; redis may be nil. ttl is how long a session lasts after its last use.
func New(db *store.DB, v *vault.Vault, r redis.UniversalClient, ttl time.Duration) *Sessions {
	s := &Sessions{db: db, vault: v, redis: r, ttl: ttl}
	s.residents.Do, s.residents.Most, s.residents.Waiting, s.residents.Timeout = s.lookUp, maxTogether, maxCallers, lookTimeout
	return s
}

// Start describes a sign-in.
type Start struct {
	PersonID  int64
	PostID    int64
	OpenID    string
	KeySealed string
	Device    string
}

// Create opens a session and returns its token, which is nowhere kept.
func (s *Sessions) Create(ctx context.Context, in Start) (string, error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	secret, token := prefix+base64.RawURLEncoding.EncodeToString(raw), ""
	if r := []rune(in.Device); len(r) > 120 {
		in.Device = string(r[:120])
	}
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		row := Session{PersonID: in.PersonID, TokenHash: hash(secret), PostID: in.PostID, Device: in.Device, KeySealed: in.KeySealed,
			OpenID: in.OpenID, CreatedAt: tx.Now, SeenAt: tx.Now, ExpiresAt: tx.Now.Add(s.ttl)}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		token = s.sign(secret, row.ID, row.PersonID) // it names the row, whose number the database gives
		return tx.Model(&row).Update("token_hash", hash(token)).Error
	})
	if err != nil {
		return "", fmt.Errorf("create session: %w", err)
	}
	return token, nil
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// cached is what Redis remembers of a token: who it is, nothing about rights.
type cached struct {
	ID      int64     `json:"i"`
	Person  int64     `json:"p"`
	Post    int64     `json:"o"`
	OpenID  string    `json:"w"`
	Expires time.Time `json:"e"`
}

func cacheKey(h string) string { return "session:" + h }

// find returns the living session of a token, or org.ErrSignIn.
func (s *Sessions) find(ctx context.Context, token string) (cached, error) {
	if !strings.HasPrefix(token, prefix) {
		return cached{}, org.ErrSignIn
	}
	h := hash(token)
	if c, ok := s.remembered(ctx, h); ok {
		return c, nil
	}
	var row Session
	err := s.db.View(ctx, func(tx *store.Tx) error {
		err := tx.Where("token_hash = ? AND revoked_at IS NULL AND expires_at > ?", h, tx.Now).Take(&row).Error
		return store.NotFound(err, org.ErrSignIn)
	})
	if err != nil {
		return cached{}, err
	}
	if s.db.Now().Sub(row.SeenAt) >= slide {
		if row.ExpiresAt, err = s.extend(ctx, row.ID); err != nil {
			return cached{}, err
		}
	}
	c := cached{ID: row.ID, Person: row.PersonID, Post: row.PostID, OpenID: row.OpenID, Expires: row.ExpiresAt}
	s.remember(ctx, h, c)
	return c, nil
}

func (s *Sessions) extend(ctx context.Context, ids ...int64) (time.Time, error) {
	var until time.Time
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		until = tx.Now.Add(s.ttl)
		return tx.Model(&Session{}).Where("id IN ? AND revoked_at IS NULL", ids).Updates(map[string]any{"seen_at": tx.Now, "expires_at": until}).Error
	})
	return until, err
}

func (s *Sessions) remembered(ctx context.Context, h string) (cached, bool) {
	if s.redis == nil {
		return cached{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, cachePatience)
	defer cancel()
	raw, err := s.redis.Get(ctx, cacheKey(h)).Bytes()
	var c cached
	if err != nil || json.Unmarshal(raw, &c) != nil || !c.Expires.After(s.db.Now()) {
		return cached{}, false
	}
	return c, true
}

func (s *Sessions) remember(ctx context.Context, h string, c cached) {
	if s.redis == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, cachePatience)
	defer cancel()
	raw, _ := json.Marshal(c)
	_ = s.redis.Set(ctx, cacheKey(h), raw, cacheFor).Err()
}

func (s *Sessions) forget(ctx context.Context, hashes []string) {
	if s.redis == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, cachePatience)
	defer cancel()
	for _, h := range hashes {
		_ = s.redis.Del(ctx, cacheKey(h)).Err()
	}
}

// List shows a person's living sessions, newest first.
func (s *Sessions) List(ctx context.Context, person int64) ([]Session, error) {
	var rows []Session
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.Where("person_id = ? AND revoked_at IS NULL AND expires_at > ?", person, tx.Now).Order("id DESC").Limit(100).Find(&rows).Error
	})
	return rows, err
}

// Revoke ends one of a person's sessions. Faults: ErrNotFound.
func (s *Sessions) Revoke(ctx context.Context, person, id int64) error {
	n, err := s.revoke(ctx, "person_id = ? AND id = ?", person, id)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// RevokeAll ends every session of a person but one (0 keeps none).
func (s *Sessions) RevokeAll(ctx context.Context, person, except int64) error {
	_, err := s.revoke(ctx, "person_id = ? AND id <> ?", person, except)
	return err
}

func (s *Sessions) revoke(ctx context.Context, where string, args ...any) (int, error) {
	var hashes []string
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.Model(&Session{}).Where("revoked_at IS NULL").Where(where, args...).Limit(1000).Pluck("token_hash", &hashes).Error; err != nil {
			return err
		}
		return tx.Model(&Session{}).Where("revoked_at IS NULL").Where(where, args...).Update("revoked_at", tx.Now).Error
	})
	if err != nil {
		return 0, fmt.Errorf("revoke sessions: %w", err)
	}
	s.forget(ctx, hashes)
	return len(hashes), nil
}

// Erase deletes a person's sessions with the WeChat account and key that they hold.
func (s *Sessions) Erase(tx *store.Tx, person int64) error {
	var hashes []string
	if err := tx.Model(&Session{}).Where("person_id = ?", person).Pluck("token_hash", &hashes).Error; err != nil {
		return err
	}
	tx.Committed(func() { s.forget(context.WithoutCancel(tx.Statement.Context), hashes) })
	return tx.Where("person_id = ?", person).Delete(&Session{}).Error
}

// SessionKey returns the sealed WeChat session key and account of a session.
func (s *Sessions) SessionKey(ctx context.Context, id int64) (sealed, openID string, err error) {
	var row Session
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return store.NotFound(tx.Where("id = ?", id).Take(&row).Error, ErrNotFound)
	})
	return row.KeySealed, row.OpenID, err
}

// Purge deletes sessions that ended more than 30 days ago, at most 5000.
func (s *Sessions) Purge(ctx context.Context) (int64, error) {
	var n int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var ids []int64
		err := tx.Model(&Session{}).Where("expires_at < ?", tx.Now.AddDate(0, 0, -30)).Limit(5000).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		res := tx.Where("id IN ?", ids).Delete(&Session{})
		n = res.RowsAffected
		return res.Error
	})
	return n, err
}

// revoked reports whether a cached session has been ended meanwhile; it is part of building the actor, so that a
// revocation counts at once even where the cache could not be cleared.
func revoked(tx *store.Tx, id int64) error {
	var n int64
	if err := tx.Model(&Session{}).Where("id = ? AND revoked_at IS NULL", id).Count(&n).Error; err != nil {
		return err
	}
	if n == 0 {
		return org.ErrSignIn
	}
	return nil
}

// person checks that the session and its person still stand, and whether they agreed to the privacy notice.
func person(tx *store.Tx, c cached, a *org.Actor) error {
	if err := revoked(tx, c.ID); err != nil {
		return err
	}
	var row struct {
		Erased    bool
		Consented bool
	}
	err := tx.Model(&org.Person{}).Where("persons.id = ?", c.Person).
		Select("persons.erased_at IS NOT NULL AS erased, EXISTS (SELECT 1 FROM consents WHERE consents.person_id = persons.id AND consents.version = ? AND consents.withdrawn_at IS NULL) AS consented", org.PrivacyVersion).
		Take(&row).Error
	if err != nil {
		return store.NotFound(err, org.ErrSignIn)
	}
	if row.Erased {
		return org.ErrSignIn
	}
	a.Consented = row.Consented
	return nil
}

// Staff builds the actor of a token in a post; 0 means the session's own post, else the first that the person holds.
func (s *Sessions) Staff(ctx context.Context, token string, post int64) (org.Actor, error) {
	c, err := s.find(ctx, token)
	if err != nil {
		return org.Actor{}, err
	}
	if post == 0 {
		post = c.Post
	}
	a := org.Actor{PersonID: c.Person, SessionID: c.ID, OpenID: c.OpenID, Surface: "office"}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if err := person(tx, c, &a); err != nil {
			return err
		}
		acting, err := org.ActingIn(tx, c.Person, post)
		if errors.Is(err, org.ErrNotYourPost) && post == 0 {
			return org.ErrNotYourPost.Saying("您还没有岗位；请用单位发给您的邀请加入")
		}
		a.Post = acting
		return err
	})
	return a, err
}
