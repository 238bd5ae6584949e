package disclosure

import (
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
	set, err := org.Rules(tx, tx.Now, s.o.Pack)
	if err != nil {
		return err
	}
	days, article, err := daysBy(set, n.DaysKey)
	if err != nil && !errors.Is(err, rulepack.ErrUnset) {
		return err
	}
	v.PostingDays, v.PostingArticle = days, article
	if v.Places, err = set.Text(placesKey); errors.Is(err, rulepack.ErrUnset) {
		return nil
	}
	return err
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
