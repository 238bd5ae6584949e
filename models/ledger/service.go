package ledger

import (
	"context"
	"maps"
	"slices"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Service lets offices read the books and close the periods of those that no other domain closes.
type Service struct{ db *store.DB }

// New makes the service.
func New(db *store.DB) *Service { return &Service{db: db} }

// Vouchers says who may see the journals of a kind of books, with the units they are about. Of the fees that is the company alone:
// arrears are shown to nobody else.
var Vouchers = map[Kind]org.Action{Fund: org.ReadFundBooks, Fee: org.ReadFeeBooks, Income: org.ReadIncomeBooks}

// Standing is a kind of books as an office sees them.
type Standing struct {
	Kind   Kind
	Last   int64         // journals
	Closed calendar.Date // the last closed day; zero where none is
}

// Books lists the three kinds of books of an estate.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) Books(ctx context.Context, actor org.Actor, estate int64) ([]Standing, error) {
	var list []Standing
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, org.ReadBooks, estate); err != nil {
			return err
		}
		for _, k := range []Kind{Fee, Income, Fund} {
			b, err := FindBook(tx, estate, k)
			if err != nil {
				return err
			}
			list = append(list, Standing{Kind: k, Last: b.LastNo, Closed: b.Closed()})
		}
		return nil
	})
	return list, err
}

// Trial is the trial balance of some days: totals alone, which every office of the estate may see.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, fault.ErrInvalid.
func (s *Service) Trial(ctx context.Context, actor org.Actor, estate int64, kind Kind, in Range) ([]Row, error) {
	var rows []Row
	err := s.db.View(ctx, func(tx *store.Tx) error {
		_, err := org.EstateFor(tx, actor, org.ReadBooks, estate)
		if err == nil {
			err = in.check()
		}
		if err == nil {
			rows, err = Trial(tx, estate, kind, in.From, in.To)
		}
		return err
	})
	return rows, err
}

func (r Range) check() error {
	var k fault.Checks
	k.Check(!r.From.IsZero(), "from", "请填开始日期")
	k.Check(!r.To.IsZero() && !r.To.Before(r.From), "to", "请填结束日期，不能早于开始日期")
	return k.Err()
}

// Page reads journals with their lines, in the order of their numbers, and what the units in them are called.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) Page(ctx context.Context, actor org.Actor, estate int64, kind Kind, in Range, after int64, limit int) (list []View, doors map[int64]string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, Vouchers[kind], estate); err != nil {
			return err
		}
		if list, err = ListJournals(tx, estate, kind, in, after, limit); err != nil {
			return err
		}
		doors, err = doorsOf(tx, list)
		return err
	})
	return list, doors, err
}

func doorsOf(tx *store.Tx, list []View) (map[int64]string, error) {
	units := map[int64]bool{}
	for _, v := range list {
		for _, l := range v.Lines {
			if l.UnitID != 0 {
				units[l.UnitID] = true
			}
		}
	}
	doors := make(map[int64]string, len(units))
	for part := range slices.Chunk(slices.Collect(maps.Keys(units)), 900) {
		names, err := org.UnitNames(tx, part)
		if err != nil {
			return nil, err
		}
		maps.Copy(doors, names)
	}
	return doors, nil
}

// maxExport bounds the lines of one export; a longer one is asked for in shorter periods.
const maxExport = 100_000

// ErrTooLong asks for a shorter period.
var ErrTooLong = fault.New(fault.Invalid, "ledger.too_long", "这段时间的账太多，一次导不出来；请缩短起止日期，分几次导出")

// Walk calls f with every journal of some days, in the order of their numbers, up to maxExport lines.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrTooLong, fault.ErrInvalid.
func (s *Service) Walk(ctx context.Context, actor org.Actor, estate int64, kind Kind, in Range, f func(v *View, doors map[int64]string) error) error {
	err := s.db.View(ctx, func(tx *store.Tx) error {
		_, err := org.EstateFor(tx, actor, Vouchers[kind], estate)
		return err
	})
	if err == nil {
		err = in.check()
	}
	if err != nil {
		return err
	}
	lines := 0
	for after := int64(0); ; {
		list, doors, err := s.Page(ctx, actor, estate, kind, in, after, 200)
		if err != nil || len(list) == 0 {
			return err
		}
		for i := range list {
			if lines += len(list[i].Lines); lines > maxExport {
				return ErrTooLong
			}
			if err := f(&list[i], doors); err != nil {
				return err
			}
			after = list[i].No
		}
	}
}

// Close closes the books of the fees or of the public income. Those of the fund are closed by their reconciliation with the bank.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, fault.ErrInvalid.
func (s *Service) Close(ctx context.Context, actor org.Actor, estate int64, kind Kind, through calendar.Date) error {
	action, ok := map[Kind]org.Action{Fee: org.CloseFeeBooks, Income: org.CloseIncomeBooks}[kind]
	if !ok {
		return org.ErrForbidden
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		if _, err := org.EstateFor(tx, actor, action, estate); err != nil {
			return err
		}
		return Close(tx, actor, estate, kind, through)
	})
}
