package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Keyset is what the key file holds. Rotation while serving goes in four steps, each spread to every process before
// the next: add a key, promote it, rekey the rows, drop the old one.
type Keyset struct {
	Primary string `json:"primary"`
	Keys    []Key  `json:"keys"`
}

// Key is one 256-bit secret.
type Key struct {
	ID     string `json:"id"`
	Secret []byte `json:"secret"`
}

// Errors of keysets.
var (
	ErrKeyset  = errors.New("vault: the keyset is malformed")
	ErrPrimary = errors.New("vault: the primary key cannot be dropped; promote another first and rekey")
	ErrNoKey   = errors.New("vault: the keyset has no such key")
)

func parse(raw []byte) (*Keyset, error) {
	var ks Keyset
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&ks); err != nil {
		return nil, fmt.Errorf("%w: it is not the JSON that `server keys new` writes", ErrKeyset)
	}
	seen := map[string]bool{}
	for _, k := range ks.Keys {
		if k.ID == "" || len(k.ID) > 12 || len(k.Secret) != 32 || seen[k.ID] {
			return nil, fmt.Errorf("%w: key %q", ErrKeyset, k.ID)
		}
		seen[k.ID] = true
	}
	if !seen[ks.Primary] {
		return nil, fmt.Errorf("%w: the primary key %q is not among the keys", ErrKeyset, ks.Primary)
	}
	return &ks, nil
}

func (ks *Keyset) marshal() ([]byte, error) {
	b, err := json.MarshalIndent(ks, "", "  ")
	return append(b, '\n'), err
}

// newKeyID names a key by chance: the name of a dropped key never comes back, so that the keysets of two backups can be
// put together.
func newKeyID() string { return "k" + hex.EncodeToString(randomBytes(4)) }

// NewKeyset makes a keyset with one fresh key.
func NewKeyset() ([]byte, error) {
	id := newKeyID()
	return (&Keyset{Primary: id, Keys: []Key{{ID: id, Secret: randomBytes(32)}}}).marshal()
}

// Add puts a fresh key into the set, not yet used for sealing, and returns its id.
func Add(raw []byte) ([]byte, string, error) {
	ks, err := parse(raw)
	if err != nil {
		return nil, "", err
	}
	id := newKeyID()
	ks.Keys = append(ks.Keys, Key{ID: id, Secret: randomBytes(32)})
	out, err := ks.marshal()
	return out, id, err
}

// Promote makes a key the one that seals.
func Promote(raw []byte, id string) ([]byte, error) {
	ks, err := parse(raw)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(ks.Keys, func(k Key) bool { return k.ID == id }) {
		return nil, ErrNoKey
	}
	ks.Primary = id
	return ks.marshal()
}

// Drop removes a key; what was sealed with it and not rekeyed can never be opened again.
func Drop(raw []byte, id string) ([]byte, error) {
	ks, err := parse(raw)
	if err != nil {
		return nil, err
	}
	if ks.Primary == id {
		return nil, ErrPrimary
	}
	n := len(ks.Keys)
	if ks.Keys = slices.DeleteFunc(ks.Keys, func(k Key) bool { return k.ID == id }); len(ks.Keys) == n {
		return nil, ErrNoKey
	}
	return ks.marshal()
}

// DemoKeyset is the keyset of demonstrations. Everybody knows it; production refuses it.
func DemoKeyset() []byte {
	secret := sha256.Sum256([]byte("linli demonstration key: protects nothing"))
	b, _ := (&Keyset{Primary: "demo", Keys: []Key{{ID: "demo", Secret: secret[:]}}}).marshal()
	return b
}

// IsDemo reports whether a keyset holds the demonstration key.
func IsDemo(raw []byte) bool {
	ks, err := parse(raw)
	demo, _ := parse(DemoKeyset())
	return err == nil && slices.ContainsFunc(ks.Keys, func(k Key) bool { return bytes.Equal(k.Secret, demo.Keys[0].Secret) })
}
