package fee

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// enterArrears makes bills of what was owed before the books began.
func (s *Service) enterArrears(tx *store.Tx, imp *Import, lines []Line) error {
	fresh, err := s.unknown(tx, lines)
	if err != nil || len(fresh) == 0 {
		return err
	}
	units, err := candidates(tx, imp.EstateID, fresh)
	if err != nil {
		return err
	}
	developer, err := developerOf(tx, imp.EstateID)
	if err != nil {
		return err
	}
	bills, byUnit, total := make([]Bill, len(fresh)), map[int64]money.Fen{}, money.Fen(0)
	for i, x := range fresh {
		u, live := units[x.UnitID], x.live()
		b := Bill{Number: fmt.Sprintf("Q%d-%d", imp.ID, x.Line), EstateID: imp.EstateID, CompanyID: imp.CompanyID, BuildingID: u.BuildingID, UnitID: u.ID, Unit: org.PrintUnit(u.Name, u.Entrance, u.Number), OwnerSetID: u.OwnerSetID, Payer: ByOwner,
			Title: x.Title, PeriodOn: x.PaidOn, Months: x.Months, DueOn: monthEnd(x.PaidOn, x.Months), Amount: x.Amount, State: Open, Live: &live, CreatedAt: tx.Now,
			How: How{Kind: "arrears", Text: fmt.Sprintf("启用本系统以前欠的“%s”，由物业公司登记；有疑问请向物业公司要原来的账单", x.Title)}.json()}
		if !u.Sold || !u.Delivered {
			b.Payer, b.OwnerSetID = ByDeveloper, developer
		}
		bills[i] = b
		byUnit[u.ID] += x.Amount
		total += x.Amount
	}
	if err := tx.CreateInBatches(&bills, 300).Error; err != nil {
		return err
	}
	posted := []ledger.Line{{Key: ledger.Key{Code: ledger.FeeOpening}, Amount: -total}}
	for unit, amount := range byUnit {
		posted = append(posted, ledger.Line{Key: ledger.Key{Code: ledger.FeeReceivable, UnitID: unit}, Amount: amount})
	}
	slices.SortFunc(posted, func(a, b ledger.Line) int { return cmp.Compare(a.UnitID, b.UnitID) })
	_, err = ledger.Post(tx, clerk{imp.PersonID, imp.PostID, imp.CompanyID}, imp.EstateID, ledger.FeesOf(imp.CompanyID), ledger.Posting{Ref: fmt.Sprintf("arrears-%d-%d", imp.ID, fresh[0].Line), Effective: calendar.DateOf(tx.Now),
		Source: ledger.Source{Kind: "fee_import", ID: imp.ID, Text: "期初欠费清单，文件" + imp.FileSHA256[:12]}, Lines: posted})
	if err != nil {
		return err
	}
	for i, x := range fresh {
		x.State, x.BillID, x.Result = "billed", bills[i].ID, "账单"+bills[i].Number
		if err := ended(tx, x); err != nil {
			return err
		}
	}
	return nil
}

// live is under which name arrears are entered once.
func (x *Line) live() string {
	return fmt.Sprintf("Q/%d/%s/%s", x.UnitID, x.PaidOn.Format("2006-01"), x.Title)
}

// unknown leaves out the lines whose arrears have been entered, by another list or by a line above.
func (s *Service) unknown(tx *store.Tx, lines []Line) ([]*Line, error) {
	keys := make([]string, len(lines))
	for i := range lines {
		keys[i] = lines[i].live()
	}
	var had []string
	if err := tx.Model(&Bill{}).Where("live IN ?", keys).Pluck("live", &had).Error; err != nil {
		return nil, err
	}
	var fresh []*Line
	for i := range lines {
		x := &lines[i]
		if !slices.Contains(had, keys[i]) {
			fresh, had = append(fresh, x), append(had, keys[i])
			continue
		}
		x.State, x.Result = "known", "这一户这个月的“"+x.Title+"”已经登记过"
		if err := ended(tx, x); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// candidates reads the units of lines with who owns them now.
func candidates(tx *store.Tx, estate int64, lines []*Line) (map[int64]candidate, error) {
	ids := make([]int64, len(lines))
	for i, x := range lines {
		ids[i] = x.UnitID
	}
	var rows []candidate
	err := tx.Table("units u").Select("u.id, u.building_id, u.entrance, u.number, u.sold, u.delivered, b.name, COALESCE(o.owner_set_id, 0) AS owner_set_id").
		Joins("JOIN buildings b ON b.id = u.building_id").Joins("LEFT JOIN ownerships o ON o.current_unit = u.id").Where("u.estate_id = ? AND u.id IN ?", estate, ids).Scan(&rows).Error
	units := make(map[int64]candidate, len(rows))
	for _, u := range rows {
		units[u.ID] = u
	}
	return units, err
}
