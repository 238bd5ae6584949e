package campaign

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
	"github.com/linli-city/linli/notify/plan"
)

// WhyNames say why a seat is not reached, or why somebody has to go there.
var WhyNames = map[string]string{
	"no_unit": "名下没有在用的房屋", "unsold": "开发企业未售出的房屋，请直接联系开发企业", "owner_unknown": "名册里没有业主", "no_way": "没有小程序账号，也没有可用的手机号，选用的渠道里没有信件或上门",
	"phone_unsure": "名册里的手机号要先核对是谁的", "parking_only": "只有车位或储藏间，没有信箱和门可以上", "nobody_home": "没有认证的住户", "wished": "业主要求上门", "wished_letter": "业主要求寄信", "unproven": "其他渠道不能证明送达",
}

// judge says by which channel of the campaign a seat is reached first, and why by none or on foot.
func judge(c *Campaign, x *seat) (Channel, string) {
	if x.door.ID == 0 {
		return Nobody, "no_unit"
	}
	if x.wish == Visit && c.may(Visit) && x.homely {
		return Visit, "wished"
	}
	if x.wish == Letter && c.may(Letter) && x.homely {
		return Letter, "wished_letter"
	}
	account := x.any(func(w ways) bool { return w.account })
	// A letter proves nothing by itself, but its receipt comes back; a message without an account to read it never does.
	provable := account || (c.may(Letter) && x.homely)
	for _, ch := range c.ChannelList() {
		switch {
		case ch == plan.Mini && x.any(func(w ways) bool { return w.stock }),
			ch == plan.SMS && x.any(func(w ways) bool { return w.phone }) && (provable || !c.NeedsProof || !c.may(Visit) || !x.homely),
			ch == Letter && x.homely && !x.unsold:
			return ch, ""
		}
	}
	switch {
	case account:
		return Inbox, "" // it lies there, and nothing rings
	case c.may(Visit) && x.homely && !x.unsold:
		return Visit, "unproven"
	}
	return Nobody, x.why(c)
}

func (x *seat) why(c *Campaign) string {
	switch {
	case x.unsold:
		return "unsold"
	case c.Audience == Residents && len(x.people) == 0:
		return "nobody_home"
	case len(x.owners) == 0 && len(x.people) == 0:
		return "owner_unknown"
	case !sure(x.set):
		return "phone_unsure"
	case !x.homely && (c.may(Letter) || c.may(Visit)):
		return "parking_only"
	}
	return "no_way"
}

func (x *seat) any(is func(ways) bool) bool {
	for _, w := range x.ready {
		if is(w) {
			return true
		}
	}
	return false
}

// left are the owners of a seat who are not reached themselves, although the seat is: co-owners without account or phone.
func (x *seat) left(c *Campaign) []org.Owner {
	var list []org.Owner
	for _, o := range x.owners {
		reached := false
		for _, p := range x.people {
			if p.OwnerID == o.ID || (o.PersonID != 0 && p.PersonID == o.PersonID) {
				w := x.ready[p.PersonID]
				reached = reached || w.account || (w.phone && c.may(plan.SMS))
			}
		}
		if !reached {
			list = append(list, o)
		}
	}
	return list
}

// Forecast is how a campaign would go.
type Forecast struct {
	Version     int               `json:"version"` // of the draft
	Seats       int64             `json:"seats"`
	Channels    map[Channel]int64 `json:"channels"`     // by the first that reaches the seat
	Whys        map[string]int64  `json:"whys"`         // of Nobody
	CoOwners    int64             `json:"co_owners"`    // seats that are reached while a co-owner is not
	NeedVisit   int64             `json:"need_visit"`   // seats to which somebody has to go, or a letter, before their service can be proven
	SwitchedOff int64             `json:"switched_off"` // seats where somebody wants no phone to ring for this kind
	SMS         bool              `json:"sms"`          // short messages can be sent at all
	Stock       bool              `json:"stock"`        // consents are counted; else an account is enough
}

