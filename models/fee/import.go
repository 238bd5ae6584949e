package fee

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Import is a list of payments or of opening arrears; the same file once. Its lines are entered in the background.
type Import struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	CompanyID  int64
	Kind       ImportKind
	FileSHA256 string `gorm:"column:file_sha256"`
	State      string // proposed (arrears wait for a second person), running, done, refused
	RowsRead   int
	Total      money.Fen
	PersonID   int64
	PostID     int64
	CreatedAt  time.Time
	DoneAt     *time.Time
}

// TableName names the table.
func (Import) TableName() string { return "fee_imports" }

// Line is a line of a list and what became of it.
type Line struct {
	ID          int64 `gorm:"primaryKey"`
	ImportID    int64
	Line        int
	State       string // new, paid, suspense, known, maybe, payout, unsettled, conflict, billed
	Amount      money.Fen
	PaidOn      time.Time `gorm:"type:date"` // of arrears the first month
	Way         string
	Serial      string
	BillNumber  string
	Unit        string
	UnitID      int64
	Title       string
	Months      int64
	PayerSealed string // until it is entered
	Result      string
	PaymentID   int64
	BillID      int64
	ChangeID    int64 // the settlement that it is
	ByProvider  bool  // its payer is who the payment provider pays out by
}

// TableName names the table.
func (Line) TableName() string { return "fee_import_lines" }

// LineStates in Chinese.
var LineStates = map[string]string{"new": "等待入账", "paid": "已入账", "suspense": "待认领", "known": "以前登记过，没有重复入账", "payout": "像是微信支付的结算款，没有入账，请登记结算", "unsettled": "对上的结算没有通过或已冲销，没有入账，请核对", "maybe": "可能以前登记过，没有入账，请核对", "conflict": "流水号和另一笔款相同，没有入账，请核对", "billed": "已登记欠费"}

// Import reads a list and keeps its lines; with a single bad cell nothing is kept. The same file again answers the first import.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, file.ErrNotFound, ErrClosed, fault.ErrInvalid, and those of sheet.Read.
func (s *Service) Import(ctx context.Context, actor org.Actor, estate int64, kind ImportKind, fileID int64) (int64, error) {
	if err := actor.Must(org.RunFees); err != nil {
		return 0, err
	}
	if needed[kind] == nil {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "kind", Reason: "请选择导入收款还是期初欠费"})
	}
	if err := s.db.View(ctx, func(tx *store.Tx) error { _, err := at(actor, estate)(tx); return err }); err != nil {
		return 0, err
	}
	src, size, sum, done, err := s.files.OpenFees(ctx, actor, fileID)
	if err != nil {
		return 0, err
	}
	defer done()
	l, err := readList(ctx, kind, org.DayOf(s.db.Now()), src, size)
	if err != nil {
		return 0, err
	}
	return s.act(ctx, actor, "import", at(actor, estate), func(tx *store.Tx) (int64, error) {
		if kind == OfArrears {
			if err := serving(tx, actor.OrganisationID(), estate); err != nil {
				return 0, err
			}
		}
		var before Import
		err := tx.Where("estate_id = ? AND company_id = ? AND kind = ? AND file_sha256 = ?", estate, actor.OrganisationID(), kind, sum).Take(&before).Error
		if err == nil && before.State == "refused" { // the same list again, after it was talked over
			if err := tx.Model(&Import{}).Where("id = ?", before.ID).Update("state", "proposed").Error; err != nil {
				return 0, err
			}
			return before.ID, s.proposeArrears(tx, actor, &before)
		}
		if err == nil || !missing(err) {
			return before.ID, err
		}
		var closed int64
		if err := tx.Model(&Day{}).Where("estate_id = ? AND person_id = ? AND day_on = ?", estate, actor.PersonID, org.DayOf(tx.Now)).Count(&closed).Error; err != nil {
			return 0, err
		}
		if closed > 0 && kind == OfPayments {
			return 0, ErrClosed
		}
		state := map[ImportKind]string{OfPayments: "running", OfArrears: "proposed"}[kind]
		return s.keep(tx, actor, &Import{EstateID: estate, CompanyID: actor.OrganisationID(), Kind: kind, FileSHA256: sum, State: state, RowsRead: len(l.lines), PersonID: actor.PersonID, PostID: actor.Post.PostID, CreatedAt: tx.Now}, l)
	})
}

