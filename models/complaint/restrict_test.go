package complaint_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

const abuse = "一天投诉三十次同一内容"

// TestOneRestrictionAtATime: five taps are one restriction; while it holds nobody adds another; after an appeal has ended it
// nothing that was already there brings another; what comes later may.
func TestOneRestrictionAtATime(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.rule(t, "complaint.restrict_days", "30")
	first, second := w.file(t, w.owner, w.numbered("", "1")), w.file(t, w.owner, w.numbered("", "2"))
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := w.s.Restrict(context.Background(), w.township, first.ID, first.Number, abuse, 7); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	held, err := w.s.ListOwnRestrictions(t.Context(), w.owner)
	if err != nil || len(held) != 1 || !held[0].MayAppeal() {
		t.Fatalf("five taps: %+v, %v", held, err)
	}
	told := 0
	for _, k := range w.told(t) {
		if k == "complaint.restricted" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	again := func(c *complaint.Case, by org.Actor, days int) error {
		_, err := w.s.Restrict(t.Context(), by, c.ID, c.Number, abuse, days)
		return err
	}
	for what, err := range map[string]error{"longer": again(first, w.township, 30), "by another office": again(first, w.bureau, 7), "for another case": again(second, w.township, 30)} {
		if !errors.Is(err, complaint.ErrRestrictedNow) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for range 2 { // a double tap
		if err := w.s.Appeal(t.Context(), w.owner, held[0].ID, "每次都是不同的问题"); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.s.DecideAppeal(t.Context(), w.bureau, held[0].ID, true, "内容确有不同"); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"the same again": again(first, w.township, 7), "by another office": again(first, w.bureau, 7), "for the other case": again(second, w.township, 7)} {
		if !errors.Is(err, complaint.ErrRestrictedSince) {
			t.Errorf("after the appeal, %s: %v", what, err)
		}
	}
	w.clock.Advance(time.Hour)
	later := w.file(t, w.owner, w.numbered("", "3"))
	if err := again(later, w.township, 30); err != nil {
		t.Errorf("for what came later: %v", err)
	}
	// It ends, and for what was there nobody makes it longer.
	w.clock.Advance(31 * 24 * time.Hour)
	if err := again(later, w.bureau, 30); !errors.Is(err, complaint.ErrRestrictedSince) {
		t.Errorf("once more for the same: %v", err)
	}
	last := w.file(t, w.owner, w.numbered("", "4"))
	if err := again(last, w.township, 30); err != nil {
		t.Errorf("after the earlier one ended: %v", err)
	}
}

// TestLiftingEndsAllOfAReceipt: where an older program let several stand, the words "now you may file" are true.
func TestLiftingEndsAllOfAReceipt(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.rule(t, "complaint.restrict_days", "30")
	c := w.file(t, w.owner, w.draft(""))
	r, err := w.s.Restrict(t.Context(), w.township, c.ID, c.Number, abuse, 7)
	if err != nil {
		t.Fatal(err)
	}
	twin := *r
	twin.ID, twin.Live = 0, nil
	if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error { return tx.Create(&twin).Error }); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Appeal(t.Context(), w.owner, r.ID, "我不同意"); err != nil {
		t.Fatal(err)
	}
	if err := w.s.DecideAppeal(t.Context(), w.bureau, r.ID, true, "解除"); err != nil {
		t.Fatal(err)
	}
	w.file(t, w.owner, w.numbered("", "free"))
}

// TestAnAppealGoesUp: neither the office that imposed it, nor its other name, nor an office below decides.
func TestAnAppealGoesUp(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.rule(t, "complaint.restrict_days", "30")
	c := w.file(t, w.owner, w.draft(""))
	r, err := w.s.Restrict(t.Context(), w.bureau, c.ID, c.Number, abuse, 30)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.Appeal(t.Context(), w.owner, r.ID, "我不同意"); err != nil {
		t.Fatal(err)
	}
	if err := w.s.DecideAppeal(t.Context(), w.township, r.ID, true, "解除"); !errors.Is(err, complaint.ErrBelowImposer) {
		t.Errorf("the township judges the bureau: %v", err)
	}
	if err := w.s.DecideAppeal(t.Context(), w.office, r.ID, false, "维持"); !errors.Is(err, complaint.ErrOtherPerson) {
		t.Errorf("the office in the bureau judges the bureau: %v", err)
	}
	rows, err := w.s.ListRestrictions(t.Context(), w.group, "appealed", 0, 10)
	if err != nil || len(rows) != 1 {
		t.Errorf("the leading group finds %+v, %v", rows, err)
	}
	if err := w.s.DecideAppeal(t.Context(), w.group, r.ID, true, "内容确有不同"); err != nil {
		t.Errorf("the leading group: %v", err)
	}
	if _, err := w.s.Restrict(t.Context(), w.group, c.ID, c.Number, abuse, 30); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("who judges last restricts: %v", err)
	}
}

