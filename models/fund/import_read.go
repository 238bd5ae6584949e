package fund

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// The columns of a bank's list.
const (
	listBuilding = iota
	listEntrance
	listNumber
	listArea
	listOwners
	listSeller
	listFirst
	listSellerName
)

var listTitles = [][]string{
	{"幢号", "楼幢", "楼栋", "栋号", "楼号", "幢", "栋", "楼宇"},
	{"单元", "单元号"},
	{"房号", "室号", "房间号", "房屋编号", "户号", "门牌号", "分户"},
	{"建筑面积", "面积"},
	{"业主余额", "分户余额", "余额", "账户余额", "业主分户余额"},
	{"售房单位余额", "售房单位分户余额", "单位余额"},
	{"首期交存额", "首期交存", "首次交存", "首期"},
	{"售房单位", "售房单位名称"},
}

// knownUnit is what the register has of a unit.
type knownUnit struct {
	id, building int64
	area         area.Milli
	account      bool
}

// listReader compares a bank's list with the register while its lines go by. It holds the register's doors and the lines as numbers.
type listReader struct {
	table
	estate int64
	doors  map[string][]knownUnit // by building and number
	strays map[string]bool        // what an earlier list brought and no unit has yet
	seen   map[string]int
	lines  []ImportLine
	sums   map[string]*BuildingSum
	report ImportReport
	total  ImportFinding // where the sum of all is printed
	last   string        // the building of the line before: banks print it once
}

// newListReader loads the doors of the estate's register.
func newListReader(tx *store.Tx, in ImportCheck) (*listReader, error) {
	r := &listReader{estate: in.EstateID, doors: map[string][]knownUnit{}, strays: map[string]bool{}, seen: map[string]int{}, sums: map[string]*BuildingSum{}, report: ImportReport{Bank: in.Bank}}
	r.table = table{titles: listTitles, required: []int{listNumber, listOwners}, loose: []int{listBuilding, listEntrance}, sums: []int{listArea, listOwners, listSeller, listFirst}, line: r.take}
	var buildings []org.Building
	if err := tx.Where("estate_id = ?", in.EstateID).Limit(1000).Find(&buildings).Error; err != nil {
		return nil, err
	}
	var waiting []ImportLine
	if err := tx.Select("id", "building", "number").Where("estate_id = ? AND stray = ?", in.EstateID, true).Order("id").Limit(maxListRows).Find(&waiting).Error; err != nil {
		return nil, err
	}
	for _, l := range waiting {
		r.strays[l.Building+"\x00"+l.Number] = true
	}
	names := make(map[int64]string, len(buildings))
	for _, b := range buildings {
		names[b.ID] = trimmed(b.Name, "幢", "栋", "号楼", "楼")
	}
	for after := int64(0); ; {
		units, subs, err := unitsAfter(tx, in.EstateID, after)
		if err != nil || len(units) == 0 {
			return r, err
		}
		after = units[len(units)-1].ID
		for _, u := range units {
			_, has := subs[u.ID]
			k, at := knownUnit{u.ID, u.BuildingID, u.AreaMilli, has}, names[u.BuildingID]+"\x00"
			r.doors[at+u.Number] = append(r.doors[at+u.Number], k)
			if u.Entrance != "" {
				r.doors[at+u.Entrance+"-"+u.Number] = append(r.doors[at+u.Entrance+"-"+u.Number], k)
			}
		}
	}
}

func trimmed(s string, suffixes ...string) string {
	for _, x := range suffixes {
		if t := strings.TrimSuffix(s, x); t != "" {
			s = t
		}
	}
	return s
}

