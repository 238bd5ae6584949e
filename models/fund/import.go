package fund

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Sheets opens uploaded spreadsheets.
type Sheets interface {
	// OpenSheet opens the actor's own upload of a bank's list for random reading.
	OpenSheet(ctx context.Context, actor org.Actor, id int64) (r io.ReaderAt, size int64, sha256 string, done func(), err error)
}

// Import is a bank's list of opening balances: checked, then applied by another person in parts.
type Import struct {
	ID         int64 `gorm:"primaryKey"`
	EstateID   int64
	FileID     int64
	FileSHA256 string    `gorm:"column:file_sha256"`
	AsOf       time.Time `gorm:"type:date"`
	State      string    // faulty, checked, applying, applied; breaking, broken
	Report     string    // ImportReport as JSON: no personal data
	Parts      int
	Done       int
	CreatedBy  int64
	CreatedAt  time.Time
	AppliedBy  int64
	AppliedAt  *time.Time
	FinishedAt *time.Time
}

// TableName names the table.
func (Import) TableName() string { return "fund_imports" }

// ImportLine is one sub-account of the list. UnitID is 0 where the register has no such unit.
type ImportLine struct {
	ID         int64 `gorm:"primaryKey"`
	ImportID   int64
	EstateID   int64
	Part       int
	Line       int
	Building   string
	Number     string
	UnitID     int64
	BuildingID int64
	OwnersFen  money.Fen
	SellerFen  money.Fen
	FirstFen   money.Fen
	AreaMilli  int64
	Seller     string
	Stray      bool // taken over into the suspense account, waiting for its unit
}

// TableName names the table.
func (ImportLine) TableName() string { return "fund_import_lines" }

// partSize is how many sub-accounts one journal opens: two lines each and the bank's fit it.
const partSize = 450

// ImportReport is what the check of a list found. All differences are in fen.
type ImportReport struct {
	Rows        int             `json:"rows" doc:"分户数"`
	Owners      money.Fen       `json:"owners_fen" doc:"业主分户账合计（分）"`
	Seller      money.Fen       `json:"seller_fen" doc:"售房单位分户账合计（分）"`
	First       money.Fen       `json:"first_fen" doc:"首期交存额合计（分）"`
	Printed     *money.Fen      `json:"printed_fen,omitempty" doc:"清单上的总计（分）"`
	Bank        money.Fen       `json:"bank_fen" doc:"填写的专户余额（分）"`
	Difference  money.Fen       `json:"difference_fen" doc:"各户合计减专户余额（分），必须为零"`
	Buildings   []BuildingSum   `json:"buildings" doc:"按幢合计，最多1000幢"`
	Unknown     int             `json:"unknown" doc:"名册里没有的房屋数：导入时先记待查款项"`
	UnknownFen  money.Fen       `json:"unknown_fen"`
	Empty       int             `json:"empty_rows" doc:"没有填任何金额、没有导入的行数"`
	AreaDiffers int             `json:"area_differs" doc:"面积和名册不一致的户数"`
	Notes       []ImportFinding `json:"notes,omitempty" doc:"名册里没有的房屋、面积不一致的户，最多列出200处"`
	FaultCount  int             `json:"fault_count" doc:"不为零时不能导入"`
	Faults      []ImportFinding `json:"faults,omitempty" doc:"有误的地方，最多列出1000处"`
}

// BuildingSum is a building's sum beside what the list prints.
type BuildingSum struct {
	Building   string     `json:"building"`
	Rows       int        `json:"rows"`
	Owners     money.Fen  `json:"owners_fen"`
	Seller     money.Fen  `json:"seller_fen"`
	Printed    *money.Fen `json:"printed_fen,omitempty" doc:"清单上的小计（分）"`
	Difference money.Fen  `json:"difference_fen" doc:"各户合计减小计（分）"`

	row ImportFinding // where the sum is printed
}

// ImportFinding is one place of the list.
type ImportFinding struct {
	Sheet  string `json:"sheet,omitempty"`
	Row    int    `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason"`
}

// Faults of imports.
var (
	ErrFaultyList = fault.New(fault.Conflict, "fund.list_faulty", "这份清单有误或和总额对不上，不能导入；请按核对报告改好后重新上传")
	ErrStaleList  = fault.New(fault.Conflict, "fund.list_stale", "核对之后有的房屋已经开了分户账，请重新上传核对")
	ErrImporting  = fault.New(fault.Conflict, "fund.importing", "这个小区正在导入期初余额，导入完成后再办").After(30)
)

