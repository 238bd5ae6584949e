package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// visible narrows to the campaigns that the actor may do the action with. A committee and a company see their own alone: what
// the other tells the owners may be about them. The offices above see all of their area.
func visible(actor org.Actor, action org.Action) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = actor.Within(action, "campaigns.estate_id")(q)
		if actor.Post != nil && (actor.Post.OrgKind == org.Committee || actor.Post.OrgKind == org.Company) {
			q = q.Where("campaigns.organisation_id = ?", actor.OrganisationID())
		}
		return q
	}
}

// get finds a campaign with which the actor may do the action. Fault: ErrNotFound.
func get(tx *store.Tx, actor org.Actor, action org.Action, id int64) (*Campaign, error) {
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var c Campaign
	if err := tx.Scopes(visible(actor, action)).Where("id = ?", id).Take(&c).Error; err != nil {
		return nil, store.NotFound(err, ErrNotFound)
	}
	return &c, nil
}

// roles are the parts that the actor plays in a campaign.
func (c *Campaign) roles(tx *store.Tx, actor org.Actor) ([]Who, error) {
	own := actor.OrganisationID()
	var who []Who
	wrote, err := c.wrote(actor.PersonID)
	if err != nil {
		return nil, err
	}
	signs := actor.Must(org.ApproveCampaigns) == nil && !wrote
	if c.PausedBy == own {
		who = append(who, Stopper)
	}
	if own == c.OrganisationID {
		who = append(who, Own)
		// What passes the night or cannot be switched off is not let go by the company that wants it told.
		if signs && (!c.grave() || actor.Post.OrgKind != org.Company) && (actor.Post.Kind == org.Head || actor.Post.Kind == org.Chair) {
			who = append(who, Second)
		}
		return who, nil
	}
	above, err := c.above(tx)
	if err != nil || !slices.Contains(above, own) {
		return who, err
	}
	if who = append(who, Above); signs {
		who = append(who, Second)
	}
	return who, nil
}

// above are the organisations above the campaign's, with those that answer for the estate where a committee or a company sends it.
func (c *Campaign) above(tx *store.Tx) ([]int64, error) {
	list, err := org.Above(tx, c.OrganisationID)
	if err != nil {
		return nil, err
	}
	e, err := org.OpenEstate(tx, c.EstateID)
	if err != nil {
		return nil, err
	}
	if c.OrganisationID == e.CommitteeID || c.OrganisationID == e.CompanyID {
		list = append(list, e.CommunityID, e.TownshipID)
	}
	return list, nil
}

// move does an action of the table: it finds and locks the campaign, asks the table, does, and leaves it in the trail.
func (s *Service) move(ctx context.Context, actor org.Actor, permission org.Action, id int64, a Action, do func(*store.Tx, *Campaign, Move) error) (*Campaign, error) {
	return s.moveOnce(ctx, actor, permission, id, a, nil, nil, do)
}

// moveOnce is move for what may be sent twice: then answer, into which do writes, is the first one.
func (s *Service) moveOnce(ctx context.Context, actor org.Actor, permission org.Action, id int64, a Action, once *Once, answer any, do func(*store.Tx, *Campaign, Move) error) (*Campaign, error) {
	var c *Campaign
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		found, err := get(tx, actor, permission, id)
		if err != nil {
			return err
		}
		c = &Campaign{}
		if err := tx.ForUpdate().Where("id = ?", found.ID).Take(c).Error; err != nil {
			return err
		}
		if once != nil {
			if again, err := once.answered(tx, actor, c.ID, a, answer); err != nil || again {
				return err
			}
		}
		who, err := c.roles(tx, actor)
		if err != nil {
			return err
		}
		if wrote, err := c.wrote(actor.PersonID); err != nil || (wrote && a == Approve && c.State == Submitted) {
			if err == nil {
				err = ErrSamePerson
			}
			return err
		}
		m, err := find(c.State, a, who)
		if errors.Is(err, ErrMove) && c.tapped(actor, a, tx.Now) {
			return nil // the second tap finds what the first has done
		}
		if err != nil {
			return err
		}
		if err := do(tx, c, m); err != nil {
			return err
		}
		if err := tx.Model(&Campaign{}).Where("id = ?", c.ID).Updates(map[string]any{"moved_by": actor.PersonID, "moved_as": a, "moved_at": tx.Now}).Error; err != nil {
			return err
		}
		if once != nil {
			if err := once.keep(tx, actor, c.ID, a, answer); err != nil {
				return err
			}
		}
		return c.note(tx, actor, string(a), map[string]any{"state": c.State})
	})
	if err != nil {
		return nil, fmt.Errorf("%s campaign: %w", a, err)
	}
	return c, nil
}

