package joint

import (
	"context"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Call is one office to be called, with what it is to do and by which clause.
type Call struct {
	OrganisationID int64
	Task           string
	Clause         string
}

// Request is what a community asks its township to blow the whistle for.
type Request struct {
	CaseID    int64 // with a case, the estate is the case's
	EstateID  int64
	Reason    string
	Sort      Sort
	Place     string
	Lat, Lng  int64
	Calls     []Call
	ClientRef string
	InputHash string
}

func (r *Request) check() error {
	r.Reason, r.Place = strings.TrimSpace(r.Reason), strings.TrimSpace(r.Place)
	var c fault.Checks
	c.Check(r.CaseID != 0 || r.EstateID != 0, "case_id", "请选择投诉件或小区")
	n := len([]rune(r.Reason))
	c.Check(n >= 10 && n <= 1000, "reason", "请写明为什么超出社区和乡镇（办事处）的职权（10至1000个字）")
	c.Check(r.Sort == Simple || r.Sort == Complex, "sort", "请选择简单（simple）或复杂（complex）")
	c.Check(len([]rune(r.Place)) >= 2 && len([]rune(r.Place)) <= 200, "place", "请写明在哪里报到，不超过200个字")
	c.Check(len(r.Calls) >= 1 && len(r.Calls) <= 15, "calls", "请选择1至15个单位")
	seen := map[int64]bool{}
	for i, call := range r.Calls {
		at := func(f string) string { return fmt.Sprintf("calls[%d].%s", i, f) }
		c.Check(!seen[call.OrganisationID], at("to"), "同一个单位只通知一次")
		seen[call.OrganisationID] = true
		n := len([]rune(strings.TrimSpace(call.Task)))
		c.Check(n >= 2 && n <= 500, at("task"), "请写明要这个单位做什么（2至500个字）")
	}
	c.Check(r.ClientRef != "" && len(r.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// Ask is a community's (or a township's own) request that the township's head blow the whistle.
// Faults: ErrForbidden, complaint.ErrNotFound, org.ErrEstateNotFound, ErrUnit, complaint.ErrAboutParty, ErrRefReused,
// fault.ErrInvalid.
func (s *Service) Ask(ctx context.Context, actor org.Actor, r Request) (*Whistle, error) {
	if err := actor.Must(org.AskWhistle); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	var w *Whistle
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var before []Whistle
		if err := tx.Where("asked_by = ? AND client_ref = ?", actor.PersonID, r.ClientRef).Limit(1).Find(&before).Error; err != nil {
			return err
		}
		if len(before) == 1 {
			w = &before[0]
			if w.InputHash != r.InputHash {
				return ErrRefReused
			}
			return nil
		}
		var err error
		w, err = s.insert(tx, actor, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask for a whistle: %w", err)
	}
	return w, nil
}

func (s *Service) insert(tx *store.Tx, actor org.Actor, r Request) (*Whistle, error) {
	var c *complaint.Case
	var err error
	if r.CaseID != 0 {
		if c, err = complaint.Seen(tx, actor, r.CaseID); err != nil {
			return nil, err
		}
		// What was merged goes on in another case, and so does the whistle; what is over needs none.
		if c, err = live(tx, c); err != nil {
			return nil, err
		}
		r.CaseID, r.EstateID = c.ID, c.EstateID
	}
	e, err := org.EstateFor(tx, actor, org.AskWhistle, r.EstateID)
	if err != nil {
		return nil, err
	}
	if c != nil && c.AboutID == e.TownshipID {
		return nil, ErrState.Saying("这件投诉反映的是乡镇（办事处），不能由它签批吹哨，请报领导小组办公室")
	}
	number, err := store.NextNumber(tx, "S")
	if err != nil {
		return nil, err
	}
	w := &Whistle{Number: number, CaseID: r.CaseID, EstateID: e.ID, TownshipID: e.TownshipID, AskedOrg: actor.OrganisationID(), AskedBy: actor.PersonID, Reason: r.Reason, Sort: r.Sort,
		Place: r.Place, Lat: r.Lat, Lng: r.Lng, State: Requested, Version: 1, ClientRef: r.ClientRef, InputHash: r.InputHash, CreatedAt: tx.Now}
	if c != nil {
		w.AboutID = c.AboutID
	}
	if w.SignDue, w.SignReference, err = s.clock(tx, "complaint.whistle.sign"); err != nil {
		return nil, err
	}
	if err := tx.Create(w).Error; err != nil {
		return nil, store.Raced(err)
	}
	for i, call := range r.Calls {
		if err := s.mayCall(tx, c, call.OrganisationID); err != nil {
			return nil, err
		}
		_, known, err := s.cases.Duty(tx, call.Clause)
		if err != nil {
			return nil, err
		}
		if !known {
			return nil, fault.ErrInvalid.With(fault.Field{Path: fmt.Sprintf("calls[%d].clause", i), Reason: "职责清单里没有这一条，请写成“五(六)2”这样的条款号"})
		}
		sm := Summons{WhistleID: w.ID, OrganisationID: call.OrganisationID, Task: strings.TrimSpace(call.Task), Clause: call.Clause, State: Listed, Metres: -1}
		if err := tx.Create(&sm).Error; err != nil {
			return nil, err
		}
	}
	if err := s.note(tx, actor, w, "requested", 0, ""); err != nil {
		return nil, err
	}
	return w, nil
}

// live follows a case to the one that it was merged into, and refuses one that is over.
func live(tx *store.Tx, c *complaint.Case) (*complaint.Case, error) {
	for range 20 { // merges do not go round
		if c.MergedID == 0 {
			break
		}
		var into complaint.Case
		if err := tx.Where("id = ?", c.MergedID).Take(&into).Error; err != nil {
			return nil, err
		}
		c = &into
	}
	if !c.Open {
		return nil, ErrState.Saying("投诉件（" + c.Number + "）现在是“" + complaint.StateNames[c.State] + "”，不用再吹哨")
	}
	return c, nil
}

// mayCall refuses whoever a whistle cannot call: only departments, utilities and the bureau, and never the body that the
// complaint is about.
func (s *Service) mayCall(tx *store.Tx, c *complaint.Case, organisation int64) error {
	o, err := org.FindOrganisation(tx, organisation)
	if err != nil {
		return err
	}
	if (o.Kind != org.Department && o.Kind != org.Utility && o.Kind != org.Bureau) || o.ClosedAt != nil {
		return ErrUnit
	}
	if c == nil {
		return nil
	}
	return complaint.MayHandle(tx, c, o)
}

// Recall takes back a request that nobody has signed yet, by the office that made it.
// Faults: ErrForbidden, ErrWhistle, ErrState, ErrNotBlower, fault.ErrInvalid.
func (s *Service) Recall(ctx context.Context, actor org.Actor, id int64, text string) (*Whistle, error) {
	if err := actor.Must(org.AskWhistle); err != nil {
		return nil, err
	}
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n < 2 || n > 400 {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "text", Reason: "请写明为什么撤回（2至400个字）"})
	}
	return s.change(ctx, actor, id, func(tx *store.Tx, w *Whistle) error {
		switch {
		case w.AskedOrg != actor.OrganisationID():
			return ErrNotBlower
		case w.State != Requested:
			return ErrState.Saying("这次吹哨已经是“" + StateNames[w.State] + "”，不能撤回")
		}
		w.State, w.SignedText, w.ClosedAt = Declined, "申请单位撤回："+text, &tx.Now
		return s.note(tx, actor, w, "recalled", w.TownshipID, text)
	})
}
