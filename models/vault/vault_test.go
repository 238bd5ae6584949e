package vault_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

func TestSealedTextOpensOnlyWhereItBelongs(t *testing.T) {
	t.Parallel()
	v := modelstest.Vault(t)
	sealed := v.Seal("13800138000", "persons.phone")
	if strings.Contains(sealed, "138") || sealed == v.Seal("13800138000", "persons.phone") {
		t.Error("sealing shows the text or repeats itself")
	}
	if got, err := v.Open(sealed, "persons.phone"); err != nil || got != "13800138000" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := v.Open(sealed, "owners.phone"); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("opened in another column: %v", err)
	}
	for i := len(sealed) - 1; i > strings.IndexByte(sealed, '.'); i-- {
		for _, c := range "Ab" {
			bad := sealed[:i] + string(c) + sealed[i+1:]
			if bad == sealed {
				continue
			}
			if got, err := v.Open(bad, "persons.phone"); err == nil && got != "13800138000" {
				t.Fatalf("an altered text opens as %q", got)
			}
		}
	}
	if _, err := modelstest.Vault(t).Open(sealed, "persons.phone"); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("opened with other keys: %v", err)
	}
	if v.Seal("", "x") != "" || v.Index("phone", "") != "" {
		t.Error("nothing is sealed as something")
	}
}

func TestIndexFindsWithoutShowing(t *testing.T) {
	t.Parallel()
	v := modelstest.Vault(t)
	a := v.Index("phone", "13800138000")
	if a != v.Index("phone", "13800138000") || a == v.Index("paper", "13800138000") || a == v.Index("phone", "13800138001") {
		t.Error("the index does not tell values and kinds apart")
	}
	if a == modelstest.Vault(t).Index("phone", "13800138000") {
		t.Error("the index does not depend on the key")
	}
	if strings.Contains(a, "13800138") || len(a) > 80 {
		t.Errorf("index %q", a)
	}
	for _, x := range v.Indexes("phone", "") {
		if x == "" {
			t.Error("looking for nothing finds rows without a phone")
		}
	}
}

func TestMasks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"王小明": "王*", "王": "王*", "": ""} {
		if got := vault.MaskName(in); got != want {
			t.Errorf("MaskName(%q) = %q", in, got)
		}
	}
	for in, want := range map[string]string{"13800138000": "138****8000", "": "", "12345": "*****"} {
		if got := vault.MaskPhone(in); got != want {
			t.Errorf("MaskPhone(%q) = %q", in, got)
		}
	}
}

// primaryOf reads the name of the key that seals.
func primaryOf(t *testing.T, keys []byte) string {
	t.Helper()
	v, err := vault.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	return v.PrimaryID()
}

