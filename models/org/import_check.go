package org

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/org/roster"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// RosterImport is one upload of an owners' roster: checked first, applied when somebody says so.
type RosterImport struct {
	ID              int64 `gorm:"primaryKey"`
	EstateID        int64
	FileID          int64
	FileSHA256      string `gorm:"column:file_sha256"`
	RegisterVersion int64  // what the difference was computed against
	State           string // faulty, checked, applied
	Summary         string // RosterReport as JSON: no personal data
	ClientRef       string
	InputHash       string
	CreatedBy       int64
	CreatedAt       time.Time
	AppliedBy       int64
	AppliedAt       *time.Time
}

const (
	maxFaults      = 1000 // shown; all are counted
	maxDifferences = 200
)

// RosterReport is what a check found: every bad cell, or the difference to the register.
type RosterReport struct {
	ID          int64              `json:"id"`
	EstateID    int64              `json:"estate_id"`
	State       string             `json:"state" doc:"faulty 有误，未导入；checked 已核对，等待应用；applied 已应用"`
	Units       int                `json:"units"`
	Owners      int                `json:"owners"`
	FaultCount  int                `json:"fault_count"`
	Faults      []RosterFault      `json:"faults,omitempty" doc:"有误的单元格，最多列出1000处"`
	New         int                `json:"new" doc:"新增的房屋"`
	Changed     int                `json:"changed" doc:"有变动的房屋"`
	Unchanged   int                `json:"unchanged"`
	Missing     int                `json:"missing" doc:"现有名册里有、这份里没有的房屋"`
	Differences []RosterDifference `json:"differences,omitempty" doc:"差异，最多列出200处；姓名已打码"`
}

// RosterFault is one bad cell.
type RosterFault struct {
	Sheet  string `json:"sheet"`
	Row    int    `json:"row"`
	Column string `json:"column"`
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason"`
}

// RosterDifference is what would change of one unit.
type RosterDifference struct {
	Unit  string   `json:"unit"`
	Kind  string   `json:"kind" doc:"new 新增，changed 变动，missing 缺少"`
	Diffs []string `json:"diffs,omitempty"`
}

// RosterCheck asks to check an uploaded roster against an estate's register.
type RosterCheck struct {
	EstateID  int64
	FileID    int64
	ClientRef string
	InputHash string
}

// RosterTemplate is the spreadsheet to fill in.
func (s *Service) RosterTemplate() ([]byte, error) { return roster.Template() }

// CheckRoster reads the roster and compares it with the register; nothing of it is stored but the report. The same
// ref with the same input answers the first report.
// Faults: ErrForbidden, ErrEstateNotFound, ErrRefReused, faults of the file and of roster.Read.
func (s *Service) CheckRoster(ctx context.Context, actor Actor, in RosterCheck) (*RosterReport, error) {
	if err := actor.Must(ImportRoster); err != nil {
		return nil, err
	}
	if before, err := s.checkedBefore(ctx, actor, in); before != nil || err != nil {
		return before, err
	}
	report, version, err := s.compare(ctx, actor, in)
	if err != nil {
		return nil, fmt.Errorf("check roster: %w", err)
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		imp := RosterImport{EstateID: in.EstateID, FileID: in.FileID, RegisterVersion: version, State: report.State,
			ClientRef: in.ClientRef, InputHash: in.InputHash, CreatedBy: actor.PersonID, CreatedAt: tx.Now}
		if err := tx.Create(&imp).Error; err != nil {
			return store.Duplicate(err, ErrRefReused)
		}
		report.ID = imp.ID
		raw, err := json.Marshal(report)
		if err != nil {
			return err
		}
		if err := tx.Model(&RosterImport{}).Where("id = ?", imp.ID).Update("summary", string(raw)).Error; err != nil {
			return err
		}
		if err := s.files.Attach(tx, actor, []int64{in.FileID}, "roster", "roster_import", imp.ID, in.EstateID); err != nil {
			return err
		}
		return audit.Append(tx, actor, "register.check", audit.Subject{Kind: "roster_import", ID: imp.ID, Estate: in.EstateID},
			map[string]any{"state": report.State, "units": report.Units, "faults": report.FaultCount})
	})
	if errors.Is(err, ErrRefReused) { // two clicks at the same moment: the second finds the first one's report
		return s.checkedBefore(ctx, actor, in)
	}
	if err != nil {
		return nil, fmt.Errorf("check roster: %w", err)
	}
	return report, nil
}

func (s *Service) checkedBefore(ctx context.Context, actor Actor, in RosterCheck) (*RosterReport, error) {
	var found *RosterReport
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := EstateFor(tx, actor, ImportRoster, in.EstateID); err != nil {
			return err
		}
		var imp RosterImport
		err := tx.Where("estate_id = ? AND client_ref = ?", in.EstateID, in.ClientRef).Take(&imp).Error
		if err != nil {
			return store.NotFound(err, nil)
		}
		if imp.InputHash != in.InputHash {
			return ErrRefReused
		}
		found, err = imp.report()
		return err
	})
	return found, err
}

func (i *RosterImport) report() (*RosterReport, error) {
	var r RosterReport
	if err := json.Unmarshal([]byte(i.Summary), &r); err != nil {
		return nil, fmt.Errorf("roster import %d: %w", i.ID, err)
	}
	r.ID, r.State = i.ID, i.State
	return &r, nil
}