// take reads one line: a sub-account, or a printed sum.
func (r *listReader) take(row tableRow) error {
	building := trimmed(row.text(listBuilding), "幢", "栋", "号楼", "楼")
	number := trimmed(strings.ReplaceAll(row.text(listNumber), "单元", "-"), "室", "号")
	if e := trimmed(row.text(listEntrance), "单元"); e != "" && number != "" && !strings.Contains(number, "-") {
		number = e + "-" + number
	}
	l := ImportLine{EstateID: r.estate, Line: row.n, OwnersFen: row.fen(listOwners), SellerFen: row.fen(listSeller), FirstFen: row.fen(listFirst), Seller: row.text(listSellerName)}
	if label := row.text(listBuilding) + row.text(listEntrance) + row.text(listNumber); strings.Contains(label, "小计") || strings.Contains(label, "合计") || strings.Contains(label, "总计") {
		r.printed(row, building, label, l.OwnersFen+l.SellerFen)
		return nil
	}
	if building == "" {
		building = r.last
	}
	if row.empty(listOwners, listSeller, listFirst) { // a unit that the bank has no account of, or whoever signed the list
		r.report.Empty++
		if number != "" {
			r.last = building
		}
		return nil
	}
	r.last = building
	switch {
	case building == "" || number == "":
		row.bad(listNumber, number, "请填幢号和房号")
	case len([]rune(building)) > 40 || len([]rune(number)) > 60 || len([]rune(l.Seller)) > longestInAList:
		row.bad(listNumber, number, "幢号不超过40个字，房号不超过60个字，售房单位不超过100个字")
	case l.FirstFen < 0 || l.SellerFen < 0:
		row.bad(listFirst, "", "首期交存额和售房单位余额不能为负数")
	}
	l.Building, l.Number = building, number
	if text := row.text(listArea); text != "" {
		milli, err := area.Parse(text)
		if err != nil {
			row.bad(listArea, text, err.Error()+"；请改成平方米数，例如 88.50")
		}
		l.AreaMilli = int64(milli)
	}
	key := building + "\x00" + number
	if before, ok := r.seen[key]; ok {
		row.bad(listNumber, number, fmt.Sprintf("这一户在第%d行已经有了，请核对是不是重复", before))
	}
	r.seen[key] = row.n
	r.place(row, &l, key)
	r.add(l)
	return nil
}

// place finds the unit of a line.
func (r *listReader) place(row tableRow, l *ImportLine, key string) {
	found := r.doors[key]
	switch {
	case len(found) > 1:
		row.bad(listNumber, l.Number, "这幢楼有几个单元都有这个房号，请写成“单元-房号”，例如 1-101")
	case len(found) == 0 && r.strays[key]:
		row.bad(listNumber, l.Number, "这一户的期初余额已经导入过，还在待查款项里；请在名册里补录房屋后转入分户账，不要再导入一次")
	case len(found) == 0:
		r.report.Unknown++
		r.report.UnknownFen += l.OwnersFen + l.SellerFen
		r.note(row, "名册里没有这一户：导入后先记在待查款项，补录房屋后再转入分户账")
	case found[0].account:
		row.bad(listNumber, l.Number, "这一户已经有分户账，期初余额不能再导入一次")
	default:
		l.UnitID, l.BuildingID = found[0].id, found[0].building
		unit := "\x00" + fmt.Sprint(l.UnitID)
		if before, ok := r.seen[unit]; ok {
			row.bad(listNumber, l.Number, fmt.Sprintf("这一户在第%d行已经有了，请核对是不是重复", before))
		}
		r.seen[unit] = row.n
		if l.AreaMilli != 0 && area.Milli(l.AreaMilli) != found[0].area {
			r.report.AreaDiffers++
			r.note(row, "面积和名册不一致：清单"+area.Milli(l.AreaMilli).String()+"平方米，名册"+found[0].area.String()+"平方米")
		}
	}
}

func (r *listReader) note(row tableRow, reason string) {
	if len(r.report.Notes) < 200 {
		r.report.Notes = append(r.report.Notes, ImportFinding{Sheet: r.sheet, Row: row.n, Value: row.text(listNumber), Reason: reason})
	}
}