// secondTap is for how long the same action by the same person is their first one still.
const secondTap = time.Minute

// tapped reports whether somebody has just done the same.
func (c *Campaign) tapped(actor org.Actor, a Action, now time.Time) bool {
	return c.MovedBy == actor.PersonID && c.MovedAs == a && c.MovedAt != nil && now.Sub(*c.MovedAt) < secondTap
}

// to takes a campaign to another state with what changes beside it.
func (c *Campaign) to(tx *store.Tx, s State, change map[string]any) error {
	if change == nil {
		change = map[string]any{}
	}
	if s != Same {
		change["state"] = s
	}
	res := tx.Model(&Campaign{}).Where("id = ? AND state = ?", c.ID, c.State).Updates(change)
	if err := store.MustAffect(res, ErrMove); err != nil {
		return err
	}
	if s != Same {
		c.State = s
	}
	return nil
}

// urgentWords say to whoever looks at it or approves it what the kind means.
const urgentWords = "安全类按紧急发送，夜间安静时段手机也会响，依据：通知计划“群发（安全类）”。请确认确实紧急再批准。"

// countedLive is up to how many seats a campaign is counted for each look.
const countedLive = 1000

// View is a campaign with what the actor may do.
type View struct {
	Campaign
	Estate   string
	Office   string
	Allowed  []Action
	Runs     []Run
	Progress *Progress
	Forecast *Forecast // as it was submitted; nil before
	Urgent   string    // why it passes the quiet hours; "" where it does not
}

// Find shows a campaign with its runs and its progress: of a small one as of now, of a large one as it was counted last, so that a
// page that is looked at often costs the same however many seats there are. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) Find(ctx context.Context, actor org.Actor, id int64) (*View, error) {
	var v *View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		c, err := get(tx, actor, org.ReadCampaigns, id)
		if err != nil {
			return err
		}
		v = &View{Campaign: *c}
		who, err := c.roles(tx, actor)
		if err != nil {
			return err
		}
		v.Allowed = allowed(c.State, who)
		if c.SubmittedAt != nil {
			v.Forecast = &Forecast{}
			if err := json.Unmarshal([]byte(c.Forecast), v.Forecast); err != nil {
				return err
			}
		}
		if c.Kind == Safety {
			v.Urgent = urgentWords
		}
		if v.Runs, err = runsOf(tx, c.ID); err != nil {
			return err
		}
		if c.Seats > countedLive && c.CountedAt != nil {
			v.Progress, err = c.counted()
		} else {
			v.Progress, err = count(tx, c, v.Runs)
			v.CountedAt = &tx.Now
		}
		if err != nil {
			return err
		}
		return name(tx, v)
	})
	return v, err
}

func name(tx *store.Tx, views ...*View) error {
	var estates, offices []int64
	for _, v := range views {
		estates, offices = append(estates, v.EstateID), append(offices, v.OrganisationID)
	}
	in, err := org.EstateNames(tx, estates)
	if err != nil {
		return err
	}
	by, err := org.Organisations(tx, offices)
	if err != nil {
		return err
	}
	for _, v := range views {
		v.Estate, v.Office = in[v.EstateID], by[v.OrganisationID].Name
	}
	return nil
}

// mostRuns bounds how often a campaign goes out.
const mostRuns = 12

func runsOf(tx *store.Tx, id int64) ([]Run, error) {
	var rows []Run
	return rows, tx.Where("campaign_id = ?", id).Order("number").Limit(mostRuns + 1).Find(&rows).Error
}

// List pages through the campaigns that the actor sees, newest first, each with the progress that was counted last.
func (s *Service) List(ctx context.Context, actor org.Actor, estate int64, state State, before int64, limit int) ([]*View, error) {
	if err := actor.Must(org.ReadCampaigns); err != nil {
		return nil, err
	}
	var views []*View
	err := s.db.View(ctx, func(tx *store.Tx) error {
		q := tx.Scopes(visible(actor, org.ReadCampaigns))
		if estate != 0 {
			q = q.Where("estate_id = ?", estate)
		}
		if state != "" {
			q = q.Where("state = ?", state)
		}
		if before > 0 {
			q = q.Where("id < ?", before)
		}
		var rows []Campaign
		if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		for _, c := range rows {
			p, err := c.counted()
			if err != nil {
				return err
			}
			views = append(views, &View{Campaign: c, Progress: p})
		}
		return name(tx, views...)
	})
	return views, err
}