// walkBatch is how many units are in memory at a time.
const walkBatch = 500

// Forecast tells how the seats would be reached if the campaign went out now. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) Forecast(ctx context.Context, actor org.Actor, id int64) (*Forecast, error) {
	f := &Forecast{Channels: map[Channel]int64{}, Whys: map[string]int64{}, SMS: s.o.SMS, Stock: s.o.Stock != nil}
	var c *Campaign
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		c, err = get(tx, actor, org.ReadCampaigns, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	f.Version = c.Version
	return f, s.each(ctx, c, func(x *seat) {
		ch, why := judge(c, x)
		f.Seats++
		f.Channels[ch]++
		if ch == Nobody {
			f.Whys[why]++
		} else if len(x.left(c)) > 0 && len(x.owners) > 1 {
			f.CoOwners++
		}
		if x.any(func(w ways) bool { return w.off }) {
			f.SwitchedOff++
		}
		if c.NeedsProof && (ch == plan.SMS || ch == Letter || ch == Visit) {
			f.NeedVisit++
		}
	})
}

// each reads the seats of a campaign's scope as the register has them now, a batch in memory at a time.
func (s *Service) each(ctx context.Context, c *Campaign, do func(*seat)) error {
	w, err := c.walk()
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		var seats []*seat
		err := s.db.View(ctx, func(tx *store.Tx) (err error) {
			seats, after, err = w.next(tx, s, after, walkBatch)
			return err
		})
		if err != nil {
			return err
		}
		for _, x := range seats {
			do(x)
		}
		if after == 0 {
			return nil
		}
	}
}

// Seen is a seat as a forecast lists it, people masked.
type Seen struct {
	OwnerSetID int64
	UnitID     int64
	Door       string
	Units      int
	Channel    Channel
	Why        string
	Owners     []Named
}

// Named is an owner, masked, and whether the campaign reaches them.
type Named struct {
	Name    string `json:"name"`
	Reached bool   `json:"reached"`
}

// ListForecast lists how the seats of the next limit units would be reached; only one channel's where that is given. next is
// where to go on, 0 at the end: a page may hold fewer than limit, or none. Faults: org.ErrForbidden, ErrNotFound.
func (s *Service) ListForecast(ctx context.Context, actor org.Actor, id int64, only Channel, after int64, limit int) (list []Seen, next int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		c, err := get(tx, actor, org.ReadCampaigns, id)
		if err != nil {
			return err
		}
		w, err := c.walk()
		if err != nil {
			return err
		}
		seats, further, err := w.next(tx, s, after, limit)
		if err != nil {
			return err
		}
		next = further
		for _, x := range seats {
			ch, why := judge(c, x)
			if only != "" && only != ch {
				continue
			}
			seen := Seen{OwnerSetID: x.set.ID, UnitID: x.door.ID, Units: x.units, Channel: ch, Why: why}
			if x.door.ID != 0 {
				seen.Door = org.PrintUnit(x.door.Building, x.door.Entrance, x.door.Number)
			}
			if seen.Owners, err = s.mask(x.owners, x.left(c)); err != nil {
				return err
			}
			list = append(list, seen)
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("forecast: %w", err)
	}
	return list, next, nil
}

// mask names owners as lists do; those in left are not reached.
func (s *Service) mask(owners, left []org.Owner) ([]Named, error) {
	list := make([]Named, len(owners))
	for i, o := range owners {
		name, err := s.o.Vault.Open(o.NameSealed, "owners.name")
		if err != nil {
			return nil, err
		}
		list[i] = Named{Name: vault.MaskName(name), Reached: true}
		for _, l := range left {
			if l.ID == o.ID {
				list[i].Reached = false
			}
		}
	}
	return list, nil
}

// ErrWay is the fault of a wish that is neither paper nor a visit.
var ErrWay = fault.ErrInvalid.With(fault.Field{Path: "way", Reason: "请选择信件（letter）、上门（visit），或取消（none）"})
