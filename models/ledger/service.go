package ledger

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Service lets offices read the books and close the periods of those that no other domain closes.
type Service struct {
	db    *store.DB
	veils []Veil
}

// New makes the service.
func New(db *store.DB) *Service { return &Service{db: db} }

// Vouchers says who may see the journals of a kind of books, with the units they are about. Of the fees that is the company alone:
// arrears are shown to nobody else.
var Vouchers = map[Kind]org.Action{Fund: org.ReadFundBooks, Fee: org.ReadFeeBooks, Income: org.ReadIncomeBooks}

// Standing is a kind of books as an office sees them.
type Standing struct {
	Kind   Kind
	Holder int64 // the company that keeps these fee books; 0 for the estate's own
	Name   string
	Last   int64         // journals
	Closed calendar.Date // the last closed day; zero where none is
}

// ErrNoBooks says that somebody asks for fee books that no company keeps, or not this one.
var ErrNoBooks = fault.New(fault.NotFound, "ledger.no_books", "没有找到这本物业费账；请核对是哪家物业公司的账")

// meant finds the books that somebody asks for. Fee books are shown to the company that keeps them, also at an estate that it has left; the
// other offices see the totals of the company that manages the estate, or of the one they name.
func meant(tx *store.Tx, actor org.Actor, action org.Action, estate int64, kind Kind, holder int64) (Books, error) {
	own := actor.OrganisationID()
	if kind == Fee && actor.Post != nil && actor.Post.OrgKind == org.Company {
		if action == org.ReadBooks {
			action = org.ReadFeeBooks
		}
		if holder != 0 && holder != own {
			return nil, ErrNoBooks
		}
		_, err := org.EstateFor(tx, actor, action, estate)
		return FeesOf(own), err
	}
	e, err := org.EstateFor(tx, actor, action, estate)
	if err != nil || kind != Fee {
		return kind, err
	}
	if holder = cmp.Or(holder, e.CompanyID); holder == 0 {
		return nil, ErrNoBooks
	}
	return FeesOf(holder), nil
}

// Books lists the books of an estate: a company's own fee books and no other company's, and where it has left the estate these alone.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) Books(ctx context.Context, actor org.Actor, estate int64) ([]Standing, error) {
	var list []Standing
	err := s.db.View(ctx, func(tx *store.Tx) error {
		company := actor.Post != nil && actor.Post.OrgKind == org.Company
		kinds := []Kind{Income, Fund}
		e, err := org.EstateFor(tx, actor, org.ReadBooks, estate)
		if company && errors.Is(err, org.ErrEstateNotFound) {
			kinds = nil
			e, err = org.EstateFor(tx, actor, org.ReadFeeBooks, estate)
		}
		if err != nil {
			return err
		}
		holders := []int64{actor.OrganisationID()}
		if !company {
			if holders, err = Holders(tx, e); err != nil {
				return err
			}
		}
		names, err := org.Organisations(tx, holders)
		if err != nil {
			return err
		}
		for _, h := range holders {
			list = append(list, Standing{Holder: h, Name: names[h].Name})
		}
		for _, k := range kinds {
			list = append(list, Standing{Kind: k})
		}
		for i := range list {
			if err := list[i].read(tx, estate); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func (s *Standing) read(tx *store.Tx, estate int64) error {
	var books Books = s.Kind
	if s.Holder != 0 {
		books = FeesOf(s.Holder)
	}
	b, err := FindBook(tx, estate, books)
	s.Kind, s.Last, s.Closed = b.Kind, b.LastNo, b.Closed()
	return err
}

// Holders are the companies that keep fee books of an estate: the one that manages it first, then the others from the latest on.
func Holders(tx *store.Tx, e *org.Estate) ([]int64, error) {
	var ids []int64
	err := tx.Model(&Book{}).Where("estate_id = ? AND kind = ? AND holder_id <> ?", e.ID, Fee, e.CompanyID).Order("id DESC").Limit(50).Pluck("holder_id", &ids).Error
	if e.CompanyID != 0 {
		ids = append([]int64{e.CompanyID}, ids...)
	}
	return ids, err
}

// Trial is the trial balance of some days: totals alone, which every office of the estate may see. holder is whose fee books are meant, 0
// for the company's that manages the estate, or for a company its own.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoBooks, fault.ErrInvalid.
func (s *Service) Trial(ctx context.Context, actor org.Actor, estate int64, kind Kind, holder int64, in Range) ([]Row, error) {
	var rows []Row
	err := s.db.View(ctx, func(tx *store.Tx) error {
		books, err := meant(tx, actor, org.ReadBooks, estate, kind, holder)
		if err == nil {
			err = in.check()
		}
		if err == nil {
			rows, err = Trial(tx, estate, books, in.From, in.To)
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

// Page reads journals with their lines, in the order of their numbers, and what the units in them are called, without what a veil covers.
// Faults: org.ErrForbidden, org.ErrEstateNotFound.
func (s *Service) Page(ctx context.Context, actor org.Actor, estate int64, kind Kind, in Range, after int64, limit int) (list []View, doors map[int64]string, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		books, err := meant(tx, actor, Vouchers[kind], estate, kind, 0)
		if err != nil {
			return err
		}
		if list, err = ListJournals(tx, estate, books, in, after, limit); err != nil {
			return err
		}
		v, err := s.veil(tx, actor, estate, kind)
		if err != nil {
			return err
		}
		for i := range list {
			v.cover(&list[i])
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
		_, err := meant(tx, actor, Vouchers[kind], estate, kind, 0)
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
		books, err := meant(tx, actor, action, estate, kind, 0)
		if err != nil {
			return err
		}
		return Close(tx, actor, estate, books, through)
	})
}
