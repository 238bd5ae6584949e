package hotline

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/hotline/orders"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// resultPage is how many orders an export reads at a time.
const resultPage = 500

// Results writes an import's orders back as a spreadsheet, in the hotline's own columns with the results filled in: which
// office has it, where it stands, the answer, and what the caller thought of it. What was erased comes back with its number
// alone. The export is recorded.
// Faults: ErrForbidden, ErrNotFound, ErrFaulty.
func (s *Service) Results(ctx context.Context, actor org.Actor, id int64) ([]byte, error) {
	if err := actor.Must(org.ImportHotline); err != nil {
		return nil, err
	}
	var layouts []orders.Layout
	err := s.db.View(ctx, func(tx *store.Tx) error {
		imp, err := importFor(tx, actor, id)
		if err != nil {
			return err
		}
		if imp.State != "checked" {
			return ErrFaulty
		}
		return json.Unmarshal([]byte(imp.Layouts), &layouts)
	})
	if err != nil {
		return nil, err
	}
	book, sheet, n := orders.NewBook(), -1, 0
	for after := int64(0); ; {
		rows, results, err := s.resultPage(ctx, actor, id, after)
		if err != nil {
			return nil, fmt.Errorf("hotline results: %w", err)
		}
		for _, o := range rows {
			b, err := s.body(o)
			if err != nil {
				return nil, err
			}
			if b.Sheet = o.Sheet; o.BodySealed == "" {
				b.Cells = make([]string, layouts[b.Sheet].Number+1)
				b.Cells[layouts[b.Sheet].Number] = o.Number
			}
			for sheet < b.Sheet && sheet+1 < len(layouts) {
				sheet++
				if err := book.Sheet(layouts[sheet]); err != nil {
					return nil, err
				}
			}
			if err := book.Order(b.Cells, o.results(results, b.Due)); err != nil {
				return nil, err
			}
			after = o.ID
		}
		if n += len(rows); len(rows) < resultPage {
			break
		}
	}
	raw, err := book.Bytes()
	if err != nil {
		return nil, err
	}
	return raw, s.db.InTx(ctx, func(tx *store.Tx) error {
		return audit.Append(tx, actor, "hotline.export", audit.Subject{Kind: "hotline_import", ID: id}, map[string]any{"orders": n})
	})
}

func (s *Service) resultPage(ctx context.Context, actor org.Actor, id, after int64) ([]Order, map[string]complaint.HotlineResult, error) {
	var rows []Order
	var found map[string]complaint.HotlineResult
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.Where("import_id = ? AND id > ?", id, after).Order("id").Limit(resultPage).Find(&rows).Error; err != nil {
			return err
		}
		var receipts []string
		for _, o := range rows {
			if o.Receipt != "" {
				receipts = append(receipts, o.Receipt)
			}
		}
		var err error
		found, err = complaint.HotlineResults(tx, actor, receipts)
		return err
	})
	return rows, found, err
}

var opinions = map[complaint.Opinion]string{complaint.Yes: "是", complaint.Partly: "部分", complaint.No: "否"}

// results are what goes into the columns of an order.
func (o *Order) results(found map[string]complaint.HotlineResult, due *time.Time) (out [orders.Results]string) {
	r, ok := found[o.Receipt]
	if !ok {
		out[orders.ResultState] = map[OrderState]string{Skipped: "未受理（不属于本平台）", Failed: "未登记：" + o.Reason, Known: "已登记，由其他单位办理", Filed: "已登记，由其他单位办理"}[o.State]
		if out[orders.ResultState] == "" {
			out[orders.ResultState] = "未登记"
		}
		return out
	}
	out[orders.ResultNumber], out[orders.ResultOffice], out[orders.ResultState], out[orders.ResultText] = r.Receipt, r.Lead, complaint.StateNames[r.Case.State], r.Text
	if e := complaint.EndingNames[r.Case.Ending]; e != "" && r.Case.State == complaint.Closed {
		out[orders.ResultState] += "（" + e + "）"
	}
	out[orders.ResultAnsweredAt], out[orders.ResultClosedAt], out[orders.ResultLate] = moment(r.Answered), moment(r.Case.ClosedAt), "否"
	if r.Late || (due != nil && r.Answered != nil && r.Answered.After(*due)) || (due != nil && r.Answered == nil && r.Case.Open && r.Now.After(*due)) {
		out[orders.ResultLate] = "是"
	}
	switch {
	case r.Rated:
		out[orders.ResultResponse], out[orders.ResultSolved], out[orders.ResultSatisfied] = opinions[r.Rating.Response], opinions[r.Rating.Solved], opinions[r.Rating.Satisfied]
	case r.Case.State == complaint.Closed:
		out[orders.ResultSatisfied] = "未评价"
	}
	return out
}

func moment(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.In(org.Shanghai).Format(time.DateTime)
}
