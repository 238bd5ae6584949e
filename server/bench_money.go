package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fee"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

type benchMoneyCmd struct {
	Units   int `default:"100000" help:"多少户，每轮每户一张账单"`
	Rounds  int `default:"3" help:"出几期账单"`
	Entries int `default:"10000000" help:"账上有多少条分录时看住户的流水"`
	Looks   int `default:"300" help:"看多少次"`
}

// Run publishes bills for every unit of one estate, then fills its books, and has residents look at their statements over HTTP on loopback.
// It prints how long the bills took, how long a statement took, and how fast the same database takes rows of that width. It needs an empty
// database.
func (c benchMoneyCmd) Run(e *environment) error {
	e.log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return e.benchTown(func(a *app, town *demoTown) error {
		b := &moneyBench{voteBench: voteBench{app: a, town: town, ctx: e.ctx, seats: c.Units, conns: 1}}
		say := func(format string, args ...any) error { _, err := fmt.Fprintf(e.out, format+"\n", args...); return err }
		people, err := b.settle()
		if err != nil {
			return err
		}
		if err := b.signIn(people[:min(len(people), 100)]); err != nil {
			return err
		}
		durable, err := b.durability()
		if err != nil {
			return err
		}
		if err := say("database %s (%s); %d units", a.db.Dialect, durable, c.Units); err != nil {
			return err
		}
		if err := b.bills(c.Rounds, say); err != nil {
			return err
		}
		rate, err := b.insertRate(c.Units)
		if err != nil {
			return err
		}
		if err := say("reference: rows as wide as an entry, a thousand a transaction, on the same database: %.0f/s", rate); err != nil {
			return err
		}
		if err := b.fill(c.Entries, say); err != nil {
			return err
		}
		return b.serving(func(address string) error { return b.look(address, c.Looks, say) })
	})
}

type moneyBench struct {
	voteBench
	units []int64
}

// bills has the company publish a month's bills for everybody, some months in a row.
func (b *moneyBench) bills(rounds int, say func(string, ...any) error) error {
	company, err := b.sessions.Staff(b.ctx, b.town.actors["company"].Token, 0)
	if err != nil {
		return err
	}
	month := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rule, err := b.fees.Once("rule", "x").AddRule(b.ctx, company, b.estate, "物业费", fee.PerArea, fee.Terms{StartsOn: month, Price: 12_000, BasisKind: "contract", Basis: "测速合同第1条", Standard: "保洁、保安", Hotline: "0854-8200000", UseKinds: []string{"residential"}})
	if err != nil {
		return err
	}
	for n := range rounds {
		in := fee.Billing{RuleID: rule, PeriodOn: month.AddDate(0, n, 0), Months: 1, DueOn: org.DayOf(b.db.Now()).AddDate(0, 1, 0)}
		began := time.Now()
		v, err := b.fees.Preview(b.ctx, company, in)
		if err != nil {
			return err
		}
		if _, err := b.fees.Once(fmt.Sprint("run", n), "x").Publish(b.ctx, company, in, v.Run.Units, v.Run.Total); err != nil {
			return err
		}
		for more := true; more; {
			if more, err = b.fees.Tick(b.ctx); err != nil {
				return err
			}
		}
		took := time.Since(began)
		var done int64
		if err := b.db.View(b.ctx, func(tx *store.Tx) error {
			return tx.Model(&fee.Bill{}).Where("rule_id = ? AND period_on = ?", rule, in.PeriodOn).Count(&done).Error
		}); err != nil {
			return err
		}
		if done != int64(v.Run.Units) {
			return fmt.Errorf("%d bills of %d", done, v.Run.Units)
		}
		if err := say("run %d: %d bills looked at, published and booked in %.1f s (%.0f/s), %s yuan; peak memory %d MiB", n+1, done, took.Seconds(), float64(done)/took.Seconds(), v.Run.Total, peakMiB()); err != nil {
			return err
		}
	}
	return nil
}

