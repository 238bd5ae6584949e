package store_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

func in(t *testing.T, db *store.DB, f func(*store.Tx) error) {
	t.Helper()
	if err := db.InTx(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func TestTimesAreUTCToTheSecond(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	db, err := store.Open(t.Context(), store.Options{DSN: modelstest.DSN(t), Now: func() time.Time {
		return time.Date(2026, 3, 2, 7, 59, 59, 999_999_999, shanghai)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	migrate(t, db)
	want := time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC)
	if now := db.Now(); !now.Equal(want) || now.Location() != time.UTC {
		t.Errorf("now is %v", now)
	}
	in(t, db, func(tx *store.Tx) error {
		if !tx.Now.Equal(want) {
			t.Errorf("the transaction's time is %v", tx.Now)
		}
		// In order of time; as texts with their zones they would sort otherwise.
		for name, at := range map[string]time.Time{
			"1": time.Date(2026, 3, 2, 6, 0, 0, 0, shanghai), "2": tx.Now, "3": time.Date(2026, 3, 2, 0, 30, 0, 0, time.UTC), "4": time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai),
		} {
			if err := tx.Create(&store.Lease{Name: name, Until: at}).Error; err != nil {
				return err
			}
		}
		return nil
	})
	in(t, db, func(tx *store.Tx) error {
		var rows []store.Lease
		if err := tx.Order("ends_at").Find(&rows).Error; err != nil {
			return err
		}
		var order []string
		for _, r := range rows {
			order = append(order, r.Name)
		}
		if !slices.Equal(order, []string{"1", "2", "3", "4"}) {
			t.Errorf("sorted by time: %v", order)
		}
		if !rows[1].Until.Equal(want) || rows[1].Until.Location() != time.UTC {
			t.Errorf("read back %v, want %v", rows[1].Until, want)
		}
		var before int64
		err := tx.Model(&store.Lease{}).Where("ends_at < ?", time.Date(2026, 3, 2, 8, 30, 0, 0, shanghai)).Count(&before).Error
		if before != 2 {
			t.Errorf("%d are before half past eight in Shanghai, want 2", before)
		}
		return err
	})
}

func TestADayStaysADay(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	day := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	p := org.Post{Kind: "head", EndsOn: &day, CreatedAt: db.Now()}
	in(t, db, func(tx *store.Tx) error { return tx.Create(&p).Error })
	in(t, db, func(tx *store.Tx) error {
		var back org.Post
		if err := tx.Where("ends_on = ?", day).Take(&back).Error; err != nil {
			return err
		}
		if !back.EndsOn.Equal(day) || back.StartsOn != nil {
			t.Errorf("read back %v to %v", back.StartsOn, back.EndsOn)
		}
		var n int64
		err := tx.Model(&org.Post{}).Where("ends_on < ?", day.Add(12*time.Hour)).Count(&n).Error
		if n != 1 {
			t.Error("at noon of its last day the day is not yet before noon")
		}
		return err
	})
}

func organisation(tx *store.Tx, code, name string) error {
	return tx.Create(&org.Organisation{Kind: org.Township, Code: code, Name: name, CreatedAt: tx.Now}).Error
}

func TestTextIsKeptLetterByLetter(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	name := "𠮷祥家园🏠 é é 'x' \\ \" % _ 一\n二"
	in(t, db, func(tx *store.Tx) error {
		if err := organisation(tx, "ab", name); err != nil {
			return err
		}
		if err := organisation(tx, "AB", "大写"); err != nil {
			return err
		}
		return organisation(tx, "áb", "变音")
	})
	in(t, db, func(tx *store.Tx) error {
		var rows []org.Organisation
		if err := tx.Where("code = ?", "ab").Find(&rows).Error; err != nil {
			return err
		}
		if len(rows) != 1 || rows[0].Name != name {
			t.Errorf("found %+v", rows)
		}
		var n int64
		err := tx.Model(&org.Organisation{}).Where("name = ?", strings.Replace(name, "𠮷", "𠮶", 1)).Count(&n).Error
		if n != 0 {
			t.Error("two characters beyond the basic plane are taken for one another")
		}
		return err
	})
}

func TestLikeFindsWhatWasTyped(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	in(t, db, func(tx *store.Tx) error {
		for _, name := range []string{"100%幸福", "100幸福", "甲_乙", "甲丙乙", "真!好", "真好"} {
			if err := organisation(tx, name, name); err != nil {
				return err
			}
		}
		for _, typed := range []string{"100%幸", "甲_乙", "真!好"} {
			var found []string
			err := tx.Model(&org.Organisation{}).Where("name LIKE ? ESCAPE '!'", "%"+store.Like(typed)+"%").Pluck("name", &found).Error
			if err != nil {
				return err
			}
			if len(found) != 1 || !strings.Contains(found[0], typed) {
				t.Errorf("%q finds %q", typed, found)
			}
		}
		return nil
	})
}

// A text that is too long is refused, not cut: by characters, on every database.
func TestATextThatIsTooLongIsRefused(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	in(t, db, func(tx *store.Tx) error { return organisation(tx, "fits", strings.Repeat("𠮷", 120)) })
	err := db.InTx(t.Context(), func(tx *store.Tx) error { return organisation(tx, "long", strings.Repeat("一", 121)) })
	if err == nil {
		t.Error("121 characters were taken for 120")
	}
	if n := count(t, db, "organisations"); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestNullIsNotLeftOut(t *testing.T) {
	t.Parallel()
	db := modelstest.Open(t)
	pool, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.ExecContext(t.Context(), "INSERT INTO leases (name, ends_at) VALUES ('a', '2026-03-02 02:00:00')"); err == nil {
		t.Error("a column without a value was filled silently")
	}
}
