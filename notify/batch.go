package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// outgoing is a delivery that goes into the air, with what it needs.
type outgoing struct {
	Delivery
	text *Text
	way  *Way
	out  Outgoing
}

// outcome is what became of one.
type outcome struct {
	*outgoing
	provider string
	err      error
	settled  State // what was recorded
}

func idsOf(batch []*outgoing) []int64 {
	ids := make([]int64, len(batch))
	for i, b := range batch {
		ids[i] = b.ID
	}
	return ids
}

func limited(o outcome) bool {
	var f *Failure
	return errors.As(o.err, &f) && f.Limited
}

// choose picks the next batch of a lane and equips it. rest is how long the channel takes nothing more.
func (d *Dispatcher) choose(tx *store.Tx, n laneName, size int) (batch []*outgoing, rest time.Duration, err error) {
	way := d.o.Ways[n.Channel]
	var rows []Delivery
	err = tx.Where("state = ? AND channel = ? AND priority = ? AND lane = ? AND due_at <= ?", Waiting, n.Channel, n.Priority, n.Lane, tx.Now).
		Order("due_at, id").Limit(size).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	if rows, err = d.night.hushed(tx, rows); err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	if n.Priority != event.Alarm {
		if rows, err = inOrder(tx, rows); err != nil || len(rows) == 0 {
			return nil, 0, err
		}
	}
	if way != nil {
		granted, pause, err := way.grant(tx, n, len(rows))
		if err != nil || granted == 0 {
			return nil, pause, err
		}
		rows = rows[:granted]
	}
	batch, err = d.equip(tx, way, rows)
	return batch, 0, err
}

// inOrder leaves out what would overtake an earlier message about the same case to the same person, until that one is done. What
// presses more than the earlier one does not wait for it.
func inOrder(tx *store.Tx, rows []Delivery) ([]Delivery, error) {
	type line struct {
		CaseID, PersonID int64
		Channel          plan.Channel
	}
	var cases []int64
	for _, r := range rows {
		if r.CaseID != 0 {
			cases = append(cases, r.CaseID)
		}
	}
	if len(cases) == 0 {
		return rows, nil
	}
	var firsts []Delivery
	err := tx.Model(&Delivery{}).Select("case_id, person_id, channel, MIN(id) AS id").Where("case_id IN ? AND state IN ? AND priority <= ?", cases, []State{Waiting, Unknown}, rows[0].Priority).
		Group("case_id, person_id, channel").Find(&firsts).Error
	if err != nil {
		return nil, err
	}
	first := map[line]int64{}
	for _, f := range firsts {
		first[line{f.CaseID, f.PersonID, f.Channel}] = f.ID
	}
	chosen := map[int64]bool{}
	for _, r := range rows {
		chosen[r.ID] = true
	}
	var free []Delivery
	var waits []int64
	for _, r := range rows {
		switch before := first[line{r.CaseID, r.PersonID, r.Channel}]; {
		case r.CaseID == 0, before == r.ID:
			free = append(free, r)
		case !chosen[before]: // what goes out now is out of the way at the next turn
			waits = append(waits, r.ID)
		}
	}
	if len(waits) == 0 {
		return free, nil
	}
	return free, tx.Model(&Delivery{}).Where("id IN ?", waits).Update("due_at", tx.Now.Add(time.Second)).Error
}

// equip finds the addresses and the words of a batch.
func (d *Dispatcher) equip(tx *store.Tx, way *Way, rows []Delivery) ([]*outgoing, error) {
	var people, shifts, ids, estates []int64
	for _, r := range rows {
		ids, estates = append(ids, r.TextID), append(estates, r.EstateID)
		if r.RecipientKind == onShift {
			shifts = append(shifts, r.RecipientID)
			continue
		}
		people = append(people, r.PersonID)
	}
	var addresses, onDuty map[int64]string
	var err error
	if way != nil && len(people) > 0 {
		if addresses, err = way.Addresses(tx, people); err != nil {
			return nil, err
		}
	}
	roster, err := way.byRoster(tx, rows, addresses)
	if err != nil {
		return nil, err
	}
	letters, err := way.letters(tx, rows)
	if err != nil {
		return nil, err
	}
	if way != nil && way.Shifts != nil && len(shifts) > 0 {
		if onDuty, err = way.Shifts(tx, shifts); err != nil {
			return nil, err
		}
	}
	texts, err := textsOf(tx, ids)
	if err != nil {
		return nil, err
	}
	places := map[int64]string{}
	if way != nil && way.Templates == nil { // the words themselves go out
		if places, err = org.EstateNames(tx, estates); err != nil {
			return nil, err
		}
	}
	batch := make([]*outgoing, len(rows))
	for i, r := range rows {
		o := &outgoing{Delivery: r, text: texts[r.TextID], way: way, out: Outgoing{Key: fmt.Sprintf("linli-%d", r.ID), To: cmp.Or(addresses[r.PersonID], roster[r.EstateID][r.PersonID]), Place: places[r.EstateID], Letter: letters[r.MessageID][r.PersonID]}}
		if r.RecipientKind == onShift {
			o.out.To = onDuty[r.RecipientID]
		}
		if t := o.text; t != nil {
			o.out.Title, o.out.Body, o.out.Page = t.Title, t.Body, page(t)
			if err := json.Unmarshal([]byte(t.Data), &o.out.Data); err != nil {
				return nil, fmt.Errorf("text %d: %w", t.ID, err)
			}
		}
		batch[i] = o
	}
	return batch, nil
}

func textsOf(tx *store.Tx, ids []int64) (map[int64]*Text, error) {
	slices.Sort(ids)
	var list []Text
	if err := tx.Where("id IN ?", slices.Compact(ids)).Find(&list).Error; err != nil {
		return nil, err
	}
	texts := make(map[int64]*Text, len(list))
	for i := range list {
		texts[list[i].ID] = &list[i]
	}
	return texts, nil
}

// fly sends a batch, all of it at once, and waits for every outcome.
func (d *Dispatcher) fly(ctx context.Context, batch []*outgoing) []outcome {
	done := make([]outcome, len(batch))
	var wg sync.WaitGroup
	for i, o := range batch {
		wg.Go(func() {
			done[i].outgoing = o
			done[i].provider, done[i].err = o.send(ctx)
		})
	}
	wg.Wait()
	return done
}

// errNoWay and the others are why a delivery cannot be sent at all.
var (
	errNoWay     = &Failure{Err: errors.New("channel or template is not configured")}
	errNoAccount = &Failure{Err: errors.New("no account")}
	errNoWords   = &Failure{Permanent: true, Err: errors.New("the plan has no words for this message")}
)

// send sends one. Once begun it is not interrupted by a stop, which waits for it.
func (o *outgoing) send(ctx context.Context) (string, error) {
	switch {
	case o.text == nil:
		return "", errNoWords
	case o.way == nil:
		return "", errNoWay
	case o.out.To == "":
		return "", errNoAccount
	}
	id, ok := o.way.template(o.text.Template)
	if !ok {
		return "", errNoWay
	}
	o.out.Template = id
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendPatience)
	defer cancel()
	return o.way.Channel.Send(ctx, o.out)
}

func page(t *Text) string {
	if t.SubjectID == 0 {
		return "pages/inbox/index"
	}
	return fmt.Sprintf("pages/%s/detail?id=%d", t.SubjectKind, t.SubjectID)
}
