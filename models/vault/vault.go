// Package vault seals personal data for the database and makes the keyed blind indexes by which it is found again.
// It holds the keys in memory, swaps them while serving, and never prints one.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
)

// ErrSealed says that a sealed text was altered, or sealed with a key that is not (or no longer) in the keyset.
var ErrSealed = errors.New("vault: the sealed text cannot be opened: it was altered, or its key is missing from the keyset")

// Vault seals, opens and indexes. It may be used from many goroutines, also while keys are swapped.
type Vault struct {
	ring atomic.Pointer[ring]
}

type ring struct {
	sum     [sha256.Size]byte // of the keyset it was made from
	primary *key
	byID    map[string]*key
	order   []*key
}

type key struct {
	id    string
	aead  cipher.AEAD
	index []byte
}

// Open reads a keyset.
func Open(keyset []byte) (*Vault, error) {
	v := &Vault{}
	return v, v.Reload(keyset)
}

// Reload swaps the keys. What runs finishes with the keys it began with; a bad keyset changes nothing.
func (v *Vault) Reload(keyset []byte) error {
	ks, err := parse(keyset)
	if err != nil {
		return err
	}
	r := &ring{sum: sha256.Sum256(keyset), byID: map[string]*key{}}
	for _, k := range ks.Keys {
		made, err := derive(k)
		if err != nil {
			return err
		}
		r.byID[k.ID] = made
		r.order = append(r.order, made)
		if k.ID == ks.Primary {
			r.primary = made
		}
	}
	v.ring.Store(r)
	return nil
}

// derive makes the two working keys of one secret: AES-256-GCM for sealing and HMAC-SHA256 for the index
// (HKDF, RFC 5869), so that neither use tells anything about the other.
func derive(k Key) (*key, error) {
	seal, err := hkdf.Key(sha256.New, k.Secret, nil, "linli field seal", 32)
	if err != nil {
		return nil, err
	}
	index, err := hkdf.Key(sha256.New, k.Secret, nil, "linli blind index", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &key{id: k.ID, aead: aead, index: index}, nil
}

// Seal encrypts a text with the primary key. bound says where it belongs ("persons.phone"): a sealed text that is
// moved to another column no longer opens. The empty text stays empty.
func (v *Vault) Seal(plain, bound string) string {
	if plain == "" {
		return ""
	}
	k := v.ring.Load().primary
	return k.id + "." + base64.RawURLEncoding.EncodeToString(k.aead.Seal(nil, nil, []byte(plain), []byte(bound)))
}

// Open decrypts what Seal made, with whichever key of the set made it, or returns ErrSealed.
func (v *Vault) Open(sealed, bound string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	id, text, ok := strings.Cut(sealed, ".")
	k := v.ring.Load().byID[id]
	if !ok || k == nil {
		return "", fmt.Errorf("%w (key %q)", ErrSealed, id)
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", ErrSealed
	}
	plain, err := k.aead.Open(nil, nil, raw, []byte(bound))
	if err != nil {
		return "", ErrSealed
	}
	return string(plain), nil
}

// Index is the blind index of a value with the primary key: "<key id>:<hex>". kind keeps equal values of different
// sorts apart. The empty value has the empty index, which callers never look up. Papers are indexed by FoldPaper.
func (v *Vault) Index(kind, value string) string {
	if value = folded(kind, value); value == "" {
		return ""
	}
	return v.ring.Load().primary.blind(kind, value)
}

// Indexes gives the index of a value under every key of the set, for look-ups while keys rotate; of a paper also as it was made of what was typed.
func (v *Vault) Indexes(kind, value string) []string {
	r := v.ring.Load()
	if folded(kind, value) == "" {
		return []string{"-"} // matches nothing: an index always has a colon
	}
	var list []string
	for _, form := range forms(kind, value) {
		for _, k := range r.order {
			list = append(list, k.blind(kind, form))
		}
	}
	return list
}

func (k *key) blind(kind, value string) string {
	m := hmac.New(sha256.New, k.index)
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write([]byte(value))
	return k.id + ":" + hex.EncodeToString(m.Sum(nil))
}

// NeedsRekey reports whether a sealed text or an index was made with another key than the primary one.
func (v *Vault) NeedsRekey(made string) bool {
	if made == "" {
		return false
	}
	id, _, _ := strings.Cut(made, ".")
	id, _, _ = strings.Cut(id, ":")
	return id != v.ring.Load().primary.id
}

// Fingerprint gives a short hash of each key by id, so that a backup can tell which keys it needs.
func (v *Vault) Fingerprint() map[string]string {
	prints := map[string]string{}
	for _, k := range v.ring.Load().order {
		m := hmac.New(sha256.New, k.index)
		m.Write([]byte("linli key fingerprint"))
		prints[k.id] = hex.EncodeToString(m.Sum(nil)[:8])
	}
	return prints
}

// PrimaryID is the id of the key that seals.
func (v *Vault) PrimaryID() string { return v.ring.Load().primary.id }

// randomBytes never fails (crypto/rand, Go 1.24).
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
