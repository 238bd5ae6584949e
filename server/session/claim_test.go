package session_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
	"github.com/linli-city/linli/server/session"
)

// proved proves claims as the transaction that acts on them does.
func (w *world) proved(t *testing.T, claims ...*org.Claim) {
	t.Helper()
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Ask(w.s.Prove(tx.Now, claims)) }); err != nil {
		t.Fatal(err)
	}
}

// claim is a token's claim, which nothing but its signature stands for.
func (w *world) claim(t *testing.T, token string) *org.Claim {
	t.Helper()
	a, err := w.s.Claim(t.Context(), token)
	if err != nil || a.Claim == nil || a.PersonID != 0 || !errors.Is(a.Must(org.JoinMeeting), org.ErrSignIn) {
		t.Fatalf("%+v, %v", a, err)
	}
	return a.Claim
}

func (w *world) agree(t *testing.T, person int64) {
	t.Helper()
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Create(&org.Consent{PersonID: person, Version: org.PrivacyVersion, GivenAt: tx.Now}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAClaimIsNobodyUntilItIsProved, and nobody again as soon as the session, the person or their agreement has ended.
func TestAClaimIsNobodyUntilItIsProved(t *testing.T) {
	ends := map[string]struct {
		end  func(*world, *store.Tx, *org.Claim, int64) error
		want error
	}{
		"revoked": {func(_ *world, tx *store.Tx, c *org.Claim, _ int64) error {
			return tx.Model(&session.Session{}).Where("id = ?", c.SessionID).Update("revoked_at", tx.Now).Error
		}, org.ErrSignIn},
		"expired": {func(w *world, _ *store.Tx, _ *org.Claim, _ int64) error {
			w.clock.Advance(31 * 24 * time.Hour)
			return nil
		}, org.ErrSignIn},
		"erased": {func(_ *world, tx *store.Tx, _ *org.Claim, person int64) error {
			return tx.Model(&org.Person{}).Where("id = ?", person).Update("erased_at", tx.Now).Error
		}, org.ErrSignIn},
		"withdrawn": {func(_ *world, tx *store.Tx, _ *org.Claim, person int64) error {
			return tx.Model(&org.Consent{}).Where("person_id = ?", person).Update("withdrawn_at", tx.Now).Error
		}, org.ErrNoConsent},
		"another token": {func(_ *world, _ *store.Tx, c *org.Claim, _ int64) error {
			c.TokenHash = strings.Repeat("0", 64)
			return nil
		}, org.ErrSignIn},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			owner, other := w.Resident(0, org.RoleOwner), w.Resident(1, org.RoleOwner)
			w.agree(t, owner.PersonID)
			w.agree(t, other.PersonID)
			c, twin := w.claim(t, w.open(t, owner.PersonID, 0)), w.claim(t, w.open(t, other.PersonID, 0))
			w.proved(t, c, twin)
			if a, err := c.Prove(); err != nil || a.PersonID != owner.PersonID || c.PersonID != owner.PersonID || a.SessionID != c.SessionID || !a.Consented || a.Surface != "miniapp" {
				t.Fatalf("%+v, %v", a, err)
			}
			if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error { return end.end(w, tx, c, owner.PersonID) }); err != nil {
				t.Fatal(err)
			}
			w.proved(t, c, twin)
			if a, err := c.Prove(); !errors.Is(err, end.want) || a.PersonID != 0 {
				t.Errorf("%+v, %v", a, err)
			}
			if a, err := twin.Prove(); name != "expired" && (err != nil || a.PersonID != other.PersonID) {
				t.Errorf("who was asked about together with them: %+v, %v", a, err)
			}
		})
	}
}

// TestAForgedTokenClaimsNothing: whatever is changed of a token, it is looked up whole, and not found.
func TestAForgedTokenClaimsNothing(t *testing.T) {
	w := newWorld(t, nil)
	token, other := w.open(t, w.Resident(0, org.RoleOwner).PersonID, 0), w.open(t, w.Resident(1, org.RoleOwner).PersonID, 0)
	parts, theirs := strings.Split(token, "."), strings.Split(other, ".")
	if len(parts) != 4 {
		t.Fatalf("token %q", token)
	}
	for i := range parts {
		forged := slices.Clone(parts)
		forged[i] = theirs[i]
		if _, err := w.s.Claim(t.Context(), strings.Join(forged, ".")); !errors.Is(err, org.ErrSignIn) {
			t.Errorf("with part %d of another: %v", i, err)
		}
	}
	for _, bad := range []string{"", ".", "..", "ll_", parts[0], parts[0] + "." + parts[1], token + "x", token + "." + parts[2], "x" + token, "ll_.1.1." + parts[3], strings.ToUpper(token)} {
		if a, err := w.s.Claim(t.Context(), bad); !errors.Is(err, org.ErrSignIn) {
			t.Errorf("%q: %+v, %v", bad, a, err)
		}
	}
}

