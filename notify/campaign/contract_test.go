package campaign_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/notify/channeltest"
	"github.com/linli-city/linli/notify/plan"
)

// TestContractLetters holds the letters to what every list promises.
func TestContractLetters(t *testing.T) {
	t.Parallel()
	channeltest.RunList(t, channeltest.List{Open: func(t *testing.T) *channeltest.Round {
		r := newRound(t, campaign.Letter)
		w, c := r.w, r.c
		sheet := func(fresh bool, after int64, size int) *campaign.Sheet {
			s, err := w.svc.Letters(t.Context(), w.chair, c.ID, campaign.LetterSeats, fresh, after, size)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		round := r.round(func(after int64, size int) *campaign.Sheet { return sheet(false, after, size) }, func(p campaign.Paper) string { return p.Token })
		round.Fresh = func() []channeltest.Line {
			return r.lines(sheet(true, 0, 500), func(p campaign.Paper) string { return p.Token })
		}
		round.Mark = func(who []string) {
			ids := make([]int64, len(who))
			for i, name := range who {
				ids[i] = r.reach(name)
			}
			if p, err := w.svc.MarkPrinted(t.Context(), w.chair, c.ID, ids, w.once()); err != nil || int(p.Letters) != len(ids) {
				t.Fatalf("%+v marked, %v", p, err)
			}
		}
		return round
	}})
}

// TestContractVisits holds the visit list to the same.
func TestContractVisits(t *testing.T) {
	t.Parallel()
	channeltest.RunList(t, channeltest.List{Open: func(t *testing.T) *channeltest.Round {
		r := newRound(t, campaign.Visit)
		return r.round(func(after int64, size int) *campaign.Sheet {
			s, err := r.w.svc.VisitList(t.Context(), r.w.chair, r.c.ID, after, size)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}, func(p campaign.Paper) string { return fmt.Sprint(p.ID) })
	}})
}

// listed is a campaign of which some seats can be reached on paper alone.
type listed struct {
	w    *world
	c    *campaign.Campaign
	sets map[string]org.OwnerSet
	who  map[int64]string // by owner set
	want []string
	not  []string
}

func newRound(t *testing.T, c campaign.Channel) *listed {
	w := newWorld(t)
	w.build(7)
	r := &listed{w: w, sets: map[string]org.OwnerSet{}, who: map[int64]string{}}
	for i := range 5 {
		r.add(fmt.Sprint("纸上", i), &r.want, owner{}, i)
	}
	r.add("微信里", &r.not, owner{person: w.Person()}, 5)
	r.add("手机上", &r.not, owner{phone: "13800001111"}, 6)
	r.c = w.launch(func(x *campaign.Words) { x.Channels, x.NeedsProof = []campaign.Channel{plan.Mini, plan.SMS, c}, false })
	w.drain()
	return r
}

func (r *listed) add(name string, to *[]string, o owner, unit int) {
	set := r.w.own([]owner{o}, unit)
	r.sets[name], r.who[set.ID] = set, name
	*to = append(*to, name)
}

func (r *listed) reach(name string) int64 { return r.w.seat(r.c, r.sets[name]).ID }

func (r *listed) lines(s *campaign.Sheet, code func(campaign.Paper) string) []channeltest.Line {
	lines := make([]channeltest.Line, len(s.Papers))
	for i, p := range s.Papers {
		lines[i] = channeltest.Line{Who: r.who[p.OwnerSetID], Again: p.PrintedAt != nil, Code: code(p)}
	}
	return lines
}

func (r *listed) round(sheet func(after int64, size int) *campaign.Sheet, code func(campaign.Paper) string) *channeltest.Round {
	return &channeltest.Round{Wanted: r.want, Unwanted: r.not,
		Page: func(after string, size int) ([]channeltest.Line, string) {
			from, _ := strconv.ParseInt(after, 10, 64) // "" is the first
			s := sheet(from, size)
			next := ""
			if s.Next != 0 {
				next = fmt.Sprint(s.Next)
			}
			return r.lines(s, code), next
		},
		// Somebody else calls on them, for another reason, and they sign.
		Reach: func(name string) {
			_, err := r.w.svc.RecordVisit(r.w.t.Context(), r.w.chair, r.reach(name), campaign.Visited{Result: campaign.Delivered, FileID: 1, Place: "门口", ClientRef: name, InputHash: "h"})
			if err != nil {
				r.w.t.Fatal(err)
			}
		}}
}
