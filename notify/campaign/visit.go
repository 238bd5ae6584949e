package campaign

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Visited is a visit as whoever made it records it.
type Visited struct {
	Result    Result
	FileID    int64
	Place     string
	Note      string
	ClientRef string
	InputHash string
}

func (v *Visited) check() error {
	v.Place, v.Note = strings.TrimSpace(v.Place), strings.TrimSpace(v.Note)
	var c fault.Checks
	c.Check(ResultNames[v.Result] != "", "result", "请选择结果：已送达并签收、拒绝签收、家中无人")
	c.Check(len([]rune(v.Place)) <= 120, "place", "地点不超过120个字")
	c.Check(len([]rune(v.Note)) <= 200, "note", "备注不超过200个字")
	c.Check(v.Result == NotHome || v.FileID != 0, "file_id", "送达和拒收都要有现场照片")
	c.Check(v.ClientRef != "" && len(v.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	return c.Err()
}

// RecordVisit records who stood at the door of a seat and how it ended. Handed over, or refused before a photo, it proves
// service. Faults: org.ErrForbidden, ErrReach, ErrMove, ErrNotYours, ErrRefReused, file.ErrNotFound, fault.ErrInvalid.
func (s *Service) RecordVisit(ctx context.Context, actor org.Actor, reach int64, v Visited) (*Call, error) {
	if err := actor.Must(org.RunCampaigns); err != nil {
		return nil, err
	}
	wrong := v.check()
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
		call = Call{CampaignID: c.ID, ReachID: r.ID, PostID: actor.Post.PostID, PersonID: actor.PersonID, Result: v.Result, FileID: v.FileID, Place: v.Place, Note: v.Note, At: tx.Now, ClientRef: v.ClientRef, InputHash: v.InputHash}
		if err := tx.Create(&call).Error; err != nil {
			return store.Raced(err)
		}
		if v.FileID != 0 {
			if err := s.o.Files.Attach(tx, actor, []int64{v.FileID}, "photo", "reach_visit", call.ID, c.EstateID); err != nil {
				return err
			}
		}
		return s.visited(tx, actor, c, r, &call)
	})
	if err != nil {
		return nil, fmt.Errorf("record visit: %w", err)
	}
	return &call, nil
}

// visited writes a visit into its reach.
func (s *Service) visited(tx *store.Tx, actor org.Actor, c *Campaign, r *Reach, call *Call) error {
	change := map[string]any{"visited_at": tx.Now, "visit_result": call.Result, "file_id": call.FileID}
	if r.State != Confirmed {
		change["state"] = Absent
	}
	if err := tx.Model(&Reach{}).Where("id = ?", r.ID).Updates(change).Error; err != nil {
		return err
	}
	how := map[Result]How{Delivered: ByVisit, Refusal: ByRefusal}[call.Result]
	if how != "" {
		if _, err := confirm(tx, []int64{r.ID}, how, 0); err != nil {
			return err
		}
	}
	return c.note(tx, actor, string(Knock), map[string]any{"reach": r.ID, "visit": call.ID, "result": call.Result})
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

// Posting is a notice on the board of the estate for those whom nothing else has reached.
type Posting struct {
	FileID int64
	Place  string
}

// postBatch is how many seats one transaction marks.
const postBatch = 500

// Post records that the message hangs on the notice board, for all seats that have not confirmed. It is what the rules ask for
// where nobody can be served, and no proof of service. It gives how many seats that are.
// Faults: ErrNotFound, ErrMove, ErrNotYours, ErrPhoto, file.ErrNotFound, fault.ErrInvalid.
func (s *Service) Post(ctx context.Context, actor org.Actor, id int64, p Posting) (int64, error) {
	p.Place = strings.TrimSpace(p.Place)
	c, err := s.move(ctx, actor, org.RunCampaigns, id, Post, func(tx *store.Tx, c *Campaign, _ Move) error {
		if n := len([]rune(p.Place)); n < 2 || n > 120 {
			return fault.ErrInvalid.With(fault.Field{Path: "place", Reason: "请写明张贴在哪里（2至120个字）"})
		}
		if p.FileID == 0 {
			return ErrPhoto
		}
		if err := s.o.Files.Attach(tx, actor, []int64{p.FileID}, "photo", "campaign", c.ID, c.EstateID); err != nil {
			return err
		}
		return c.note(tx, actor, "posted", map[string]any{"file": p.FileID, "place": p.Place})
	})
	if err != nil {
		return 0, err
	}
	total := int64(0)
	for {
		var n int64
		err := s.db.InTx(ctx, func(tx *store.Tx) error {
			var ids []int64
			err := tx.Model(&Reach{}).Where("campaign_id = ? AND confirmed_at IS NULL AND posted_at IS NULL", c.ID).Order("id").Limit(postBatch).Pluck("id", &ids).Error
			if n = int64(len(ids)); err != nil || n == 0 {
				return err
			}
			if err := tx.Model(&Reach{}).Where("id IN ? AND file_id = 0", ids).Update("file_id", p.FileID).Error; err != nil {
				return err
			}
			if err := tx.Model(&Reach{}).Where("id IN ? AND state IN ?", ids, []ReachState{Open, Absent}).Update("state", Posted).Error; err != nil {
				return err
			}
			return tx.Model(&Reach{}).Where("id IN ?", ids).Update("posted_at", tx.Now).Error
		})
		if err != nil {
			return total, fmt.Errorf("post campaign: %w", err)
		}
		if total += n; n < postBatch {
			return total, nil
		}
	}
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
