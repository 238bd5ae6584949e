package notify

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/plan"
)

// errNoConsent is why a message that needs a consent does not go out.
const errNoConsent = "no consent left"

// reserve keeps a consent for each delivery that needs one. Those who have none to give are told through the next channel, and
// it stands beside the delivery that they were not reached by this one.
func (d *Dispatcher) reserve(tx *store.Tx, sends []Delivery) ([]Delivery, error) {
	groups := map[int64][]int{}
	for i, s := range sends {
		if way := d.o.Ways[s.Channel]; s.State == Waiting && way != nil && way.Consents != nil {
			groups[s.TextID] = append(groups[s.TextID], i)
		}
	}
	if len(groups) == 0 {
		return sends, nil
	}
	texts, err := textsOf(tx, slices.Collect(maps.Keys(groups)))
	if err != nil {
		return nil, err
	}
	for id, at := range groups {
		text, way := texts[id], d.o.Ways[sends[at[0]].Channel]
		if text == nil {
			continue // it is given up when its turn comes
		}
		persons := make([]int64, len(at))
		for i, n := range at {
			persons[i] = sends[n].PersonID
		}
		granted, err := way.Consents.Reserve(tx, text.Template, text.Priority, persons)
		if err != nil {
			return nil, err
		}
		var wanting []int64
		for _, p := range persons {
			if !granted[p] {
				wanting = append(wanting, p)
			}
		}
		taken, err := d.displace(tx, way.Consents, text, sends[at[0]].Channel, wanting)
		if err != nil {
			return nil, err
		}
		for _, n := range at {
			s := &sends[n]
			if granted[s.PersonID] || taken[s.PersonID] {
				continue
			}
			s.State, s.LastError = Unreachable, errNoConsent
			if c := text.next(s.Channel); c != "" {
				sends = append(sends, s.via(tx, c))
			}
		}
	}
	return sends, nil
}

// displace takes consents over that less pressing messages hold and have not used: their deliveries stop, and go on by the next
// channel. What is in the air keeps its own.
func (d *Dispatcher) displace(tx *store.Tx, stock *consent.Service, text *Text, c plan.Channel, wanting []int64) (map[int64]bool, error) {
	if text.Priority > event.Urgent || len(wanting) == 0 {
		return nil, nil
	}
	var held []Delivery
	err := tx.Select("deliveries.*").Joins("JOIN message_texts t ON t.id = deliveries.text_id").
		Where("deliveries.person_id IN ? AND deliveries.state = ? AND deliveries.channel = ? AND deliveries.priority > ? AND t.template = ?", wanting, Waiting, c, event.Urgent, text.Template).
		Order("deliveries.id").Limit(10 * expandBatch).Find(&held).Error
	if err != nil || len(held) == 0 {
		return nil, err
	}
	flying, err := inTheAir(tx, held)
	if err != nil {
		return nil, err
	}
	var candidates []consent.Reservation
	byID := map[int64]Delivery{}
	for _, h := range held {
		if !flying[h.ID] {
			candidates, byID[h.ID] = append(candidates, consent.Reservation{PersonID: h.PersonID, DeliveryID: h.ID, Priority: h.Priority}), h
		}
	}
	chosen, err := stock.Displace(tx, text.Template, text.Priority, wanting, candidates)
	if err != nil || len(chosen) == 0 {
		return nil, err
	}
	taken, next := map[int64]bool{}, []Delivery(nil)
	var stopped []int64
	for person, r := range chosen {
		taken[person], stopped = true, append(stopped, r.DeliveryID)
		h := byID[r.DeliveryID]
		var own Text
		if err := tx.Where("id = ?", h.TextID).Take(&own).Error; err != nil {
			return nil, err
		}
		if c := own.next(h.Channel); c != "" {
			next = append(next, h.via(tx, c))
		}
	}
	if err := d.put(tx, next); err != nil {
		return nil, err
	}
	return taken, tx.Model(&Delivery{}).Where("id IN ?", stopped).Updates(map[string]any{"state": Unreachable, "last_error": errNoConsent}).Error
}

// inTheAir tells which of some deliveries are being sent at this moment. Their lanes launch nothing else before the commit.
func inTheAir(tx *store.Tx, list []Delivery) (map[int64]bool, error) {
	names := map[laneName]bool{}
	for _, d := range list {
		names[laneName{d.Channel, d.Priority, d.Lane}] = true
	}
	flying := map[int64]bool{}
	for n := range names {
		var lanes []Lane
		if err := tx.ForUpdate().Where("channel = ? AND priority = ? AND lane = ?", n.Channel, n.Priority, n.Lane).Find(&lanes).Error; err != nil {
			return nil, err
		}
		for _, l := range lanes {
			var ids []int64
			if err := json.Unmarshal([]byte(l.Launched), &ids); err != nil {
				return nil, err
			}
			for _, id := range ids {
				flying[id] = true
			}
		}
	}
	return flying, nil
}

// returnConsents gives back what deliveries hold that have not gone out, and closes what WeChat refused.
func (d *Dispatcher) returnConsents(tx *store.Tx, done []outcome) error {
	type key struct {
		way      *Way
		template string
		refused  bool
	}
	persons := map[key][]int64{}
	for i := range done {
		o := &done[i]
		if o.way == nil || o.way.Consents == nil || o.text == nil {
			continue
		}
		switch o.settled {
		case Refused:
			k := key{o.way, o.text.Template, true}
			persons[k] = append(persons[k], o.PersonID)
		case Dead, Unreachable:
			k := key{o.way, o.text.Template, false}
			persons[k] = append(persons[k], o.PersonID)
		}
	}
	for k, list := range persons {
		back := k.way.Consents.Return
		if k.refused {
			back = k.way.Consents.Refused
		}
		if err := back(tx, k.template, list); err != nil {
			return err
		}
	}
	return nil
}