func (s *Service) keep(tx *store.Tx, actor org.Actor, imp *Import, l *list) (int64, error) {
	doors, err := doorsOf(tx, imp.EstateID)
	if err != nil {
		return 0, err
	}
	payers, err := s.payers(tx, imp)
	if err != nil {
		return 0, err
	}
	lines := append([]Line(nil), l.lines...) // a second try of the transaction begins anew
	var c fault.Checks
	for i := range lines {
		x := &lines[i]
		x.UnitID = doors[plainDoor(x.Unit)]
		x.ByProvider = x.Way == Bank && payers.have(l.payers[i], l.accounts[i]) // the account itself is not kept: it may be a resident's
		if imp.Total += x.Amount; l.payers[i] != "" {
			x.PayerSealed = s.vault.Seal(l.payers[i], "fee_import_lines.payer")
		}
		c.Check(imp.Kind == OfPayments || x.UnitID != 0 || len(c) >= maxFaults, fmt.Sprintf("第%d行“房号”", x.Line), "名册里没有这一户："+x.Unit)
	}
	if err := c.Err(); err != nil {
		return 0, err
	}
	if err := tx.Create(imp).Error; err != nil {
		return 0, err
	}
	for i := range lines {
		lines[i].ImportID = imp.ID
	}
	if err := tx.CreateInBatches(&lines, 500).Error; err != nil {
		return 0, err
	}
	if imp.Kind == OfArrears {
		if err := s.proposeArrears(tx, actor, imp); err != nil {
			return 0, err
		}
	}
	return imp.ID, note(tx, actor, "import", "fee_import", imp.ID, imp.EstateID, map[string]any{"kind": imp.Kind, "sha256": imp.FileSHA256, "lines": len(lines)})
}

// doorsOf names every unit of an estate as people write it: 1幢2单元301, 1-2-301. What two units share names none.
func doorsOf(tx *store.Tx, estate int64) (map[string]int64, error) {
	doors := map[string]int64{}
	add := func(name string, id int64) {
		if had, ok := doors[name]; ok && had != id {
			id = 0
		}
		doors[name] = id
	}
	err := eachUnit(tx, estate, func(page []candidate) {
		for _, u := range page {
			add(plainDoor(org.PrintUnit(u.Name, u.Entrance, u.Number)), u.ID)
		}
	})
	delete(doors, "")
	return doors, err
}

var doorParts = regexp.MustCompile(`(号楼|[幢栋楼座]|单元)`)

// plainDoor writes a unit's name in one way.
func plainDoor(s string) string {
	s = strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(strings.ReplaceAll(s, " ", "")), "室"), "号")
	return strings.Trim(doorParts.ReplaceAllString(s, "-"), "-")
}

// imported is how many lines one transaction enters.
const imported = 100

func (s *Service) stepImport(ctx context.Context) (bool, error) {
	return s.oneOf(ctx, func(tx *store.Tx) *gorm.DB { return tx.Model(&Import{}).Where("state = 'running'") }, s.enter)
}

// enter enters the next lines of an import, each with its payment, or ends it.
func (s *Service) enter(tx *store.Tx, id int64) error {
	var imp *Import
	if err := tx.Where("id = ?", id).Take(&imp).Error; err != nil {
		return err
	}
	if err := gate(tx, imp.EstateID); err != nil {
		return err
	}
	var lines []Line
	if err := tx.Where("import_id = ? AND state = 'new'", imp.ID).Order("line").Limit(imported).Find(&lines).Error; err != nil {
		return err
	}
	if len(lines) == 0 {
		return tx.Model(&Import{}).Where("id = ?", imp.ID).Updates(map[string]any{"state": "done", "done_at": tx.Now}).Error
	}
	if imp.Kind == OfArrears {
		return s.enterArrears(tx, imp, lines)
	}
	for i := range lines {
		if err := s.enterPayment(tx, imp, &lines[i]); err != nil {
			return fmt.Errorf("line %d: %w", lines[i].Line, err)
		}
	}
	return nil
}

// ended keeps what became of a line. Who paid stands on the payment and no second time here.
func ended(tx *store.Tx, x *Line) error {
	x.PayerSealed = ""
	return tx.Model(&Line{}).Where("id = ?", x.ID).Select("state", "result", "payment_id", "bill_id", "unit_id", "change_id", "payer_sealed").Updates(x).Error
}
