package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Visited is a visit, or what came back from a seat, as whoever made it or heard it records it.
type Visited struct {
	Result    Result
	At        *time.Time // nil for now
	FileID    int64
	Place     string
	Note      string
	ClientRef string
	InputHash string
}

const (
	// mostVisits bounds what one seat has.
	mostVisits = 50
	// recordWithin is how long afterwards something may be recorded.
	recordWithin = 30 * 24 * time.Hour
)

func (v *Visited) check(now time.Time) error {
	v.Place, v.Note = strings.TrimSpace(v.Place), strings.TrimSpace(v.Note)
	var c fault.Checks
	c.Check(ResultNames[v.Result] != "", "result", "请选择结果：已送达并签收、拒绝签收、家中无人、贴在门上、交回签收的回执、电话里说收到了")
	c.Check(v.At == nil || (!v.At.After(now) && v.At.After(now.Add(-recordWithin))), "at", "请填写当时的时间，在最近30天内，不晚于现在")
	c.Check(len([]rune(v.Place)) <= 120, "place", "地点不超过120个字")
	c.Check(len([]rune(v.Note)) <= 200, "note", "备注不超过200个字")
	c.Check(v.Result == NotHome || v.Result == Phoned || v.FileID != 0, "file_id", "除了家中无人和电话确认，都要有照片：现场的，或签收的回执")
	c.Check(v.Result != Phoned || v.Note != "", "note", "请写明打的是哪个登记过的电话、对方怎么说，不用写号码和姓名")
	Once{v.ClientRef, v.InputHash}.check(&c)
	return c.Err()
}

// RecordVisit records who stood at the door of a seat, or heard from it, when, and how it ended; a later record stands beside those
// before. Handed over, or refused before a photo, or a signed slip that came back, proves service.
// Faults: org.ErrForbidden, ErrReach, ErrMove, ErrNotYours, ErrRefReused, ErrNotPrinted, ErrTooManyVisits, file.ErrNotFound, fault.ErrInvalid.
func (s *Service) RecordVisit(ctx context.Context, actor org.Actor, reach int64, v Visited) (*Call, error) {
	if err := actor.Must(org.RunCampaigns); err != nil {
		return nil, err
	}
	wrong := v.check(s.db.Now())
	var call Call
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		r, c, err := s.reachFor(tx, actor, org.RunCampaigns, reach)
		if err != nil {
			return err
		}
		if wrong != nil {
			return wrong
		}
		var before []Call
		if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, v.ClientRef).Limit(1).Find(&before).Error; err != nil {
			return err
		}
		if len(before) == 1 {
			if call = before[0]; call.InputHash != v.InputHash || call.ReachID != reach {
				return ErrRefReused
			}
			return nil
		}
		who, err := c.roles(tx, actor)
		if err != nil {
			return err
		}
		if _, err := find(c.State, Knock, who); err != nil {
			return err
		}
		call, err = s.visit(tx, actor, c, r, &v)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("record visit: %w", err)
	}
	return &call, nil
}

// visit writes a record of a seat, and what it changes at the seat.
func (s *Service) visit(tx *store.Tx, actor org.Actor, c *Campaign, r *Reach, v *Visited) (Call, error) {
	call := Call{CampaignID: c.ID, ReachID: r.ID, PostID: actor.Post.PostID, PersonID: actor.PersonID, Result: v.Result, FileID: v.FileID, Place: v.Place, Note: v.Note, At: tx.Now, RecordedAt: tx.Now, ClientRef: v.ClientRef, InputHash: v.InputHash}
	if v.At != nil {
		call.At = *v.At
	}
	var n int64
	if err := tx.Model(&Call{}).Where("reach_id = ?", r.ID).Count(&n).Error; err != nil {
		return call, err
	}
	switch {
	case n >= mostVisits:
		return call, ErrTooManyVisits
	case c.StartedAt != nil && call.At.Before(*c.StartedAt):
		return call, fault.ErrInvalid.With(fault.Field{Path: "at", Reason: "不能早于这次群发开始的时间"})
	case v.Result == Returned && r.PrintedAt == nil:
		return call, ErrNotPrinted
	}
	if v.FileID != 0 {
		var err error
		if call.FileSum, err = s.o.Files.Sum(tx, v.FileID); err != nil {
			return call, err
		}
	}
	if err := tx.Create(&call).Error; err != nil {
		return call, store.Raced(err)
	}
	if v.FileID != 0 {
		if err := s.o.Files.Attach(tx, actor, []int64{v.FileID}, "photo", "reach_visit", call.ID, c.EstateID); err != nil {
			return call, err
		}
	}
	return call, s.visited(tx, actor, c, r, &call)
}