func (r *listReader) sum(building string) *BuildingSum {
	b := r.sums[building]
	if b == nil {
		b = &BuildingSum{Building: building}
		r.sums[building] = b
	}
	return b
}

func (r *listReader) add(l ImportLine) {
	b := r.sum(l.Building)
	b.Rows++
	b.Owners += l.OwnersFen
	b.Seller += l.SellerFen
	r.report.Rows++
	r.report.Owners += l.OwnersFen
	r.report.Seller += l.SellerFen
	r.report.First += l.FirstFen
	r.lines = append(r.lines, l)
}

// printed takes a sum that the list prints: of a building (小计) or of all (合计, 总计).
func (r *listReader) printed(row tableRow, building, label string, sum money.Fen) {
	if strings.Contains(label, "小计") {
		if building = trimmed(trimmed(strings.NewReplacer("小计", "", ":", "").Replace(building)), "幢", "栋", "号楼", "楼"); building == "" {
			building = r.last
		}
		if b := r.sum(building); b.Printed == nil {
			b.Printed, b.row = &sum, ImportFinding{Sheet: r.sheet, Row: row.n}
			return
		}
	} else if r.report.Printed == nil {
		r.report.Printed, r.total = &sum, ImportFinding{Sheet: r.sheet, Row: row.n}
		return
	}
	row.bad(listOwners, sum.String(), "同一个小计或总计出现了两次，请删去一行")
}

// finish holds the sums against what the list prints and against the special account, to the fen.
func (r *listReader) finish() {
	all := r.report.Owners + r.report.Seller
	if r.report.Rows == 0 {
		r.fault(ImportFinding{Reason: "清单里没有一户填了余额，请填好后再上传"})
	}
	r.report.Buildings = make([]BuildingSum, 0, len(r.sums))
	for _, name := range slices.Sorted(maps.Keys(r.sums)) {
		b := r.sums[name]
		if b.Printed != nil {
			if b.Difference = b.Owners + b.Seller - *b.Printed; b.Difference != 0 {
				b.row.Value, b.row.Reason = b.Building, fmt.Sprintf("%s幢各户合计%s元，清单小计%s元，相差%s元；请核对这一幢有没有漏户、重户，或小计有误", b.Building, b.Owners+b.Seller, *b.Printed, b.Difference)
				r.fault(b.row)
			}
		}
		if len(r.report.Buildings) < 1000 {
			r.report.Buildings = append(r.report.Buildings, *b)
		}
	}
	if p := r.report.Printed; p != nil && *p != all {
		r.total.Reason = fmt.Sprintf("各户合计%s元，清单总计%s元，相差%s元；请核对有没有漏户、重户，或总计有误", all, *p, all-*p)
		r.fault(r.total)
	}
	if r.report.Difference = all - r.report.Bank; r.report.Difference != 0 {
		r.fault(ImportFinding{Reason: fmt.Sprintf("各户合计%s元，专户余额%s元，相差%s元；请核对填写的余额和日期，或请银行重新出清单", all, r.report.Bank, r.report.Difference)})
	}
	r.report.Faults, r.report.FaultCount = r.faults, r.count
}

// opens gives what a line brings to the books.
func (l *ImportLine) opens() []ledger.Line {
	var lines []ledger.Line
	add := func(k ledger.Key, fen money.Fen, memo string) {
		if fen != 0 {
			lines = append(lines, ledger.Line{Key: k, Amount: -fen, Memo: memo})
		}
	}
	if l.UnitID == 0 {
		add(ledger.Key{Code: ledger.FundSuspense}, l.OwnersFen+l.SellerFen, fmt.Sprintf("银行清单第%d行 %s幢 %s", l.Line, l.Building, l.Number))
		return lines
	}
	add(ledger.Key{Code: ledger.FundUnit, UnitID: l.UnitID}, l.OwnersFen, "期初余额")
	add(ledger.Key{Code: ledger.FundSeller, UnitID: l.UnitID}, l.SellerFen, "期初余额")
	return lines
}
