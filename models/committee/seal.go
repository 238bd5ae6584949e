package committee

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Seal is a seal with the member who keeps it.
type Seal struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	Name      string
	Kind      string // assembly, committee, finance, other
	KeeperID  int64
	State     string // kept, lost, void
	Text      string
	CreatedAt time.Time
}

// TableName names the table.
func (Seal) TableName() string { return "committee_seals" }

// SealUse is one use of a seal.
type SealUse struct {
	ID         int64 `gorm:"primaryKey"`
	SealID     int64
	EstateID   int64
	ItemID     int64  // the decision that it carries out
	Resolution string // its number, or the assembly's
	Purpose    string
	Paper      string // what is sealed
	Copies     int64
	UsedBy     int64 // the member who asked
	ApprovedBy int64 // another member
	State      string
	Text       string
	ApprovedAt *time.Time
	LetBy      int64 // of the township, while an audit of a departure runs
	LetAt      *time.Time
	UsedAt     *time.Time
	CreatedAt  time.Time
}

// TableName names the table.
func (SealUse) TableName() string { return "committee_seal_uses" }

// SealKinds, SealStates and UseStates are as people read them.
var (
	SealKinds  = map[string]string{"assembly": "业主大会印章", "committee": "业委会印章", "finance": "财务专用章", "other": "其他"}
	SealStates = map[string]string{"kept": "保管中", "lost": "遗失", "void": "已作废"}
	UseStates  = map[string]string{"asked": "待批准", "approved": "已批准，待用印", "refused": "不同意", "used": "已用印"}
)

// ErrKeeper is the refusal to record a use that the keeper did not see.
var ErrKeeper = fault.New(fault.Forbidden, "committee.not_keeper", "用印由保管人登记，请联系这枚印章的保管人")

// RegisterSeal puts a seal on the register.
// Faults: org.ErrForbidden, ErrNoTerm, ErrNotMember, ErrNotFound, fault.ErrInvalid.
func (s *Service) RegisterSeal(ctx context.Context, actor org.Actor, estate int64, kind, name string, keeper int64, files []int64) (int64, error) {
	name = strings.TrimSpace(name)
	var c fault.Checks
	c.Check(SealKinds[kind] != "", "kind", "请选择印章的种类")
	c.Check(length(name, 2, 60), "name", "请照印面写名称（2至60个字）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ActCommittee, "register seal", func(tx *store.Tx) (int64, error) {
		t, err := running(tx, actor, org.ActCommittee, estate)
		if err != nil {
			return 0, err
		}
		if _, err := s.me(tx, actor, t.ID); err != nil {
			return 0, err
		}
		if _, err := sits(tx, t.ID, keeper); err != nil {
			return 0, err
		}
		row := &Seal{EstateID: t.EstateID, Name: name, Kind: kind, KeeperID: keeper, State: "kept", CreatedAt: tx.Now}
		if err := tx.Create(row).Error; err != nil {
			return 0, err
		}
		if err := s.files.Attach(tx, actor, files, "photo", "committee_seal", row.ID, row.EstateID); err != nil {
			return 0, err
		}
		return row.ID, written(tx, actor, "committee_seal", row.ID, row.EstateID, "sealed", name)
	})
}

// sits finds a member who has a vote in a term.
func sits(tx *store.Tx, term, member int64) (*Member, error) {
	var m Member
	err := tx.Scopes(seated(term)).Where("id = ?", member).Take(&m).Error
	return &m, store.NotFound(err, ErrNotFound.Saying("名单上没有这位在任委员"))
}