// fill posts deposits to the units' sub-accounts until the books have so many entries.
func (b *moneyBench) fill(entries int, say func(string, ...any) error) error {
	err := b.db.View(b.ctx, func(tx *store.Tx) error {
		return tx.Model(&org.Unit{}).Where("estate_id = ? AND removed_at IS NULL", b.estate).Order("id").Pluck("id", &b.units).Error
	})
	if err != nil {
		return err
	}
	var have int64
	count := func() error {
		return b.db.View(b.ctx, func(tx *store.Tx) error { return tx.Model(&ledger.Entry{}).Count(&have).Error })
	}
	if err := count(); err != nil {
		return err
	}
	began, before, day := time.Now(), have, calendar.Date{Year: 2016, Month: 1, Day: 1}
	for n := 0; have < int64(entries); n++ {
		for part := range slices.Chunk(b.units, 999) {
			p := ledger.Posting{Ref: fmt.Sprintf("bench-%d-%d", n, part[0]), Effective: day.Add(n % 3650), Source: ledger.Source{Kind: "bench", ID: int64(n), Text: "测速"}, Memo: "交存"}
			for _, u := range part {
				p.Lines = append(p.Lines, ledger.Line{Key: ledger.Key{Code: ledger.FundUnit, UnitID: u}, Amount: -100})
			}
			p.Lines = append(p.Lines, ledger.Line{Key: ledger.Key{Code: ledger.FundBank}, Amount: money.Fen(100 * len(part))})
			err := b.db.InTx(b.ctx, func(tx *store.Tx) error {
				_, err := ledger.Post(tx, audit.System{}, b.estate, ledger.Fund, p)
				return err
			})
			if err != nil {
				return err
			}
			if have += int64(len(p.Lines)); have >= int64(entries) {
				break
			}
		}
	}
	if err := count(); err != nil {
		return err
	}
	return say("books: %d entries; %d of them posted in %.0f s (%.0f/s)", have, have-before, time.Since(began).Seconds(), float64(have-before)/time.Since(began).Seconds())
}

// look has residents read their sub-account and their bills, one after the other.
func (b *moneyBench) look(address string, looks int, say func(string, ...any) error) error {
	client := &http.Client{Timeout: time.Minute}
	for _, what := range []string{"fund", "fee-bills"} {
		waits := make([]time.Duration, 0, looks)
		for n := range looks {
			i := n % len(b.tokens)
			began := time.Now()
			if err := b.get(client, fmt.Sprintf("http://%s/miniapp/v1/units/%d/%s", address, b.units[i], what), b.tokens[i]); err != nil {
				return err
			}
			waits = append(waits, time.Since(began))
		}
		slices.SortFunc(waits, cmp.Compare)
		p := func(q int) time.Duration { return waits[(len(waits)-1)*q/100].Round(100 * time.Microsecond) }
		if err := say("a resident's %s: %d looks, p50 %v, p99 %v, slowest %v", what, looks, p(50), p(99), p(100)); err != nil {
			return err
		}
	}
	return nil
}

func (b *moneyBench) get(client *http.Client, url, token string) error {
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d %s", url, res.StatusCode, body)
	}
	return nil
}

// insertRate inserts rows of an entry's width, a thousand a transaction.
func (b *moneyBench) insertRate(n int) (float64, error) {
	create := "CREATE TABLE bench_rows (id INTEGER PRIMARY KEY AUTOINCREMENT, a BIGINT, b BIGINT, d DATE, amount BIGINT, memo TEXT)"
	if b.db.Dialect != store.SQLite {
		create = "CREATE TABLE bench_rows (id BIGINT AUTO_INCREMENT PRIMARY KEY, a BIGINT, b BIGINT, d DATE, amount BIGINT, memo VARCHAR(200))"
	}
	if err := b.exec(create); err != nil {
		return 0, err
	}
	defer func() { _ = b.exec("DROP TABLE bench_rows") }()
	rows := "INSERT INTO bench_rows (a, b, d, amount, memo) VALUES " + strings.TrimSuffix(strings.Repeat("(1, 2, '2026-01-01', 13742, ''),", 1000), ",")
	began := time.Now()
	for range max(1, n/1000) {
		if err := b.exec(rows); err != nil {
			return 0, err
		}
	}
	return float64(max(1, n/1000)*1000) / time.Since(began).Seconds(), nil
}