// hows are the results that confirm a seat, with how.
var hows = map[Result]How{Delivered: ByVisit, Refusal: ByRefusal, Returned: ByReceipt, Phoned: ByCall}

// visited writes a visit into its reach: the latest counts, proof is not taken back by a later knock.
func (s *Service) visited(tx *store.Tx, actor org.Actor, c *Campaign, r *Reach, call *Call) error {
	change := map[string]any{}
	if call.Result.AtDoor() && (r.VisitedAt == nil || !call.At.Before(*r.VisitedAt)) {
		change["visited_at"], change["visit_result"] = call.At, call.Result
	}
	if call.FileID != 0 {
		change["file_id"] = call.FileID
	}
	switch {
	case call.Result == Left:
		if r.PostedAt == nil {
			change["posted_at"] = call.At
		}
		if r.State != Confirmed {
			change["state"] = Posted
		}
	case call.Result == NotHome && r.State != Confirmed && r.State != Posted:
		change["state"] = Absent
	}
	if len(change) > 0 {
		if err := tx.Model(&Reach{}).Where("id = ?", r.ID).Updates(change).Error; err != nil {
			return err
		}
	}
	if how := hows[call.Result]; how != "" {
		if _, err := confirm(tx, []int64{r.ID}, how, 0, call.At); err != nil {
			return err
		}
	}
	return c.note(tx, actor, string(Knock), map[string]any{"reach": r.ID, "visit": call.ID, "result": call.Result, "at": stamp(&call.At), "file": call.FileID, "sha256": call.FileSum})
}

// reachFor finds a seat of a campaign with which the actor may do the action.
func (s *Service) reachFor(tx *store.Tx, actor org.Actor, action org.Action, id int64) (*Reach, *Campaign, error) {
	var r Reach
	if err := tx.Where("id = ?", id).Take(&r).Error; err != nil {
		return nil, nil, store.NotFound(err, ErrReach)
	}
	c, err := get(tx, actor, action, r.CampaignID)
	if err != nil {
		return nil, nil, ErrReach
	}
	return &r, c, nil
}

// mostPostings bounds what one campaign has.
const mostPostings = 100

// postBatch is how many seats one transaction marks.
const postBatch = 500

// Hung is a notice on a board as whoever hung it up records it.
type Hung struct {
	FileID int64
	Place  string
	At     *time.Time // nil for now
}

func (p *Hung) check(tx *store.Tx, c *Campaign) error {
	if n := len([]rune(p.Place)); n < 2 || n > 120 {
		return fault.ErrInvalid.With(fault.Field{Path: "place", Reason: "请写明张贴在哪里（2至120个字）"})
	}
	if p.FileID == 0 {
		return ErrPhoto
	}
	if p.At != nil && (p.At.After(tx.Now) || !p.At.After(tx.Now.Add(-recordWithin)) || (c.StartedAt != nil && p.At.Before(*c.StartedAt))) {
		return fault.ErrInvalid.With(fault.Field{Path: "at", Reason: "请填写张贴的时间，在最近30天内，不早于这次群发开始，不晚于现在"})
	}
	return nil
}

