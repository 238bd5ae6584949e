package fee

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Dispute is a case that a unit's people opened because a bill is wrong. While it runs nobody is reminded of the bill.
type Dispute struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	CompanyID int64
	UnitID    int64
	BillID    int64
	CaseID    int64
	Number    string // of the case
	PersonID  int64
	At        time.Time
}

// TableName names the table.
func (Dispute) TableName() string { return "fee_disputes" }

// Disputed is a bill and what is wrong with it.
type Disputed struct {
	EstateID, UnitID int64
	Text             string // what the offices read
	Ref, Hash        string
}

// DisputeBill opens a case about a bill of the actor's home, which pauses what is asked for it until the case is over.
// Faults: org.ErrForbidden, ErrNotFound, ErrState, ErrDispute, fault.ErrInvalid, those of the complaint.
func (s *Service) DisputeBill(ctx context.Context, actor org.Actor, bill int64, text string) (int64, error) {
	if text = strings.TrimSpace(text); !length(text, 5, 500) {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明账单哪里不对（5至500个字），例如面积、月份或已经交过"})
	}
	b, err := s.FindMyBill(ctx, actor, bill)
	if err != nil {
		return 0, err
	}
	if b.State != Open {
		return 0, ErrState.Saying("这张账单已经交清或撤销；对交过的账单有疑问，请在“投诉”里反映")
	}
	if s.ref == "" {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "client_ref", Reason: "要带提交编号，免得点两次提交两件；请刷新页面后再提交"})
	}
	if id, done, err := s.undisputed(ctx, actor, b); done || err != nil {
		return id, err
	}
	in := Disputed{EstateID: b.EstateID, UnitID: b.UnitID, Ref: s.ref, Hash: s.input("dispute"),
		Text: fmt.Sprintf("对物业费账单有异议。账单号%s，%s，%s起%d个月。%s", b.Number, b.Title, b.PeriodOn.Format("2006年1月"), b.Months, text)}
	id, number, err := s.o.Cases.FileOnBill(ctx, actor, in)
	if err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		if err := gate(tx, b.EstateID); err != nil {
			return err
		}
		var had int64
		if err := tx.Model(&Dispute{}).Where("case_id = ?", id).Count(&had).Error; err != nil || had > 0 {
			return err
		}
		d := &Dispute{EstateID: b.EstateID, CompanyID: b.CompanyID, UnitID: b.UnitID, BillID: b.ID, CaseID: id, Number: number, PersonID: actor.PersonID, At: tx.Now}
		if err := tx.Create(d).Error; err != nil {
			return err
		}
		if err := tx.Create(&Tap{PersonID: actor.PersonID, ClientRef: s.ref, InputHash: s.input("dispute"), SubjectID: id, At: tx.Now}).Error; err != nil {
			return store.Raced(err)
		}
		return note(tx, actor, "dispute", "fee_bill", b.ID, b.EstateID, map[string]any{"case": id})
	})
	return id, err
}

// undisputed refuses a second case about a bill while the first runs; the same tap again is answered.
func (s *Service) undisputed(ctx context.Context, actor org.Actor, b *MyBill) (id int64, done bool, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if id, done, err = s.tapped(tx, actor.PersonID, "dispute"); done || err != nil {
			return err
		}
		all := map[int64]Dispute{}
		if err := s.readDisputes(tx, []int64{b.UnitID}, all); err != nil {
			return err
		}
		d, busy := all[b.ID]
		if !busy {
			return nil
		}
		may, err := s.o.Cases.Readable(tx, actor, []int64{d.CaseID})
		if err == nil && may[d.CaseID] {
			return ErrDispute.Saying("这张账单已经在核对（" + d.Number + "），办完以前不会催交，不用再提交；可以在“我的投诉”里看进展")
		}
		return cmp.Or(err, error(ErrDispute.Saying("您家里人已经提交过，这张账单正在核对，办完以前不会催交，不用再提交")))
	})
	return id, done, err
}

// readDisputes reads the running disputes of some units, by bill.
func (s *Service) readDisputes(tx *store.Tx, units []int64, into map[int64]Dispute) error {
	var list []Dispute
	if err := tx.Where("unit_id IN ?", units).Order("id").Find(&list).Error; err != nil || len(list) == 0 {
		return err
	}
	ids := make([]int64, len(list))
	for i, d := range list {
		ids[i] = d.CaseID
	}
	running, err := s.o.Cases.Running(tx, ids)
	for _, d := range list {
		if running[d.CaseID] {
			into[d.BillID] = d
		}
	}
	return err
}

// addDisputes adds to bills the dispute that runs about each. Which case it is, and who opened it, is told to those alone who may read
// the case: the company does not, whose bill it is.
func (s *Service) addDisputes(tx *store.Tx, actor org.Actor, bills []*Owed) error {
	ids, byBill := []int64{0}, map[int64]*Owed{}
	for _, b := range bills {
		ids, byBill[b.ID] = append(ids, b.ID), b
	}
	var list []Dispute
	if err := tx.Where("bill_id IN ?", ids).Order("id").Find(&list).Error; err != nil || len(list) == 0 {
		return err
	}
	cases := make([]int64, len(list))
	for i, d := range list {
		cases[i] = d.CaseID
	}
	running, err := s.o.Cases.Running(tx, cases)
	if err != nil {
		return err
	}
	may, err := s.o.Cases.Readable(tx, actor, cases)
	for _, d := range list {
		if !running[d.CaseID] {
			continue
		}
		if !may[d.CaseID] {
			d = Dispute{EstateID: d.EstateID, CompanyID: d.CompanyID, UnitID: d.UnitID, BillID: d.BillID, At: d.At}
		}
		byBill[d.BillID].Dispute = &d
	}
	return err
}

// withDisputes is addDisputes for bills as they are shown.
func (s *Service) withDisputes(tx *store.Tx, actor org.Actor, list []MyBill) error {
	bills := make([]*Owed, len(list))
	for i := range list {
		bills[i] = &list[i].Owed
	}
	return s.addDisputes(tx, actor, bills)
}
