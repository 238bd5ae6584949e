package hotline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/hotline/orders"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// maxEstates bounds the estates that texts are searched for.
const maxEstates = 20_000

// Check reads an upload and keeps its orders with what each would become; nothing is filed. With a single bad cell
// nothing is kept but the list of the bad cells. The same ref with the same file answers the first import.
// Faults: ErrForbidden, file.ErrNotFound, ErrRefReused, and those of orders.Read.
func (s *Service) Check(ctx context.Context, actor org.Actor, fileID int64, ref, inputHash string) (*Report, error) {
	if err := actor.Must(org.ImportHotline); err != nil {
		return nil, err
	}
	if ref == "" || len(ref) > 64 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "client_ref", Reason: "提交编号要有，且不超过64个字节"})
	}
	if before, err := s.before(ctx, actor, ref, inputHash); before != nil || err != nil {
		return before, err
	}
	src, size, sum, done, err := s.files.OpenHotline(ctx, actor, fileID)
	if err != nil {
		return nil, err
	}
	defer done()
	var read []orders.Order
	layouts, faults, count, err := orders.Read(ctx, src, size, func(o orders.Order) error {
		read = append(read, o)
		return nil
	})
	if err != nil {
		return nil, err
	}
	imp := &Import{OrganisationID: actor.OrganisationID(), FileSHA256: sum, State: "checked", FaultCount: count, ClientRef: ref, InputHash: inputHash, CreatedBy: actor.PersonID}
	var rows []Order
	if count > 0 {
		imp.State, layouts = "faulty", nil
	} else if rows, err = s.match(ctx, actor, read); err != nil {
		return nil, fmt.Errorf("check work orders: %w", err)
	}
	if err := s.keep(ctx, actor, imp, layouts, faults, rows); err != nil {
		if errors.Is(err, ErrRefReused) { // two clicks at the same moment: the second finds the first one's import
			return s.before(ctx, actor, ref, inputHash)
		}
		return nil, fmt.Errorf("check work orders: %w", err)
	}
	return s.Find(ctx, actor, imp.ID)
}

func (s *Service) before(ctx context.Context, actor org.Actor, ref, hash string) (*Report, error) {
	var imp Import
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return store.NotFound(tx.Where("organisation_id = ? AND client_ref = ?", actor.OrganisationID(), ref).Take(&imp).Error, nil)
	})
	switch {
	case err != nil || imp.ID == 0:
		return nil, err
	case imp.InputHash != hash:
		return nil, ErrRefReused
	}
	return s.Find(ctx, actor, imp.ID)
}

func (s *Service) keep(ctx context.Context, actor org.Actor, imp *Import, layouts []orders.Layout, faults []orders.Fault, rows []Order) error {
	for raw, v := range map[*string]any{&imp.Layouts: layouts, &imp.Faults: faults} {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		*raw = string(b)
	}
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		imp.ID, imp.CreatedAt = 0, tx.Now
		if err := tx.Create(imp).Error; err != nil {
			return store.Duplicate(err, ErrRefReused)
		}
		for i := range rows {
			rows[i].ID, rows[i].ImportID, rows[i].CreatedAt = 0, imp.ID, tx.Now
		}
		if len(rows) > 0 {
			if err := tx.CreateInBatches(rows, 200).Error; err != nil {
				return err
			}
		}
		return audit.Append(tx, actor, "hotline.check", audit.Subject{Kind: "hotline_import", ID: imp.ID},
			map[string]any{"sha256": imp.FileSHA256, "orders": len(rows), "faults": imp.FaultCount})
	})
}

// match gives each order its estate and matter, and finds what was filed before.
func (s *Service) match(ctx context.Context, actor org.Actor, read []orders.Order) ([]Order, error) {
	suggest, err := s.suggester.Suggestions(ctx)
	if err != nil {
		return nil, err
	}
	mandates, err := s.complaints.MandatesNow(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]Order, len(read))
	err = s.db.View(ctx, func(tx *store.Tx) error {
		var estates []org.Estate
		err := tx.Scopes(actor.Within(org.ImportHotline, "estates.id")).Select("id", "code", "name").Order("id").Limit(maxEstates).Find(&estates).Error
		if err != nil {
			return err
		}
		for i, o := range read {
			if i%100 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			r := Order{Sheet: o.Sheet, Line: o.Line, Number: o.Number, State: Ready}
			r.EstateID, r.Guessed = place(estates, o)
			if r.EstateID == 0 {
				r.State = Undecided
			}
			if r.Matter = chosen(mandates, o.Matter); r.Matter == "" {
				if r.Matter, r.Suggested = suggest(o.Title, o.Text); len([]rune(r.Suggested)) > 200 {
					r.Suggested = string([]rune(r.Suggested)[:200])
				}
			}
			body, err := json.Marshal(o)
			if err != nil {
				return err
			}
			r.BodySealed = s.vault.Seal(string(body), bound)
			rows[i] = r
		}
		return s.markKnown(tx, actor, rows, read)
	})
	return rows, err
}