// TestTokensOutliveTheirKeys: one that was signed by an earlier key claims as long as the city has the key, and after it is looked up; so
// is one from before tokens were signed.
func TestTokensOutliveTheirKeys(t *testing.T) {
	w := newWorld(t, nil)
	keys, err := vault.NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	first := v.PrimaryID()
	w.s = session.New(w.DB, v, nil, 30*24*time.Hour)
	owner := w.Resident(0, org.RoleOwner)
	token := w.open(t, owner.PersonID, 0)
	keys, second, err := vault.Add(keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func([]byte) ([]byte, error){
		func(k []byte) ([]byte, error) { return vault.Promote(k, second) },
		func(k []byte) ([]byte, error) { return vault.Drop(k, first) },
	} {
		if keys, err = step(keys); err != nil {
			t.Fatal(err)
		}
		if err := v.Reload(keys); err != nil {
			t.Fatal(err)
		}
		a, err := w.s.Claim(t.Context(), token)
		if gone := v.Fingerprint()[first] == ""; err != nil || gone == (a.Claim != nil) || gone && a.PersonID != owner.PersonID {
			t.Errorf("key gone %t: %+v, %v", gone, a, err)
		}
	}
	if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&session.Session{}).Where("person_id = ?", owner.PersonID).Update("token_hash", session.Hash("ll_unsigned")).Error
	}); err != nil {
		t.Fatal(err)
	}
	if a, err := w.s.Claim(t.Context(), "ll_unsigned"); err != nil || a.Claim != nil || a.PersonID != owner.PersonID {
		t.Errorf("an unsigned token: %+v, %v", a, err)
	}
}

// TestAClaimIsProvedByKeys: each round of casts asks it while others wait.
func TestAClaimIsProvedByKeys(t *testing.T) {
	w := newWorld(t, nil)
	claims := []*org.Claim{w.claim(t, w.open(t, w.Resident(0, org.RoleOwner).PersonID, 0)), w.claim(t, w.open(t, w.Resident(1, org.RoleOwner).PersonID, 0))}
	if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		people, sessions := make([]org.Person, 2000), make([]session.Session, 2000)
		for i := range people {
			people[i] = org.Person{PhoneIndex: fmt.Sprint("many", i), CreatedAt: tx.Now}
		}
		if err := tx.CreateInBatches(&people, 500).Error; err != nil {
			return err
		}
		for i, p := range people {
			sessions[i] = session.Session{PersonID: p.ID, TokenHash: session.Hash(p.PhoneIndex), CreatedAt: tx.Now, SeenAt: tx.Now, ExpiresAt: tx.Now.Add(time.Hour)}
		}
		return tx.CreateInBatches(&sessions, 500).Error
	}); err != nil {
		t.Fatal(err)
	}
	if modelstest.OnServer() {
		if err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.Exec("ANALYZE TABLE sessions, persons, consents").Error }); err != nil {
			t.Fatal(err)
		}
	}
	explain := "EXPLAIN QUERY PLAN "
	if modelstest.OnServer() {
		explain = "EXPLAIN "
	}
	var plan []map[string]any
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		q := w.s.Prove(tx.Now, claims)
		s := tx.Session(&gorm.Session{DryRun: true}).Raw(q.SQL, q.Args...).Scan(&plan).Statement
		return tx.Raw(explain + tx.Explain(s.SQL.String(), s.Vars...)).Scan(&plan).Error
	}); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%s", plan)
	keys := []string{"SEARCH s USING INTEGER PRIMARY KEY", "SEARCH p USING INTEGER PRIMARY KEY", "consents_once"}
	if modelstest.OnServer() {
		keys = []string{"key:PRIMARY key_len:8 possible_keys:PRIMARY,sessions_person,sessions_expiry ref:<nil> rows:2 ", "table:p type:eq_ref", "consents_once"}
	}
	for _, key := range keys {
		if !strings.Contains(text, key) {
			t.Errorf("%s is not used: %s", key, text)
		}
	}
}
