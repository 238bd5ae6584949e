package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// copied is everything a chain consists of, so that each tampering starts from the same state.
type copied struct {
	entries []audit.Entry
	waiting []audit.Pending
	seals   []audit.Seal
}

func copyChain(t *testing.T, db *store.DB) copied {
	t.Helper()
	var c copied
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.Order("id").Find(&c.entries).Error, tx.Order("entry_id").Find(&c.waiting).Error, tx.Order("seq").Find(&c.seals).Error)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c copied) putBack(t *testing.T, db *store.DB) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		return errors.Join(
			tx.Where("1 = 1").Delete(&audit.Entry{}).Error, tx.Where("1 = 1").Delete(&audit.Pending{}).Error, tx.Where("1 = 1").Delete(&audit.Seal{}).Error,
			tx.Create(&c.entries).Error, tx.Create(&c.waiting).Error, tx.Create(&c.seals).Error)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Six entries are sealed and two wait.
func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	record(t, db, 6)
	seal(t, db)
	record(t, db, 2)
	before := copyChain(t, db)
	sound, err := audit.Verify(t.Context(), db, "")
	if err != nil || sound.Sealed != 6 || sound.Waiting != 2 {
		t.Fatalf("before: %+v, %v", sound, err)
	}
	third, wait := before.seals[2].EntryID, before.waiting[0].EntryID
	entry := func(id int64) string { return fmt.Sprintf("UPDATE audit_entries SET %%s WHERE id = %d", id) }
	cases := map[string]struct {
		do   []string
		says string
	}{
		"another person":       {[]string{fmt.Sprintf(entry(third), "person_id = 2")}, "entry %d (link 3) was changed"},
		"another post":         {[]string{fmt.Sprintf(entry(third), "post_id = 2")}, "entry %d (link 3) was changed"},
		"another organisation": {[]string{fmt.Sprintf(entry(third), "organisation_id = 2")}, "entry %d (link 3) was changed"},
		"another surface":      {[]string{fmt.Sprintf(entry(third), "surface = 'cli'")}, "entry %d (link 3) was changed"},
		"another verb":         {[]string{fmt.Sprintf(entry(third), "verb = 'unit.look'")}, "entry %d (link 3) was changed"},
		"another kind":         {[]string{fmt.Sprintf(entry(third), "subject_kind = 'case'")}, "entry %d (link 3) was changed"},
		"another subject":      {[]string{fmt.Sprintf(entry(third), "subject_id = 6")}, "entry %d (link 3) was changed"},
		"another estate":       {[]string{fmt.Sprintf(entry(third), "estate_id = 6")}, "entry %d (link 3) was changed"},
		"another time":         {[]string{fmt.Sprintf(entry(third), "at = '2026-03-02 02:00:01'")}, "entry %d (link 3) was changed"},
		"another detail":       {[]string{fmt.Sprintf(entry(third), `detail = '{"step":9}'`)}, "detail of entry %d was changed"},
		"another digest":       {[]string{fmt.Sprintf(entry(third), "detail = '', digest = 'x'")}, "entry %d (link 3) was changed"},
		"entry taken out":      {[]string{fmt.Sprintf("DELETE FROM audit_entries WHERE id = %d", third)}, "entry %d of link 3 is gone"},
		"link taken out":       {[]string{"DELETE FROM audit_seals WHERE seq = 3"}, "link 3 is missing"},
		"entry and link out":   {[]string{fmt.Sprintf("DELETE FROM audit_entries WHERE id = %d", third), "DELETE FROM audit_seals WHERE seq = 3"}, "link 3 is missing"},
		"closed over the gap":  {[]string{"DELETE FROM audit_seals WHERE seq = 6", fmt.Sprintf("UPDATE audit_seals SET entry_id = %d, seq = 6 WHERE seq = 5", before.seals[5].EntryID)}, "link 5 is missing"},
		"last link off":        {[]string{"DELETE FROM audit_seals WHERE seq = 6"}, "neither sealed nor waiting"},
		"all links off":        {[]string{"DELETE FROM audit_seals"}, "neither sealed nor waiting"},
		"order changed":        {[]string{"UPDATE audit_seals SET seq = 99 WHERE seq = 3", "UPDATE audit_seals SET seq = 3 WHERE seq = 4", "UPDATE audit_seals SET seq = 4 WHERE seq = 99"}, "(link 3) was changed"},
		"slipped in":           {[]string{"INSERT INTO audit_entries (id, at, person_id, post_id, organisation_id, surface, verb, subject_kind, subject_id, estate_id, detail, salt, digest) SELECT 4611686018427387904, at, person_id, post_id, organisation_id, surface, verb, subject_kind, subject_id, estate_id, detail, salt, digest FROM audit_entries WHERE id = " + fmt.Sprint(third)}, "entry 4611686018427387904 is neither sealed nor waiting"},
		"waiting no more":      {[]string{fmt.Sprintf("DELETE FROM audit_pending WHERE entry_id = %d", wait)}, "is neither sealed nor waiting"},
		"taken out, it waited": {[]string{fmt.Sprintf("DELETE FROM audit_entries WHERE id = %d", wait)}, "is gone before it was sealed"},
		"the whole tail cut":   {[]string{fmt.Sprintf("DELETE FROM audit_entries WHERE id >= %d", before.seals[4].EntryID), "DELETE FROM audit_pending", "DELETE FROM audit_seals WHERE seq >= 5"}, "the noted head"},
		"everything wiped":     {[]string{"DELETE FROM audit_entries", "DELETE FROM audit_pending", "DELETE FROM audit_seals"}, "the noted head"},
		"tail cut and rewritten": {[]string{fmt.Sprintf(entry(before.seals[5].EntryID), "verb = 'x'"), "DELETE FROM audit_seals WHERE seq = 6",
			fmt.Sprintf("INSERT INTO audit_pending (entry_id, last_id) VALUES (%[1]d, %[1]d)", before.seals[5].EntryID)}, "the noted head"},
	}
	pool, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range cases {
		for _, stmt := range c.do {
			if _, err := pool.ExecContext(t.Context(), stmt); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		seal(t, db) // goes on meanwhile and must hide nothing
		says := c.says
		if strings.Contains(says, "%d") {
			says = fmt.Sprintf(says, third)
		}
		head := ""
		if says == "the noted head" {
			head = sound.Head // nothing else can tell
		}
		_, err := audit.Verify(t.Context(), db, head)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: verify says %v, want %q", name, err, says)
		}
		before.putBack(t, db)
	}
	if _, err := audit.Verify(t.Context(), db, sound.Head); err != nil {
		t.Errorf("after all was put back: %v", err)
	}
}

