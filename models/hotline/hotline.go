// Package hotline brings work orders of the 12345 hotline (工单) into the complaints and gives the results back in the
// hotline's own columns: an upload is checked as a whole, each order gets its estate and matter before a person's eyes, is
// filed once whoever imports it, and comes back with its case, answer and rating.
package hotline

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/hotline/orders"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Import is one upload: checked or faulty. Layouts and Faults are JSON without personal data.
type Import struct {
	ID             int64 `gorm:"primaryKey"`
	OrganisationID int64
	FileSHA256     string `gorm:"column:file_sha256"`
	State          string // checked, faulty
	Layouts        string
	Faults         string
	FaultCount     int
	ClientRef      string
	InputHash      string
	CreatedBy      int64
	CreatedAt      time.Time
}

// TableName names the table.
func (Import) TableName() string { return "hotline_imports" }

// OrderState is what is to happen, or has happened, to a work order.
type OrderState string

// The states of an order.
const (
	Undecided OrderState = "open"    // no estate is found: somebody chooses one or skips it
	Ready     OrderState = "ready"   // will be filed
	Known     OrderState = "known"   // its number was filed before, with the same words
	Skipped   OrderState = "skipped" // is none of ours
	Filed     OrderState = "filed"
	Failed    OrderState = "failed" // could not be filed; why is said, and the next try takes it again
)

// Order is a work order of an import. BodySealed holds the hotline's line as JSON; it goes when the caller's identity
// goes.
type Order struct {
	ID          int64 `gorm:"primaryKey"`
	ImportID    int64
	Sheet       int
	Line        int
	Number      string
	FiledNumber *string // set with the case, see filedAs
	Again       bool    // another matter under a number that was filed before
	State       OrderState
	EstateID    int64
	Guessed     bool   // the estate was found in a text
	Matter      string // code; empty: the community receives it
	Suggested   string // why this matter was suggested; empty when the sheet or a person says so
	About       string // the body complained about, as ListAbout gives it; empty for none
	Twin        string // another open case of the same phone and estate, found when this one was filed
	BodySealed  string
	CaseID      int64
	Receipt     string
	Reason      string
	DecidedBy   int64
	CreatedAt   time.Time
}

// TableName names the table.
func (Order) TableName() string { return "hotline_orders" }

const bound = "hotline_orders.body"

// Files opens uploads.
type Files interface {
	OpenHotline(ctx context.Context, actor org.Actor, id int64) (r io.ReaderAt, size int64, sha256 string, done func(), err error)
}

// Suggester proposes matters by the mandate list in force: one look at the list, then as many texts as wanted.
type Suggester interface {
	Suggestions(ctx context.Context) (func(title, text string) (matter, why string), error)
}

// Service is the actions on imports.
type Service struct {
	db         *store.DB
	vault      *vault.Vault
	files      Files
	complaints *complaint.Service
	suggester  Suggester
}

// New wires the hotline.
func New(db *store.DB, v *vault.Vault, files Files, complaints *complaint.Service, suggester Suggester) *Service {
	return &Service{db: db, vault: v, files: files, complaints: complaints, suggester: suggester}
}

// Faults of imports.
var (
	ErrNotFound  = fault.New(fault.NotFound, "hotline.not_found", "没有找到这次导入")
	ErrOrder     = fault.New(fault.NotFound, "hotline.order_not_found", "没有找到这件工单")
	ErrFaulty    = fault.New(fault.Conflict, "hotline.faulty", "这份表格有误，没有导入；请按提示改好后重新上传")
	ErrUndecided = fault.New(fault.Conflict, "hotline.undecided", "还有工单没有找到小区，请逐件选择小区，或标为“不导入”")
	ErrDecided   = fault.New(fault.Conflict, "hotline.already_filed", "这件工单已经办理登记，不能再改")
	ErrRefReused = fault.New(fault.Conflict, "client_ref.reused", "这次提交的编号已用于另一份表格，请刷新后重新提交")
)

// Template is a spreadsheet with the columns that are read.
func (s *Service) Template() ([]byte, error) { return orders.Template() }

// importFor finds an import of the actor's own organisation.
func importFor(tx *store.Tx, actor org.Actor, id int64) (*Import, error) {
	var imp Import
	err := tx.Where("id = ? AND organisation_id = ?", id, actor.OrganisationID()).Take(&imp).Error
	if err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	return &imp, nil
}

const (
	keepLoose  = 90 * 24 * time.Hour // the lines of what was never filed
	sweepBatch = 200
)

// filedAs is the key under which a number is filed once.
func (o *Order) filedAs() string {
	key := fmt.Sprintf("%s@%d", o.Number, o.EstateID)
	if o.Again {
		key += fmt.Sprintf("#%d", o.ID)
	}
	return key
}

// Sweep erases the hotline's own lines, with callers' names and phones: of orders whose case has lost its identities, and of
// those that were not filed within 90 days. Results still go back, with the number alone. It returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	var ids []int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		err := tx.Model(&Order{}).Where("case_id = 0 AND created_at < ? AND body_sealed <> ''", tx.Now.Add(-keepLoose)).Limit(sweepBatch).Pluck("id", &ids).Error
		if err != nil {
			return err
		}
		var erased []int64
		err = tx.Table("hotline_orders o").Joins("JOIN case_complainants m ON m.receipt = o.receipt").Joins("JOIN cases c ON c.id = m.case_id").
			Where("o.case_id <> 0 AND o.body_sealed <> '' AND c.erased_at IS NOT NULL").Limit(sweepBatch).Pluck("o.id", &erased).Error
		if err != nil {
			return err
		}
		if ids = append(ids, erased...); len(ids) == 0 {
			return nil
		}
		return tx.Model(&Order{}).Where("id IN ?", ids).Update("body_sealed", "").Error
	})
	return len(ids), err
}