// TestANameNeverComesBack: a text or a backup that names a dropped key must not meet another key of that name.
func TestANameNeverComesBack(t *testing.T) {
	t.Parallel()
	keys, err := vault.NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{primaryOf(t, keys): true}
	for range 20 {
		next, id, err := vault.Add(keys)
		if err != nil {
			t.Fatal(err)
		}
		if seen[id] {
			t.Fatalf("%s again", id)
		}
		seen[id] = true
		if keys, err = vault.Drop(next, id); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKeysetsRefuse(t *testing.T) {
	t.Parallel()
	keys, err := vault.NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Drop(keys, primaryOf(t, keys)); !errors.Is(err, vault.ErrPrimary) {
		t.Errorf("dropped the primary: %v", err)
	}
	if _, err := vault.Promote(keys, "k9"); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("promoted nothing: %v", err)
	}
	for _, bad := range []string{"", "{}", `{"primary":"k1","keys":[]}`, `{"primary":"k1","keys":[{"id":"k1","secret":"AAAA"}]}`, `{"primary":"k1","more":1}`} {
		if _, err := vault.Open([]byte(bad)); !errors.Is(err, vault.ErrKeyset) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if vault.IsDemo(keys) || !vault.IsDemo(vault.DemoKeyset()) {
		t.Error("the demonstration key is not told from others")
	}
}

// TestRekeyWhileOthersWrite rewrites every row while people change theirs: no value is lost, none keeps the old key.
func TestRekeyWhileOthersWrite(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	keys, err := vault.NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	first := primaryOf(t, keys)
	v, err := vault.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	const people = 450
	err = db.InTx(t.Context(), func(tx *store.Tx) error {
		rows := make([]org.Person, people)
		for i := range rows {
			rows[i] = org.Person{PhoneSealed: v.Seal("1", "persons.phone"), PhoneIndex: v.Index("phone", "1"), CreatedAt: tx.Now}
		}
		return tx.CreateInBatches(&rows, 200).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	keys, id, err := vault.Add(keys)
	if err != nil {
		t.Fatal(err)
	}
	if keys, err = vault.Promote(keys, id); err != nil {
		t.Fatal(err)
	}
	if err := v.Reload(keys); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 1; i <= people; i += 7 {
			err := db.InTx(context.Background(), func(tx *store.Tx) error {
				return tx.Model(&org.Person{}).Where("id = ?", i).Updates(map[string]any{"phone_sealed": v.Seal("2", "persons.phone"), "phone_index": v.Index("phone", "2")}).Error
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	columns := []vault.Column{{Table: "persons", Sealed: "phone_sealed", Bound: "persons.phone", Index: "phone_index", IndexKind: "phone"}}
	if _, err := v.Rekey(t.Context(), db, columns); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if n, err := v.Rekey(t.Context(), db, columns); err != nil || n != 0 {
		t.Errorf("a second run rewrote %d (%v)", n, err)
	}
	if keys, err = vault.Drop(keys, first); err != nil {
		t.Fatal(err)
	}
	if err := v.Reload(keys); err != nil {
		t.Fatal(err)
	}
	var rows []org.Person
	if err := db.View(t.Context(), func(tx *store.Tx) error { return tx.Find(&rows).Error }); err != nil {
		t.Fatal(err)
	}
	for _, p := range rows {
		want := "1"
		if p.ID%7 == 1 {
			want = "2"
		}
		if got, err := v.Open(p.PhoneSealed, "persons.phone"); err != nil || got != want || p.PhoneIndex != v.Index("phone", want) {
			t.Fatalf("person %d: %q, %v", p.ID, got, err)
		}
	}
}

func TestWatchTakesAChangedFileAndKeepsGoodKeys(t *testing.T) {
	t.Parallel()
	keys, err := vault.NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	write := func(raw []byte) {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(keys)
	v, err := vault.Open(keys)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { v.Watch(ctx, path, time.Millisecond, slog.New(slog.DiscardHandler)) })
	defer func() { stop(); wg.Wait() }()
	write([]byte("half a fi"))
	sealed := v.Seal("x", "y")
	added, id, err := vault.Add(keys)
	if err != nil {
		t.Fatal(err)
	}
	if added, err = vault.Promote(added, id); err != nil {
		t.Fatal(err)
	}
	write(added)
	for deadline := time.Now().Add(10 * time.Second); v.PrimaryID() != id; {
		if time.Now().After(deadline) {
			t.Fatal("the changed file was not taken")
		}
		<-time.After(time.Millisecond)
	}
	if _, err := v.Open(sealed, "y"); err != nil {
		t.Error(err)
	}
}

// TestAPaperHasOneIndex: however its number is typed. A row of before, indexed by what was typed, is found by the same words, and by all after
// keys rekey.
func TestAPaperHasOneIndex(t *testing.T) {
	t.Parallel()
	db, v := modelstest.Open(t), modelstest.Vault(t)
	want := v.Index(vault.Paper, "52270119900101123X")
	for _, typed := range []string{"522701 19900101 123x", "522701-19900101-123X", "５２２７０１１９９００１０１１２３ｘ", " 52270119900101123X\u200b"} {
		if v.Index(vault.Paper, typed) != want {
			t.Errorf("%q has an index of its own", typed)
		}
	}
	if v.Index(vault.Paper, " - ") != "" || v.Index(vault.Paper, "522701199001011234") == want || v.Indexes(vault.Paper, "--")[0] != "-" {
		t.Error("different papers are one, or nothing is somebody")
	}
	const typed = "522701 19900101 123X"
	var old string
	for _, index := range v.Indexes(vault.Paper, typed) {
		if index != want {
			old = index
		}
	}
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Create(&org.Owner{OwnerSetID: 1, Position: 1, PaperSealed: v.Seal(typed, "owners.paper"), PaperIndex: old, CreatedAt: tx.Now}).Error
	})
	if err != nil || old == "" {
		t.Fatal(err, old)
	}
	columns := []vault.Column{{Table: "owners", Sealed: "paper_sealed", Bound: "owners.paper", Index: "paper_index", IndexKind: vault.Paper}}
	for _, rewritten := range []int{1, 0} {
		if n, err := v.Rekey(t.Context(), db, columns); err != nil || n != rewritten {
			t.Errorf("rewrote %d, want %d: %v", n, rewritten, err)
		}
	}
	var o org.Owner
	if err := db.View(t.Context(), func(tx *store.Tx) error { return tx.Take(&o).Error }); err != nil || o.PaperIndex != want {
		t.Errorf("%+v %v", o, err)
	}
}