// ImportCheck asks to check a list against the register and the balance of the special account.
type ImportCheck struct {
	EstateID int64
	FileID   int64
	AsOf     calendar.Date
	Bank     money.Fen // what the bank says stands on the special account on that day
}

// CheckList reads a bank's list of opening balances and compares it with the register, with the sums that it prints and with the
// balance of the special account, to the fen. Nothing is booked.
// Faults: org.ErrForbidden, org.ErrEstateNotFound, ErrNoAccount, ErrNotKeeper, ErrTapReused, faults of the file, fault.ErrInvalid.
func (s *Service) CheckList(ctx context.Context, actor org.Actor, in ImportCheck) (int64, error) {
	if err := actor.Must(org.KeepFund); err != nil {
		return 0, err
	}
	var c fault.Checks
	c.Check(!in.AsOf.IsZero() && !calendar.DateOf(s.db.Now()).Before(in.AsOf), "as_of", "请填写余额是哪一天的，不能晚于今天")
	c.Check(in.Bank > 0 && in.Bank <= money.Max, "bank", "请填写银行出具的专户余额（元）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	var read *listReader
	var sum string
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if _, err = keeperOf(tx, tx.DB, actor, in.EstateID); err != nil {
			return err
		}
		read, err = newListReader(tx, in)
		return err
	})
	if err != nil {
		return 0, err
	}
	if sum, err = s.readSheet(ctx, actor, in.FileID, read); err != nil {
		return 0, err
	}
	read.finish()
	return s.fundAct(ctx, actor, org.KeepFund, "check list", func(tx *store.Tx) (int64, error) {
		if _, err := keptBy(tx, actor, in.EstateID); err != nil {
			return 0, err
		}
		return read.keep(tx, actor, in, sum, s.o.Files)
	})
}

// keep stores what was read: the lines only of a list that can be applied.
func (r *listReader) keep(tx *store.Tx, actor org.Actor, in ImportCheck, sum string, files Files) (int64, error) {
	raw, err := json.Marshal(r.report)
	if err != nil {
		return 0, err
	}
	imp := &Import{EstateID: in.EstateID, FileID: in.FileID, FileSHA256: sum, AsOf: dayOf(in.AsOf), State: "faulty", Report: string(raw), CreatedBy: actor.PersonID, CreatedAt: tx.Now}
	if r.report.FaultCount == 0 {
		imp.State, imp.Parts = "checked", (len(r.lines)+partSize-1)/partSize
	}
	if err := tx.Create(imp).Error; err != nil {
		return 0, err
	}
	if imp.Parts > 0 {
		for i := range r.lines {
			r.lines[i].ID, r.lines[i].ImportID, r.lines[i].Part = 0, imp.ID, i/partSize+1
		}
		if err := tx.CreateInBatches(r.lines, 500).Error; err != nil {
			return 0, err
		}
	}
	if err := files.Attach(tx, actor, []int64{in.FileID}, "bank", "fund_import", imp.ID, imp.EstateID); err != nil {
		return 0, err
	}
	return imp.ID, jot(tx, actor, "check_list", "fund_import", imp.ID, imp.EstateID, map[string]any{"state": imp.State, "rows": len(r.lines), "faults": r.report.FaultCount, "sha256": sum})
}

// ImportView is an import with its report.
type ImportView struct {
	Import
	Found ImportReport
}

// FindImport shows an import: what the check found, and how far it has got.
// Faults: org.ErrForbidden, ErrNoEntry.
func (s *Service) FindImport(ctx context.Context, actor org.Actor, id int64) (*ImportView, error) {
	var v ImportView
	err := s.db.View(ctx, func(tx *store.Tx) error {
		imp, err := ofReader(tx, actor, id, func(x *Import) int64 { return x.EstateID })
		if err != nil {
			return err
		}
		v.Import = *imp
		return json.Unmarshal([]byte(imp.Report), &v.Found)
	})
	if err != nil {
		return nil, fmt.Errorf("find import: %w", err)
	}
	return &v, nil
}

// notImporting refuses what would disturb an import that is going on.
func notImporting(tx *store.Tx, estate int64) error {
	var n int64
	if err := tx.Model(&Import{}).Where("estate_id = ? AND state IN ('applying', 'breaking')", estate).Limit(1).Count(&n).Error; err != nil {
		return err
	}
	if n > 0 {
		return ErrImporting
	}
	return nil
}
