package log

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Way is the class of a ballot as the precedence knows it. Which app, link or helper it came by is nobody's business.
type Way string

// The classes.
const (
	Phone Way = "phone"
	Paper Way = "paper"
)

// rival is one ballot of a seat that has more than a single counted one on a motion.
type rival struct {
	version, order int
	leaf           int64
	paper          bool
	state          State
	void           bool // it was opened and is void
	aside          bool // it was invalid at some time, so another could be cast in its place
}

// rivals are the ballots of a motion by seat. Nearly every seat casts one ballot that counts; of those two bits are kept.
type rivals struct {
	plain, paper bits
	several      map[int][]rival
}

// take notes an opened ballot.
func (r *rivals) take(o Opening, state State, void, aside bool) {
	if o.Version == 1 && o.Order == 1 && state == Counted && !aside && !r.plain.has(o.Seat) {
		r.plain.set(o.Seat)
		r.paper.put(o.Seat, o.Way == Paper)
		return
	}
	if r.several == nil {
		r.several = map[int][]rival{}
	}
	r.several[o.Seat] = append(r.several[o.Seat], rival{o.Version, o.Order, o.Leaf, o.Way == Paper, state, void, aside})
}

// replay holds which ballots count against the frozen rules: a seat that changed its mind or used two ways has the one counted that the
// precedence picks, and no more changes than were allowed.
func (r *rivals) replay(t *Terms, motion int) error {
	for _, seat := range slices.Sorted(maps.Keys(r.several)) {
		list := r.several[seat]
		if r.plain.has(seat) {
			list = append(list, rival{version: 1, order: 1, leaf: -1, paper: r.paper.has(seat), state: Counted})
		}
		slices.SortStableFunc(list, func(a, b rival) int { return cmp.Compare(a.version, b.version) })
		if err := ranked(list, seat, motion); err != nil {
			return err
		}
		if err := precedes(t, list, seat, motion); err != nil {
			return err
		}
	}
	return nil
}

// ranked refuses versions with gaps, and an order that is none: 1, 2, 3 … with equals where two came at one time.
func ranked(list []rival, seat, motion int) error {
	orders := make([]int, len(list))
	for i, v := range list {
		if v.version != i+1 {
			return errFormat("票权 %d 在议题 %d 上的第 %d 次表决不在文件包里，或者有两张", seat, motion, min(v.version, i+1))
		}
		orders[i] = v.order
	}
	slices.Sort(orders)
	for i, n := range slices.Compact(orders) {
		if n != i+1 {
			return errFormat("票权 %d 在议题 %d 上几张表决票的先后写得不对", seat, motion)
		}
	}
	return nil
}

func precedes(t *Terms, list []rival, seat, motion int) error {
	var valid []rival
	var versions []Version
	counted, phones := rival{}, 0
	for _, v := range list {
		if v.state == Counted {
			counted = v
		}
		if !v.paper && !v.aside {
			phones++
		}
		if v.state != Invalid && !v.void {
			valid, versions = append(valid, v), append(versions, Version{v.paper, int64(v.order)})
		}
	}
	if phones > t.Versions() {
		return errFormat("票权 %d 在议题 %d 上用手机投了 %d 次，冻结的规则%s", seat, motion, phones, changeNames[t.Change])
	}
	at := Precedence(t.WhichWins, versions)
	if at < 0 || valid[at].version == counted.version {
		return nil
	}
	says := "却一张也没有计"
	if counted.version > 0 {
		says = fmt.Sprintf("却计了第 %d 次", counted.version)
	}
	return errFormat("票权 %d 在议题 %d 上投了几次，替代错了：冻结的规则是%s、同一种方式以最后一次为准，应当计第 %d 次表决（第 %d 片叶子），%s", seat, motion, winsNames[t.WhichWins], valid[at].version, valid[at].leaf, says)
}