// Post records that the message hangs on a notice board since when, for all seats that still have to be served. It is what the
// rules ask for where nobody can be served, and no proof of service. It gives how many seats that are; those for which it hangs
// elsewhere already are not counted again, and each board stands in the record.
// Faults: ErrNotFound, ErrMove, ErrNotYours, ErrPhoto, ErrRefReused, ErrTooManyPostings, file.ErrNotFound, fault.ErrInvalid.
func (s *Service) Post(ctx context.Context, actor org.Actor, id int64, p Hung, once Once) (int64, error) {
	if err := once.valid(); err != nil {
		return 0, err
	}
	p.Place = strings.TrimSpace(p.Place)
	var total int64
	c, err := s.moveOnce(ctx, actor, org.RunCampaigns, id, Post, &once, &total, func(tx *store.Tx, c *Campaign, _ Move) error {
		if err := p.check(tx, c); err != nil {
			return err
		}
		var n int64
		if err := tx.Model(&Posting{}).Where("campaign_id = ?", c.ID).Count(&n).Error; err != nil {
			return err
		}
		if n >= mostPostings {
			return ErrTooManyPostings
		}
		board := Posting{CampaignID: c.ID, PostID: actor.Post.PostID, PersonID: actor.PersonID, Place: p.Place, FileID: p.FileID, At: tx.Now, RecordedAt: tx.Now}
		if p.At != nil {
			board.At = *p.At
		}
		var err error
		if board.FileSum, err = s.o.Files.Sum(tx, p.FileID); err != nil {
			return err
		}
		if err := tx.Create(&board).Error; err != nil {
			return err
		}
		if err := s.o.Files.Attach(tx, actor, []int64{p.FileID}, "photo", "campaign", c.ID, c.EstateID); err != nil {
			return err
		}
		return c.note(tx, actor, "posted", map[string]any{"posting": board.ID, "at": stamp(&board.At), "file": p.FileID, "sha256": board.FileSum, "place": p.Place})
	})
	if err != nil {
		return 0, err
	}
	for n := int64(postBatch); n == postBatch; {
		if n, total, err = s.postSome(ctx, actor, c, p, once); err != nil {
			return total, fmt.Errorf("post campaign: %w", err)
		}
	}
	return total, nil
}

// postSome marks the next seats and counts them in the answer, in one commit: who asks again goes on where a process died, and
// hears how many it is in all.
func (s *Service) postSome(ctx context.Context, actor org.Actor, c *Campaign, p Hung, once Once) (n, total int64, err error) {
	err = s.db.InTx(ctx, func(tx *store.Tx) error {
		var ref Ref
		if err := tx.ForUpdate().Where("person_id = ? AND client_ref = ?", actor.PersonID, once.ClientRef).Take(&ref).Error; err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(ref.Answer), &total); err != nil {
			return err
		}
		at := ref.At
		if p.At != nil {
			at = *p.At
		}
		var ids []int64
		err := tx.Model(&Reach{}).Where("campaign_id = ? AND posted_at IS NULL AND created_at <= ?", c.ID, ref.At).Where(unserved, c.notServed()).Order("id").Limit(postBatch).Pluck("id", &ids).Error
		if n = int64(len(ids)); err != nil || n == 0 {
			return err
		}
		total += n
		if err := tx.Model(&Ref{}).Where("id = ?", ref.ID).Update("answer", fmt.Sprint(total)).Error; err != nil {
			return err
		}
		if err := tx.Model(&Reach{}).Where("id IN ? AND file_id = 0", ids).Update("file_id", p.FileID).Error; err != nil {
			return err
		}
		if err := tx.Model(&Reach{}).Where("id IN ? AND state IN ?", ids, []ReachState{Open, OnPaper, Absent}).Update("state", Posted).Error; err != nil {
			return err
		}
		return tx.Model(&Reach{}).Where("id IN ?", ids).Update("posted_at", at).Error
	})
	return n, total, err
}

// MayOpenFiles tells whether the actor may look at a photo of a visit or of a posting.
func (s *Service) MayOpenFiles(ctx context.Context, actor org.Actor, kind string, id int64) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		if !slices.Contains([]string{"reach_visit", "campaign"}, kind) {
			return ErrNotFound
		}
		if kind == "reach_visit" {
			var call Call
			if err := tx.Where("id = ?", id).Take(&call).Error; err != nil {
				return store.NotFound(err, ErrNotFound)
			}
			id = call.CampaignID
		}
		_, err := get(tx, actor, org.ReadCampaigns, id)
		return err
	})
}
