package org_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// TestPersonNames: what reads like a person's full name, and what does not.
func TestPersonNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"王小明": true, "王明": true, "欧阳锋": true, "欧阳小锋": true, "个人": false, "王": false, "王*": false, "某公司": false, "王家店": false, "李记": false, "五金店": false, "国家电网": false, "公共收益": false, "管理费": false, "何时": false, "Wang": false} {
		if org.PersonName(text) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
}

// TestWordsAreNotPeople: a resident is found by the whole name with its surname, not inside a longer one and not in words of every day; what
// has been read is not read again for each text, and not kept for long.
func TestWordsAreNotPeople(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	v := modelstest.Vault(t)
	w := modelstest.NewTown(t, modelstest.OpenAt(t, clock), v)
	s := org.New(w.DB, v, nil, slog.New(slog.DiscardHandler))
	tx := func(f func(*store.Tx) error) {
		t.Helper()
		if err := w.DB.InTx(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	name := func(name string) {
		a := w.Resident(0, org.RoleOwner)
		tx(func(tx *store.Tx) error {
			return tx.Model(&org.Person{}).Where("id = ?", a.PersonID).Update("name_sealed", v.Seal(name, "persons.name")).Error
		})
	}
	for _, n := range []string{"国庆", "安宁", "高峰", "建国", "王建", "王建国", "张伟", "李"} {
		name(n)
	}
	in := func(text string) (found []string) {
		tx(func(tx *store.Tx) (err error) {
			found, err = s.NamedIn(tx, w.Estate.ID, text)
			return err
		})
		return found
	}
	for text, want := range map[string][]string{"国庆放假通知，用电高峰注意安全，祝安宁": nil, "王建国和李家": {"王建国"}, "王建来过，张伟也来过": {"王建", "张伟"}, "建国七十周年": nil} {
		if got := in(text); !slices.Equal(got, want) {
			t.Errorf("%s: %v", text, got)
		}
	}
	name("赵铁柱")
	if got := in("赵铁柱"); got != nil {
		t.Errorf("read again for each text: %v", got)
	}
	clock.Advance(6 * time.Minute)
	if got := in("赵铁柱"); len(got) != 1 {
		t.Error("kept for longer than it may be")
	}
}