// recordAtOnce writes entries by one statement.
func recordAtOnce(t *testing.T, db *store.DB, n int) {
	t.Helper()
	changes := make([]audit.Change, n)
	for i := range changes {
		changes[i] = audit.Change{Actor: clerk{person: 1}, Verb: "unit.change", Subject: audit.Subject{Kind: "unit", ID: int64(i)}}
	}
	if err := db.InTx(t.Context(), func(tx *store.Tx) error { return audit.AppendAll(tx, changes) }); err != nil {
		t.Fatal(err)
	}
}

// What one statement wrote waits as one run. An entry that is taken out of its middle is named, and the others are sealed meanwhile.
func TestTakenOutOfARun(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	recordAtOnce(t, db, 5)
	before := copyChain(t, db)
	if r, err := audit.Verify(t.Context(), db, ""); err != nil || r.Waiting != 5 || len(before.waiting) != 1 {
		t.Fatalf("%+v, %v, %d runs", r, err, len(before.waiting))
	}
	third := before.entries[2].ID
	err := db.InTx(t.Context(), func(tx *store.Tx) error { return tx.Delete(&audit.Entry{}, third).Error })
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("entry %d is gone before it was sealed", third)
	for _, when := range []string{"waiting", "the others sealed"} {
		if _, err := audit.Verify(t.Context(), db, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", when, err, want)
		}
		seal(t, db)
		record(t, db, 1)
	}
	seal(t, db)
	if after := copyChain(t, db); len(after.seals) != 4 || len(after.waiting) != 1 || after.waiting[0] != (audit.Pending{EntryID: third, LastID: third}) {
		t.Errorf("%d rows of links, waiting %+v", len(after.seals), after.waiting)
	}
}

