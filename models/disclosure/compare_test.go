package disclosure_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/store"
)

// city is a board of its own database with estates of one kind: comparisons are the whole city's.
type city struct {
	*disclosure.Service
	t      *testing.T
	db     *store.DB
	clock  *modelstest.Clock
	towns  []*modelstest.Town
	prices map[int64]int64
}

func newCity(t *testing.T, estates int) *city {
	t.Helper()
	c := &city{t: t, clock: modelstest.NewClock(), prices: map[int64]int64{}}
	c.db = modelstest.OpenAt(t, c.clock)
	c.Service = disclosure.New(c.db, drawer{}).With(disclosure.Options{Pack: "duyun-2020", Prices: func(*store.Tx, []int64, time.Time) (map[int64]int64, error) { return c.prices, nil }})
	v := modelstest.Vault(t)
	for i := range estates {
		w := modelstest.NewTown(t, c.db, v)
		c.towns = append(c.towns, w)
		c.prices[w.Estate.ID] = 10_000 + int64(i)*3_210
		c.tx(func(tx *store.Tx) error {
			return tx.Create(&disclosure.Charging{EstateID: w.Estate.ID, Model: "lump", FromOn: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), State: "confirmed", StatedAt: tx.Now, ClientRef: fmt.Sprint(w.Estate.ID)}).Error
		})
	}
	return c
}

func (c *city) tx(f func(*store.Tx) error) {
	c.t.Helper()
	if err := c.db.InTx(c.t.Context(), f); err != nil {
		c.t.Fatal(err)
	}
}

// publish puts a figure on an estate's board as a confirmed statement has it.
func (c *city) publish(estate int64, to disclosure.Audience, f disclosure.Figure) (notice int64) {
	c.t.Helper()
	c.tx(func(tx *store.Tx) error {
		number, err := store.NextNumber(tx, "G")
		if err != nil {
			return err
		}
		n := &disclosure.Notice{Number: number, EstateID: estate, Kind: disclosure.Announcement, Audience: to, Form: disclosure.Income, CurrentVersion: 1, PublishedAt: tx.Now, ClientRef: number}
		if err := tx.Create(n).Error; err != nil {
			return err
		}
		notice, f.NoticeID, f.Version, f.Seq = n.ID, n.ID, 1, 1
		if err := tx.Create(&disclosure.Version{NoticeID: n.ID, Version: 1, Title: "收支", Body: "正文", At: tx.Now}).Error; err != nil {
			return err
		}
		return tx.Create(&f).Error
	})
	return notice
}

func revenue(from, to string, fen int64) disclosure.Figure {
	at := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	begin := at(from)
	return disclosure.Figure{Label: "收入", Book: "income", Codes: "income.revenue", Measure: disclosure.Received, FromOn: &begin, ToOn: at(to), Fen: money.Fen(fen)}
}

func (c *city) compare() {
	c.t.Helper()
	if did, err := c.Compare(context.Background()); err != nil || !did {
		c.t.Fatal(did, err)
	}
}

func (c *city) row(estate int64, m disclosure.Compared) disclosure.ComparedRow {
	c.t.Helper()
	v, err := c.ComparisonPublic(c.t.Context(), estate)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, r := range v.Rows {
		if r.Measure == m {
			return r
		}
	}
	c.t.Fatalf("no %s in %+v", m, v)
	return disclosure.ComparedRow{}
}

// TestFewEstatesAreNotCompared: with five others of the kind there are quartiles, with four there is nothing, whoever asks; and an estate whose
// way of charging nobody has confirmed is in no kind.
func TestFewEstatesAreNotCompared(t *testing.T) {
	t.Parallel()
	c := newCity(t, 6)
	last := c.towns[5].Estate.ID
	if v, err := c.ComparisonPublic(t.Context(), last); err != nil || v.Why == "" || len(v.Rows) != 0 {
		t.Errorf("before the first round: %+v %v", v, err)
	}
	c.compare()
	r := c.row(last, disclosure.PriceByArea)
	// 1, 1.321, 1.642, 1.963, 2.284 and 2.605 yuan: the quarters lie between two estates and are rounded to a tenth.
	if r.Estates != 6 || r.Lower != "1.4" || r.Middle != "1.8" || r.Upper != "2.2" || r.Own != "2.605" {
		t.Errorf("%+v", r)
	}
	for _, w := range c.towns {
		if x := c.row(w.Estate.ID, disclosure.PriceByArea); x.Lower != r.Lower || x.Middle != r.Middle || x.Upper != r.Upper {
			t.Errorf("two readers of one kind see different numbers, which tell each other's: %+v", x)
		}
	}
	delete(c.prices, last)
	c.clock.Advance(31 * day)
	c.compare()
	if r := c.row(c.towns[0].Estate.ID, disclosure.PriceByArea); r.Estates != 0 || r.Middle != "" || !strings.Contains(r.Says(), "不到6个") || r.Own != "1" {
		t.Errorf("four others are shown: %+v", r)
	}
	c.tx(func(tx *store.Tx) error {
		return tx.Model(&disclosure.Charging{}).Where("estate_id = ?", last).Update("state", "rejected").Error
	})
	c.clock.Advance(31 * day)
	c.compare()
	if v, err := c.ComparisonPublic(t.Context(), last); err != nil || v.Class != "" || v.Why == "" {
		t.Errorf("%+v %v", v, err)
	}
}