// place finds the estate of an order: by the name or code that its column says, else by a name within the address or
// the texts, where exactly one is found. The longest names win over those that they contain.
func place(estates []org.Estate, o orders.Order) (id int64, guessed bool) {
	if o.Estate != "" {
		var found int64
		for _, e := range estates {
			if e.Code == o.Estate || strings.ReplaceAll(e.Name, " ", "") == o.Estate {
				if found != 0 {
					return 0, false
				}
				found = e.ID
			}
		}
		if found != 0 {
			return found, false
		}
	}
	texts := []string{o.Address, o.Title, o.Text}
	if o.Estate != "" { // the hotline says which; what a text mentions besides does not count
		texts = []string{o.Estate}
	}
	for _, text := range texts {
		var names []org.Estate
		for _, e := range estates {
			if len([]rune(e.Name)) >= 3 && strings.Contains(text, e.Name) {
				names = append(names, e)
			}
		}
		if len(names) == 0 {
			continue
		}
		longest := names[0]
		for _, e := range names {
			if len(e.Name) > len(longest.Name) {
				longest = e
			}
		}
		for _, e := range names {
			if e.ID != longest.ID && (e.Name == longest.Name || !strings.Contains(longest.Name, e.Name)) {
				return 0, false
			}
		}
		return longest.ID, true
	}
	return 0, false
}

// chosen is the matter that a sheet names by its code or its name.
func chosen(p *rulepack.Pack, text string) string {
	for _, m := range p.Matters {
		if text != "" && (m.Code == text || m.Name == text) {
			return m.Code
		}
	}
	return ""
}

// markKnown finds the orders whose number was filed by an earlier import. The same number with other words may be another
// matter, as where a hotline counts from one every day: a person says which. What became of a case is told to those alone who
// may see it.
func (s *Service) markKnown(tx *store.Tx, actor org.Actor, rows []Order, read []orders.Order) error {
	for from := 0; from < len(rows); from += 500 {
		part := rows[from:min(from+500, len(rows))]
		numbers := make([]string, len(part))
		for i, r := range part {
			numbers[i] = r.Number
		}
		var filed []Order
		if err := tx.Where("number IN ? AND filed_number IS NOT NULL", numbers).Order("id DESC").Limit(4 * len(part)).Find(&filed).Error; err != nil {
			return err
		}
		var cases []int64
		by := map[string][]Order{}
		for _, f := range filed {
			by[f.Number], cases = append(by[f.Number], f), append(cases, f.CaseID)
		}
		seen, err := complaint.SeenOf(tx, actor, cases)
		if err != nil {
			return err
		}
		for i := range part {
			if err := s.meet(&part[i], read[from+i], by[part[i].Number], seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// meet compares an order with those that were filed under its number.
func (s *Service) meet(o *Order, b orders.Order, filed []Order, seen map[int64]bool) error {
	for _, f := range filed {
		if !seen[f.CaseID] && f.EstateID != o.EstateID {
			continue // somebody else's
		}
		before, err := s.body(f)
		if err != nil {
			return err
		}
		if f.BodySealed != "" && (before.Text != b.Text || before.Title != b.Title) {
			o.State, o.Again = Undecided, true
			o.Reason = "这个工单编号登记过内容不同的另一件；是新的一件请选择小区，是同一件请标为不导入"
			continue
		}
		o.known(f, seen[f.CaseID])
		return nil
	}
	return nil
}

// known says that an order is the one that was filed; which case it became only to those who may see that.
func (o *Order) known(f Order, seen bool) {
	o.State, o.Again, o.Reason, o.Guessed, o.Suggested, o.Twin = Known, false, "", false, "", ""
	if seen {
		o.CaseID, o.Receipt, o.EstateID, o.Matter = f.CaseID, f.Receipt, f.EstateID, f.Matter
	}
}