// The links over what one statement wrote stand in few rows, and each still says which entry was changed, taken out or slipped in.
func TestTamperingWithinARun(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	record(t, db, 1)
	recordAtOnce(t, db, 130)
	record(t, db, 1)
	seal(t, db)
	record(t, db, 1) // which waits
	before := copyChain(t, db)
	sound, err := audit.Verify(t.Context(), db, "")
	if err != nil || sound.Sealed != 132 || len(before.seals) != 5 || before.seals[1].Seq != 65 || before.seals[3].Seq != 131 {
		t.Fatalf("%+v, %v, %d rows", sound, err, len(before.seals))
	}
	tenth := before.entries[9].ID
	row, links := before.seals[1], before.seals[1].Links
	setLinks := func(s string) string { return fmt.Sprintf("UPDATE audit_seals SET links = '%s' WHERE seq = 65", s) }
	zeros := strings.Repeat("0", 64)
	for name, c := range map[string]struct {
		do   []string
		says string
	}{
		"an entry":                    {[]string{fmt.Sprintf("UPDATE audit_entries SET verb = 'x' WHERE id = %d", tenth)}, fmt.Sprintf("entry %d (link 10) was changed", tenth)},
		"a detail":                    {[]string{fmt.Sprintf("UPDATE audit_entries SET detail = 'x' WHERE id = %d", tenth)}, fmt.Sprintf("detail of entry %d was changed", tenth)},
		"an entry taken out":          {[]string{fmt.Sprintf("DELETE FROM audit_entries WHERE id = %d", tenth)}, fmt.Sprintf("entry %d of link 10 is gone", tenth)},
		"a link":                      {[]string{setLinks(links[:8*64] + zeros + links[9*64:])}, fmt.Sprintf("entry %d (link 10) was changed", tenth)},
		"a link taken out":            {[]string{setLinks(links[64:])}, "ends with link 65 is not whole"},
		"a link slipped in":           {[]string{"UPDATE audit_seals SET links = '" + links[:128] + "' WHERE seq = 131"}, "ends with link 131 is not whole"},
		"a row taken out":             {[]string{"DELETE FROM audit_seals WHERE seq = 65"}, "link 2 is missing"},
		"a row cut":                   {[]string{fmt.Sprintf("UPDATE audit_seals SET last_id = last_id - 1, seq = seq - 1, hash = '%s', links = '%s' WHERE seq = 65", links[62*64:], links[:62*64])}, "link 65 is missing"},
		"the last row off":            {[]string{"DELETE FROM audit_seals WHERE seq >= 131"}, "neither sealed nor waiting"},
		"a row stretched over others": {[]string{"UPDATE audit_seals SET last_id = last_id + 1 WHERE seq = 65"}, "ends with link 65 is not whole"},
		"links before the first":      {[]string{"DELETE FROM audit_seals WHERE seq > 65", "INSERT INTO audit_seals (seq, entry_id, last_id, links, hash) VALUES (0, 0, 9223372036854775807, '', '')"}, "link 0 was slipped in before the first"},
		"a run before the first":      {[]string{"DELETE FROM audit_seals WHERE seq > 65", "INSERT INTO audit_pending (entry_id, last_id) VALUES (0, 9223372036854775807)"}, "from entry 0 was slipped in before the first"},
		"an entry before the first": {[]string{fmt.Sprintf("UPDATE audit_entries SET id = -7 WHERE id = %d", tenth), "INSERT INTO audit_pending (entry_id, last_id) VALUES (-7, -7)", "DELETE FROM audit_seals WHERE seq > 1",
			fmt.Sprintf("DELETE FROM audit_entries WHERE id > %d", before.entries[0].ID)}, "entry -7 was slipped in before the first"},
		"a run over everything": {[]string{"DELETE FROM audit_seals WHERE seq > 65", "INSERT INTO audit_pending (entry_id, last_id) VALUES (66, 9223372036854775807)"}, "the run that waits from entry 66 is none that was written"},
		"one slipped in behind": {[]string{fmt.Sprintf("INSERT INTO audit_entries (id, at, person_id, post_id, organisation_id, surface, verb, subject_kind, subject_id, estate_id, detail, salt, digest) SELECT id + 1000, at, person_id, post_id, organisation_id, surface, verb, subject_kind, subject_id, estate_id, detail, salt, digest FROM audit_entries WHERE id = %d", tenth)},
			fmt.Sprintf("entry %d is neither sealed nor waiting", tenth+1000)},
	} {
		err := db.InTx(t.Context(), func(tx *store.Tx) error {
			for _, q := range c.do {
				if err := tx.Exec(q).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := audit.Verify(t.Context(), db, ""); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: verify says %v, want %q", name, err, c.says)
		}
		before.putBack(t, db)
	}
	err = db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Create(&audit.Pending{EntryID: tenth, LastID: tenth + 1}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	seal(t, db)
	if _, err := audit.Verify(t.Context(), db, ""); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("entry %d is sealed twice", tenth)) {
		t.Errorf("sealed again: %v", err)
	}
	before.putBack(t, db)
	for _, head := range []string{sound.Head, row.Hash, links[:64]} { // each was the head once
		if r, err := audit.Verify(t.Context(), db, head); err != nil || r.Sealed != 132 {
			t.Errorf("after all was put back: %+v, %v", r, err)
		}
	}
}

// Somebody's right to be forgotten must not cost the proof of everybody else's entries.
func TestAnErasedDetailLeavesTheChainWhole(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	record(t, db, 4)
	seal(t, db)
	noted, err := audit.Verify(t.Context(), db, "")
	if err != nil {
		t.Fatal(err)
	}
	err = db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&audit.Entry{}).Where("person_id = ?", 1).Updates(map[string]any{"detail": "", "salt": ""}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	record(t, db, 1)
	seal(t, db)
	if r, err := audit.Verify(t.Context(), db, noted.Head); err != nil || r.Sealed != 5 {
		t.Errorf("after the erasure: %+v, %v", r, err)
	}
}

// Eight processes seal while others write and one verifies: every entry gets one link and no look is a false alarm.
func TestSealingByManyWhileOthersWriteAndVerify(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	const writers, each = 8, 25
	var writing, working sync.WaitGroup
	stop := make(chan struct{})
	fail := func(what string, err error) {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for range writers {
		writing.Go(func() {
			for n := range each {
				fail("write", db.InTx(context.Background(), func(tx *store.Tx) error {
					for range 1 + n%3 {
						if err := audit.Append(tx, clerk{person: 1}, "unit.change", audit.Subject{Kind: "unit", ID: 5}, nil); err != nil {
							return err
						}
					}
					return nil
				}))
			}
		})
		working.Go(func() {
			for {
				n, err := audit.SealPending(context.Background(), db)
				fail("seal", err)
				select {
				case <-stop:
					if n == 0 {
						return
					}
				default:
				}
			}
		})
	}
	working.Go(func() {
		head := ""
		for {
			r, err := audit.Verify(context.Background(), db, head)
			fail("verify", err)
			head = r.Head
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	writing.Wait()
	close(stop)
	working.Wait()
	want := int64(0)
	for n := range each {
		want += writers * int64(1+n%3)
	}
	if r, err := audit.Verify(t.Context(), db, ""); err != nil || r.Sealed != want || r.Waiting != 0 {
		t.Errorf("at the end %+v, %v; want %d links", r, err, want)
	}
}