// withPhone binds a phone to somebody's account.
func (w *cast) withPhone(t *testing.T, a org.Actor, phone string) {
	t.Helper()
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.Person{}).Where("id = ?", a.PersonID).Updates(map[string]any{"phone_sealed": w.Vault.Seal(phone, "persons.phone"), "phone_index": w.Vault.Index("phone", phone)}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAPhoneAndItsAccountAreOne: somebody restricted by a slip reads it and appeals by the receipt; the account with that
// phone is restricted, told and heard as well; and an account's restriction reaches a slip from its phone.
func TestAPhoneAndItsAccountAreOne(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.rule(t, "complaint.restrict_days", "30")
	const phone, other = "13800001234", "13800005678"
	w.withPhone(t, w.owner, phone)
	w.withPhone(t, w.neighbour, other)
	bySlip := w.numbered("", "s1")
	c, err := w.s.FileSlip(t.Context(), phone, "张三", bySlip)
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.s.Restrict(t.Context(), w.township, c.ID, c.Number, abuse, 30)
	if err != nil || r.PersonID != 0 {
		t.Fatal(r, err)
	}
	if _, err := w.s.FileSlip(t.Context(), phone, "张三", w.numbered("", "s2")); !errors.Is(err, complaint.ErrRestricted) {
		t.Errorf("by slip again: %v", err)
	}
	if _, err := w.s.File(t.Context(), w.owner, w.numbered("", "s3")); !errors.Is(err, complaint.ErrRestricted) {
		t.Errorf("with the account of that phone: %v", err)
	}
	if held, err := w.s.ListOwnRestrictions(t.Context(), w.owner); err != nil || len(held) != 1 {
		t.Errorf("the account reads %+v, %v", held, err)
	}
	held, err := w.s.ListRestrictionsByReceipt(t.Context(), phone, c.Number)
	if err != nil || len(held) != 1 || held[0].Reason != abuse || !held[0].MayAppeal() {
		t.Fatalf("by the receipt: %+v, %v", held, err)
	}
	if _, err := w.s.ListRestrictionsByReceipt(t.Context(), other, c.Number); !errors.Is(err, complaint.ErrNoSuchReceipt) {
		t.Errorf("another phone reads it: %v", err)
	}
	if err := w.s.AppealByReceipt(t.Context(), other, c.Number, r.ID, "不是我"); !errors.Is(err, complaint.ErrNoSuchReceipt) {
		t.Errorf("another phone appeals: %v", err)
	}
	if err := w.s.AppealByReceipt(t.Context(), phone, c.Number, r.ID, "每次都是不同的问题"); err != nil {
		t.Fatal(err)
	}
	if err := w.s.DecideAppeal(t.Context(), w.bureau, r.ID, true, "内容确有不同"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.FileSlip(t.Context(), phone, "张三", w.numbered("", "s4")); err != nil {
		t.Errorf("after the appeal: %v", err)
	}
	own := w.file(t, w.neighbour, w.numbered("", "n1"))
	if _, err := w.s.Restrict(t.Context(), w.township, own.ID, own.Number, abuse, 30); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.FileSlip(t.Context(), other, "李四", w.numbered("", "n2")); !errors.Is(err, complaint.ErrRestricted) {
		t.Errorf("a slip from the phone of a restricted account: %v", err)
	}
	// At a counter and in danger nobody is restricted.
	if _, err := w.s.FileFor(t.Context(), w.community, complaint.FromCounter, complaint.Contact{Name: "李四", Phone: other}, w.numbered("", "n3")); err != nil {
		t.Errorf("at a counter: %v", err)
	}
	if _, err := w.s.FileSlip(t.Context(), other, "李四", w.numbered("fire-lane", "n4")); err != nil {
		t.Errorf("in danger: %v", err)
	}
}

// recorded are the subjects whose pictures lost their uploaders.
type recorded struct {
	noFiles
	kinds *[]string
}

func (recorded) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error { return nil }
func (r recorded) Unname(_ *store.Tx, kind string, _ []int64) error {
	*r.kinds = append(*r.kinds, kind)
	return nil
}

// TestErasingReachesAllThatNames: the pictures that complainants added, restrictions that have ended, and what other domains
// keep; one that still holds keeps whom it holds, and their receipt, until it ends.
func TestErasingReachesAllThatNames(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	var kinds []string
	var forgot []int64
	w.with(t, recorded{kinds: &kinds})
	w.s.OnErase(func(_ *store.Tx, cases []int64) error { forgot = append(forgot, cases...); return nil })
	w.rule(t, "complaint.restrict_days", "90")
	w.rule(t, "complaint.identity_months", "1")
	ended, holding := w.file(t, w.owner, w.numbered("", "1")), w.file(t, w.neighbour, w.numbered("", "2"))
	for i, c := range []*complaint.Case{ended, holding} {
		if _, err := w.s.Restrict(t.Context(), w.township, c.ID, c.Number, abuse, []int{7, 90}[i]); err != nil {
			t.Fatal(err)
		}
	}
	w.ok(t, w.owner, ended.ID, complaint.Supply, complaint.Input{Text: "补充照片", FileIDs: []int64{1}})
	w.ok(t, w.owner, ended.ID, complaint.Withdraw, complaint.Input{})
	w.ok(t, w.neighbour, holding.ID, complaint.Withdraw, complaint.Input{})
	named := func() (n int64) {
		t.Helper()
		err := w.DB.View(t.Context(), func(tx *store.Tx) error {
			return tx.Model(&complaint.Restriction{}).Where("person_id <> 0 OR phone_index <> '' OR live IS NOT NULL").Count(&n).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	w.clock.Advance(60 * 24 * time.Hour)
	if n, err := w.s.EraseClosed(t.Context()); err != nil || n != 1 || named() != 1 {
		t.Errorf("erased %d, %d restrictions name somebody, %v", n, named(), err)
	}
	if !slices.Contains(kinds, "case_step") || !slices.Equal(forgot, []int64{ended.ID}) {
		t.Errorf("unnamed %v, forgot %v", kinds, forgot)
	}
	if _, err := w.s.File(t.Context(), w.neighbour, w.numbered("", "3")); !errors.Is(err, complaint.ErrRestricted) {
		t.Errorf("who is restricted for ninety days is not after sixty: %v", err)
	}
	w.clock.Advance(31 * 24 * time.Hour)
	if n, err := w.s.EraseClosed(t.Context()); err != nil || n != 1 || named() != 0 || !slices.Equal(forgot, []int64{ended.ID, holding.ID}) {
		t.Errorf("after it ended: %d, %d restrictions name somebody, forgot %v, %v", n, named(), forgot, err)
	}
}

// TestWhoIsHeldMayAppeal: by the receipt, though the case closed longer ago than identities are kept.
func TestWhoIsHeldMayAppeal(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.rule(t, "complaint.restrict_days", "90")
	w.rule(t, "complaint.identity_months", "1")
	const phone = "13900008888"
	c, err := w.s.FileSlip(t.Context(), phone, "钱", w.numbered("", "a"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.ActByReceipt(t.Context(), phone, c.Number, complaint.Withdraw, complaint.Input{ClientRef: "w"}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(20 * 24 * time.Hour)
	r, err := w.s.Restrict(t.Context(), w.township, c.ID, c.Number, abuse, 90)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(20 * 24 * time.Hour)
	if n, err := w.s.EraseClosed(t.Context()); err != nil || n != 0 {
		t.Errorf("erased %d, %v", n, err)
	}
	if err := w.s.AppealByReceipt(t.Context(), phone, c.Number, r.ID, "我不同意这个限制"); err != nil {
		t.Errorf("restricted, and cannot appeal: %v", err)
	}
}

// TestAnAppealIsTold to the nearest offices that may judge it, once.
func TestAnAppealIsTold(t *testing.T) {
	t.Parallel()
	w := newCast(t)
	w.rule(t, "complaint.restrict_days", "30")
	for i, by := range []struct {
		org.Actor
		want []int64
	}{{w.township, []int64{w.bureau.OrganisationID(), w.office.OrganisationID()}}, {w.bureau, []int64{w.group.OrganisationID()}}} {
		who := []org.Actor{w.owner, w.neighbour}[i]
		c := w.file(t, who, w.numbered("", fmt.Sprint(i)))
		r, err := w.s.Restrict(t.Context(), by.Actor, c.ID, c.Number, abuse, 30)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a double tap
			if err := w.s.Appeal(t.Context(), who, r.ID, "我不同意"); err != nil {
				t.Fatal(err)
			}
		}
		var to []int64
		err = w.DB.View(t.Context(), func(tx *store.Tx) error {
			var rows []outbox.Message
			if err := tx.Where("kind = ?", "complaint.appealed").Order("id").Find(&rows).Error; err != nil {
				return err
			}
			for _, m := range rows {
				e, err := event.Decode(m.Kind, []byte(m.Body))
				if err != nil {
					return err
				}
				if moved := e.(*event.CaseMoved); moved.CaseID == c.ID {
					to = append(to, moved.ToID)
					if len(moved.PersonIDs) > 0 {
						t.Errorf("names %v", moved.PersonIDs)
					}
				}
			}
			return nil
		})
		slices.Sort(to)
		slices.Sort(by.want)
		if err != nil || !slices.Equal(to, by.want) {
			t.Errorf("told %v, want %v, %v", to, by.want, err)
		}
	}
}

// set changes a case in the database, as nothing in linli does.
func (w *cast) set(t *testing.T, id int64, change map[string]any) {
	t.Helper()
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&complaint.Case{}).Where("id = ?", id).Updates(change).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// alsoHolds gives somebody another's post beside their own.
func (w *cast) alsoHolds(t *testing.T, a, post org.Actor) {
	t.Helper()
	err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&org.PostHolder{}).Where("post_id = ?", post.Post.PostID).Update("person_id", a.PersonID).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}