// compare reads the file once, holding the register as hashes.
func (s *Service) compare(ctx context.Context, actor Actor, in RosterCheck) (*RosterReport, int64, error) {
	var register Register
	var have snapshot
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.Where("estate_id = ?", in.EstateID).Take(&register).Error; err != nil {
			return store.NotFound(err, ErrEstateNotFound)
		}
		var err error
		have, err = s.snapshot(tx, in.EstateID)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	src, size, name, done, err := s.files.OpenForImport(ctx, actor, in.FileID)
	if err != nil {
		return nil, 0, err
	}
	defer done()
	c := &comparison{report: &RosterReport{EstateID: in.EstateID, State: "checked"}, have: have, people: map[[16]byte]personSeen{}}
	_, faults, err := roster.Read(ctx, src, size, name, c.row)
	if err != nil {
		return nil, 0, err
	}
	c.fault(faults...)
	c.finish()
	return c.report, register.Version, nil
}

// comparison collects the report while the rows go by.
type comparison struct {
	report *RosterReport
	have   snapshot
	people map[[16]byte]personSeen
}

// personSeen remembers how an ID paper was first written, to find one person under two names or phones.
type personSeen struct {
	line int32
	hash [16]byte
}

func (c *comparison) row(r roster.Row) error {
	c.report.Units++
	c.report.Owners += len(r.Owners)
	c.checkPeople(r)
	e, err := newEntry(r)
	if err != nil {
		c.fault(roster.CellFault{Sheet: r.Sheet, Line: r.Line, Column: "份额", Reason: "各业主份额相加须等于1"})
		return nil
	}
	k, ok := c.have[e.key()]
	if !ok {
		c.report.New++
		c.differ(e, "new", nil)
		return nil
	}
	k.seen = true
	diffs := e.attributes(k)
	if e.peopleDiffer(k) {
		diffs = append(diffs, "业主："+orNone(k.masked)+" → "+orNone(maskPeople(e.people)))
	}
	if e.renames(k) {
		diffs = append(diffs, "业主代表："+orNone(vault.MaskName(k.representative))+" → "+vault.MaskName(e.people[e.representative].Name))
	}
	if len(diffs) == 0 {
		c.report.Unchanged++
		return nil
	}
	c.report.Changed++
	c.differ(e, "changed", diffs)
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "（无）"
	}
	return s
}

func (c *comparison) checkPeople(r roster.Row) {
	for _, o := range r.Owners {
		if o.IDNumber == "" {
			continue
		}
		paper, who := sha256.Sum256([]byte(o.IDNumber)), sha256.Sum256([]byte(o.Name+"\x00"+o.Phone))
		key, now := [16]byte(paper[:16]), personSeen{line: int32(o.Line), hash: [16]byte(who[:16])} //nolint:gosec // rows are bounded far below 2^31
		before, ok := c.people[key]
		if !ok {
			c.people[key] = now
			continue
		}
		if before.hash != now.hash {
			c.fault(roster.CellFault{Sheet: r.Sheet, Line: o.Line, Column: "证件号码",
				Reason: fmt.Sprintf("同一证件号码在第%d行登记了另外的姓名或手机号，请统一", before.line)})
		}
	}
}

func (c *comparison) fault(list ...roster.CellFault) {
	for _, f := range list {
		c.report.FaultCount++
		if len(c.report.Faults) < maxFaults {
			c.report.Faults = append(c.report.Faults, RosterFault{Sheet: f.Sheet, Row: f.Line, Column: f.Column, Value: f.Value, Reason: f.Reason})
		}
	}
}

func (c *comparison) differ(e entry, kind string, diffs []string) {
	if len(c.report.Differences) < maxDifferences {
		c.report.Differences = append(c.report.Differences, RosterDifference{Unit: PrintUnit(e.Building, e.Entrance, e.Number), Kind: kind, Diffs: diffs})
	}
}

// finish counts what the roster does not list. A roster with faults imports nothing, so it has no difference to apply.
func (c *comparison) finish() {
	for _, k := range c.have {
		if !k.seen && !k.removed {
			c.report.Missing++
		}
	}
	if c.report.FaultCount > 0 {
		c.report.State, c.report.Differences = "faulty", nil
	}
}

// FindRosterImport shows an import of the actor's estates. Faults: ErrForbidden, ErrImportNotFound.
func (s *Service) FindRosterImport(ctx context.Context, actor Actor, id int64) (*RosterReport, error) {
	if err := actor.Must(ImportRoster); err != nil {
		return nil, err
	}
	var r *RosterReport
	err := s.db.View(ctx, func(tx *store.Tx) error {
		imp, err := importFor(tx, actor, id)
		if err != nil {
			return err
		}
		r, err = imp.report()
		return err
	})
	return r, err
}

func importFor(tx *store.Tx, actor Actor, id int64) (*RosterImport, error) {
	var imp RosterImport
	err := tx.Scopes(actor.Within(ImportRoster, "roster_imports.estate_id")).Where("id = ?", id).Take(&imp).Error
	if err != nil {
		return nil, store.NotFound(err, ErrImportNotFound)
	}
	return &imp, nil
}

// errUnfit says that a file which was fit at the check no longer is: it was changed underneath.
var errUnfit = errors.New("org: the checked roster now has faults")
