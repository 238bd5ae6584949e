package disclosure

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// placesKey names the rule that says where a posting has to hang on paper.
const placesKey = "disclosure.places"

// The places that the rule may name.
const (
	OnlineOnly  = "online"   // nowhere on paper
	OnBoard     = "board"    // the estate's notice board
	AtEntrances = "entrance" // every entrance that the notice is about
)

// freeze puts into a version what the rules of today ask of a posting. What the rules leave open stays open: see PostedThrough.
func (s *Service) freeze(tx *store.Tx, n *Notice, v *Version) error {
	if n.Kind != Posting {
		return nil
	}
	set, err := s.rules(tx, n.EstateID)
	if err != nil {
		return err
	}
	list, err := owed(tx, set, n.ID)
	if err != nil {
		return err
	}
	for _, key := range n.daysKeys(list) {
		days, article, err := daysBy(set, key)
		if errors.Is(err, rulepack.ErrUnset) {
			v.PostingDays, v.PostingArticle = 0, "" // one that is open leaves the whole open
			break
		}
		if err != nil {
			return err
		}
		if days > v.PostingDays {
			v.PostingDays, v.PostingArticle = days, article
		}
	}
	v.Places, err = set.Text(placesKey)
	if err != nil && !errors.Is(err, rulepack.ErrUnset) {
		return err
	}
	v.Places = wider(v.Places, list)
	return nil
}

// rules are those of today in an estate: the city's, and what its own rules say.
func (s *Service) rules(tx *store.Tx, estate int64) (*rulepack.Set, error) {
	var own []rulepack.Local
	if s.o.Own != nil {
		var err error
		if own, err = s.o.Own(tx, estate); err != nil {
			return nil, err
		}
	}
	return org.Rules(tx, tx.Now, s.o.Pack, own...)
}

// daysKeys are the rules for how long a posting stands: its own, and those of the duties that it fulfils. The longest holds.
func (n *Notice) daysKeys(list []rulepack.Disclosure) []string {
	keys := []string{cmp.Or(n.DaysKey, daysKey)}
	for _, d := range list {
		if !slices.Contains(keys, d.Posted) {
			keys = append(keys, d.Posted)
		}
	}
	return keys
}

// daysBy reads how long a posting stands, and which article says so.
func daysBy(set *rulepack.Set, key string) (int, string, error) {
	n, err := set.Int(key)
	if err != nil {
		return 0, "", err
	}
	v, err := set.Find(key)
	if err != nil {
		return 0, "", err
	}
	article := []rune(v.Article)
	return int(n), string(article[:min(len(article), 200)]), nil
}

// asks reports whether the version has to hang at a place of that kind.
func (v *Version) asks(place string) bool {
	return slices.Contains(strings.Split(v.Places, ","), place)
}

// ErrNoPeriod is for notices that need not stand for some days.
var ErrNoPeriod = fault.New(fault.Conflict, "notice.no_period", "只有公示才有张贴期限，公告和通知没有")