// TestOnlyWhatAnybodyReadsIsCompared: sums cover the whole year, once; what is for residents, withdrawn, or of a part of the year counts nothing;
// and nothing moves within a month.
func TestOnlyWhatAnybodyReadsIsCompared(t *testing.T) {
	t.Parallel()
	c := newCity(t, 7)
	for i, w := range c.towns {
		c.publish(w.Estate.ID, disclosure.Everyone, revenue("2025-01-01", "2025-06-30", int64(i)*30_000))
		if i < 4 {
			c.publish(w.Estate.ID, disclosure.Everyone, revenue("2025-07-01", "2025-12-31", 300_00))
		}
	}
	withdrawn := c.publish(c.towns[4].Estate.ID, disclosure.Everyone, revenue("2025-07-01", "2025-12-31", 300_00))
	c.tx(func(tx *store.Tx) error {
		return tx.Model(&disclosure.Notice{}).Where("id = ?", withdrawn).Update("withdrawn_at", tx.Now).Error
	})
	c.publish(c.towns[5].Estate.ID, disclosure.Residents, revenue("2025-07-01", "2025-12-31", 300_00))
	part := revenue("2025-07-01", "2025-12-31", 300_00)
	part.Sources = "parking"
	c.publish(c.towns[6].Estate.ID, disclosure.Everyone, part)
	c.compare()
	for i, w := range c.towns {
		want := ""
		if i < 4 {
			want = fmt.Sprint(100 + i*100) // three homes
		}
		if r := c.row(w.Estate.ID, disclosure.IncomeByHome); r.Own != want || r.Estates != 0 {
			t.Errorf("estate %d: %+v, want %q", i, r, want)
		}
	}
	for _, w := range c.towns[4:] {
		c.publish(w.Estate.ID, disclosure.Everyone, revenue("2025-07-01", "2025-12-31", 300_00))
	}
	if did, err := c.Compare(t.Context()); did || err != nil {
		t.Error("worked out twice in a month", err)
	}
	if r := c.row(c.towns[4].Estate.ID, disclosure.IncomeByHome); r.Own != "" {
		t.Errorf("a number moved on the day of its notice: %+v", r)
	}
	c.clock.Advance(31 * day)
	c.compare()
	if r := c.row(c.towns[4].Estate.ID, disclosure.IncomeByHome); r.Own != "500" || r.Estates != 7 || r.Lower != "250" || r.Middle != "400" || r.Upper != "550" {
		t.Errorf("%+v", r)
	}
}

// TestLatenessIsOfTheYear: what is missing counts until the year's end, and publishing afterwards changes nothing of it.
func TestLatenessIsOfTheYear(t *testing.T) {
	t.Parallel()
	c := newCity(t, 6)
	date := func(s string) *time.Time { d, _ := time.Parse(time.DateOnly, s); return &d }
	for i, w := range c.towns {
		c.tx(func(tx *store.Tx) error {
			return tx.Create(&[]disclosure.Duty{
				{EstateID: w.Estate.ID, Code: "income", Slot: "2025-04-01", OrganisationID: w.Company.ID, FromOn: *date("2025-04-01"), DueOn: date("2025-07-10"), PublishedOn: date("2025-07-10"), DoneAt: &tx.Now, CreatedAt: tx.Now},
				{EstateID: w.Estate.ID, Code: "income", Slot: "2025-07-01", OrganisationID: w.Company.ID, FromOn: *date("2025-07-01"), DueOn: date(fmt.Sprintf("2025-12-%d", 31-2*i)), CreatedAt: tx.Now},
				{EstateID: w.Estate.ID, Code: "other", Slot: "x", FromOn: *date("2025-07-01"), DueOn: date("2025-07-01"), CreatedAt: tx.Now}, // nobody owes it
			}).Error
		})
	}
	c.compare()
	r := c.row(c.towns[3].Estate.ID, disclosure.DaysLate)
	if r.Own != "3" || r.Estates != 6 || r.Middle != "3" {
		t.Errorf("%+v", r)
	}
	c.tx(func(tx *store.Tx) error {
		return tx.Model(&disclosure.Duty{}).Where("slot = '2025-07-01'").Updates(map[string]any{"published_on": date("2026-03-02"), "done_at": tx.Now}).Error
	})
	c.clock.Advance(31 * day)
	c.compare()
	if again := c.row(c.towns[3].Estate.ID, disclosure.DaysLate); again != r {
		t.Errorf("%+v, was %+v", again, r)
	}
	if c.row(c.towns[0].Estate.ID, disclosure.IncomeByHome).Own != "" {
		t.Error("nothing was published and something is shown")
	}
}