// KeepSeal gives a seal to another keeper, or records that it is lost or void.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState, fault.ErrInvalid.
func (s *Service) KeepSeal(ctx context.Context, actor org.Actor, id, keeper int64, state, text string) (int64, error) {
	text = strings.TrimSpace(text)
	var c fault.Checks
	c.Check(SealStates[state] != "", "state", "请选择保管中、遗失或已作废")
	c.Check(length(text, 2, 500), "text", "请写明原因（2至500个字）")
	if err := c.Err(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ActCommittee, "keep seal", func(tx *store.Tx) (int64, error) {
		row, t, _, err := seat(s, tx, actor, id, func(x *Seal) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if row.State == "void" {
			return 0, ErrState.Saying("这枚印章已经作废")
		}
		if state == "kept" {
			if _, err := sits(tx, t.ID, keeper); err != nil {
				return 0, err
			}
			row.KeeperID = keeper
		}
		row.State, row.Text = state, text
		if err := tx.Model(&Seal{}).Where("id = ?", row.ID).Select("keeper_id", "state", "text").Updates(row).Error; err != nil {
			return 0, err
		}
		return row.ID, written(tx, actor, "committee_seal", row.ID, row.EstateID, "keeper", SealStates[state]+"："+text)
	})
}

// Sealing is what a seal is wanted for.
type Sealing struct {
	ItemID     int64
	Resolution string
	Purpose    string
	Paper      string
	Copies     int64
}

func (in *Sealing) check() error {
	in.Resolution, in.Purpose, in.Paper = strings.TrimSpace(in.Resolution), strings.TrimSpace(in.Purpose), strings.TrimSpace(in.Paper)
	var c fault.Checks
	c.Check(length(in.Purpose, 2, 200), "purpose", "请写明用途（2至200个字）")
	c.Check(length(in.Paper, 2, 200), "paper", "请写明盖在什么文件上（2至200个字）")
	c.Check(in.Copies >= 1 && in.Copies <= 1000, "copies", "份数为1至1000")
	c.Check(in.ItemID != 0 || length(in.Resolution, 2, 64), "resolution", "用印要有依据：请选业委会的决定，或写明业主大会的决定编号")
	return c.Err()
}

// AskSeal asks for the use of a seal under a decision.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrState, fault.ErrInvalid.
func (s *Service) AskSeal(ctx context.Context, actor org.Actor, seal int64, in Sealing) (int64, error) {
	if err := in.check(); err != nil {
		return 0, err
	}
	return s.act(ctx, actor, org.ActCommittee, "ask seal", func(tx *store.Tx) (int64, error) {
		row, _, me, err := seat(s, tx, actor, seal, func(x *Seal) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if row.State != "kept" {
			return 0, ErrState.Saying("这枚印章" + SealStates[row.State] + "，不能使用")
		}
		if in.ItemID != 0 {
			var it Item
			err := tx.Where("id = ? AND estate_id = ? AND state = ?", in.ItemID, row.EstateID, Passed).Take(&it).Error
			if err != nil {
				return 0, store.NotFound(err, ErrNotFound.Saying("没有这项已通过的业委会决定"))
			}
			in.Resolution = *it.Resolution
		}
		u := &SealUse{SealID: row.ID, EstateID: row.EstateID, ItemID: in.ItemID, Resolution: in.Resolution, Purpose: in.Purpose, Paper: in.Paper, Copies: in.Copies, UsedBy: me.ID, State: "asked", CreatedAt: tx.Now}
		if err := tx.Create(u).Error; err != nil {
			return 0, err
		}
		return u.ID, note(tx, actor, "seal_ask", "committee_seal_use", u.ID, u.EstateID, nil)
	})
}

// ApproveSeal is another member's answer.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrSamePerson, ErrState, fault.ErrInvalid.
func (s *Service) ApproveSeal(ctx context.Context, actor org.Actor, use int64, agree bool, text string) (int64, error) {
	text = strings.TrimSpace(text)
	if !length(text, 0, 500) || (!agree && text == "") {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "不同意的请写明理由（不超过500个字）"})
	}
	return s.act(ctx, actor, org.ActCommittee, "approve seal", func(tx *store.Tx) (int64, error) {
		u, _, me, err := seat(s, tx, actor, use, func(x *SealUse) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		if u.UsedBy == me.ID {
			return 0, ErrSamePerson.Saying("申请用印的人不能自己批准，请另一位委员批准")
		}
		state := "approved"
		if !agree {
			state = "refused"
		}
		res := tx.Model(&SealUse{}).Where("id = ? AND state = 'asked'", u.ID).Updates(map[string]any{"state": state, "text": text, "approved_by": me.ID, "approved_at": tx.Now})
		if err := store.MustAffect(res, ErrState); err != nil {
			return 0, err
		}
		return u.ID, note(tx, actor, "seal_approve", "committee_seal_use", u.ID, u.EstateID, map[string]any{"agree": agree})
	})
}

// UseSeal records the use, by the keeper, with a picture of what was sealed.
// Faults: org.ErrForbidden, ErrNotFound, ErrNotMember, ErrKeeper, ErrState, fault.ErrInvalid.
func (s *Service) UseSeal(ctx context.Context, actor org.Actor, use int64, photos []int64) (int64, error) {
	if len(photos) == 0 || len(photos) > 10 {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "file_ids", Reason: "请上传盖好章的文件照片（1至10张）"})
	}
	return s.act(ctx, actor, org.ActCommittee, "use seal", func(tx *store.Tx) (int64, error) {
		u, _, me, err := seat(s, tx, actor, use, func(x *SealUse) int64 { return x.EstateID })
		if err != nil {
			return 0, err
		}
		var row Seal
		if err := tx.Where("id = ?", u.SealID).Take(&row).Error; err != nil {
			return 0, err
		}
		if row.KeeperID != me.ID {
			return 0, ErrKeeper
		}
		if row.State != "kept" {
			return 0, ErrState.Saying("这枚印章" + SealStates[row.State] + "，不能使用")
		}
		if err := sealable(tx, u); err != nil {
			return 0, err
		}
		res := tx.Model(&SealUse{}).Where("id = ? AND state = 'approved'", u.ID).Updates(map[string]any{"state": "used", "used_at": tx.Now})
		if err := store.MustAffect(res, ErrState.Saying("还没有批准，或者已经用过了")); err != nil {
			return 0, err
		}
		err = s.files.Attach(tx, actor, photos, "photo", "committee_seal_use", u.ID, u.EstateID)
		return u.ID, errors.Join(err, note(tx, actor, "seal_use", "committee_seal_use", u.ID, u.EstateID, nil))
	})
}
