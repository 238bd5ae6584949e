package notify

import (
	"cmp"
	"slices"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/plan"
)

// errNoConsent is why a message that needs a consent does not go out.
const errNoConsent = "no consent left"

// asking are deliveries of one text by one channel that need a consent each.
type asking struct {
	text    *Text
	stock   *consent.Service
	channel plan.Channel
	at      []int // among the deliveries
	persons []int64
	held    []int64 // deliveries from which a pressing message may take one over
}

// reserve keeps a consent for each delivery that needs one. Those who have none to give are told through the next channel, and
// it stands beside the delivery that they were not reached by this one. What is written already has had its own.
func (d *Dispatcher) reserve(tx *store.Tx, sends []Delivery) ([]Delivery, error) {
	sends, err := d.unwritten(tx, sends)
	if err != nil {
		return nil, err
	}
	asks, err := d.asking(tx, sends)
	if err != nil || len(asks) == 0 {
		return sends, err
	}
	flying, err := d.takeable(tx, asks)
	if err != nil {
		return nil, err
	}
	for _, a := range asks {
		granted, err := a.stock.Reserve(tx, a.text.Template, a.text.Priority, a.persons)
		if err != nil {
			return nil, err
		}
		wanting := slices.DeleteFunc(slices.Clone(a.persons), func(p int64) bool { return granted[p] })
		taken, err := d.displace(tx, a, wanting, flying)
		if err != nil {
			return nil, err
		}
		for _, n := range a.at {
			s := &sends[n]
			if granted[s.PersonID] || taken[s.PersonID] {
				continue
			}
			s.State, s.LastError = Unreachable, errNoConsent
			if c := a.text.next(s.Channel); c != "" {
				next := s.via(tx, c)
				next.DueAt = s.DueAt // not before its time
				sends = append(sends, next)
			}
		}
	}
	return sends, nil
}

// consents is the stock of which a channel needs one for each message; nil for none.
func (d *Dispatcher) consents(c plan.Channel) *consent.Service {
	if way := d.o.Ways[c]; way != nil {
		return way.Consents
	}
	return nil
}

// unwritten leaves out new deliveries that need a consent and are there already, as after a crash or for an owner of two seats:
// they must not take a second one.
func (d *Dispatcher) unwritten(tx *store.Tx, sends []Delivery) ([]Delivery, error) {
	type key struct {
		message int64
		kind    string
		channel plan.Channel
	}
	ids := map[key][]int64{}
	for _, s := range sends {
		if s.ID == 0 && s.State == Waiting && d.consents(s.Channel) != nil {
			k := key{s.MessageID, s.RecipientKind, s.Channel}
			ids[k] = append(ids[k], s.RecipientID)
		}
	}
	type once struct {
		key
		recipient, person int64
	}
	there := map[once]bool{}
	for k, list := range ids {
		var rows []Delivery
		written := func() *gorm.DB {
			return tx.Select("recipient_id", "person_id").Where("message_id = ? AND recipient_kind = ? AND channel = ?", k.message, k.kind, k.channel)
		}
		// A look at where they would stand spares nearly always the look for each.
		err := written().Where("recipient_id BETWEEN ? AND ?", slices.Min(list), slices.Max(list)).Limit(1).Find(&rows).Error
		if err == nil && len(rows) > 0 {
			err = written().Where("recipient_id IN ?", list).Find(&rows).Error
		}
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			there[once{k, r.RecipientID, r.PersonID}] = true
		}
	}
	if len(there) == 0 {
		return sends, nil
	}
	return slices.DeleteFunc(sends, func(s Delivery) bool {
		return s.ID == 0 && there[once{key{s.MessageID, s.RecipientKind, s.Channel}, s.RecipientID, s.PersonID}]
	}), nil
}

// asking groups the deliveries that need a consent, the pressing ones first.
func (d *Dispatcher) asking(tx *store.Tx, sends []Delivery) ([]*asking, error) {
	type key struct {
		text    int64
		channel plan.Channel
	}
	groups := map[key]*asking{}
	var ids []int64
	for i, s := range sends {
		stock := d.consents(s.Channel)
		if s.State != Waiting || stock == nil {
			continue
		}
		k := key{s.TextID, s.Channel}
		if groups[k] == nil {
			groups[k] = &asking{stock: stock, channel: s.Channel}
			ids = append(ids, s.TextID)
		}
		groups[k].at, groups[k].persons = append(groups[k].at, i), append(groups[k].persons, s.PersonID)
	}
	if len(groups) == 0 {
		return nil, nil
	}
	texts, err := textsOf(tx, ids)
	if err != nil {
		return nil, err
	}
	var asks []*asking
	for k, a := range groups {
		if a.text = texts[k.text]; a.text != nil { // without words it is given up when its turn comes
			asks = append(asks, a)
		}
	}
	slices.SortFunc(asks, func(a, b *asking) int {
		return cmp.Or(cmp.Compare(a.text.Priority, b.text.Priority), cmp.Compare(a.text.ID, b.text.ID))
	})
	return asks, nil
}

// takeable finds what less pressing messages hold of the same people and keeps their lanes still. That comes before any
// subscription is locked: whoever sends locks its lane first too.
func (d *Dispatcher) takeable(tx *store.Tx, asks []*asking) (flying map[int64]bool, err error) {
	var all []Delivery
	for _, a := range asks {
		if a.text.Priority > event.Urgent {
			continue
		}
		var rows []Delivery
		err := tx.Select("deliveries.*").Joins("JOIN message_texts t ON t.id = deliveries.text_id").
			Where("deliveries.person_id IN ? AND deliveries.state = ? AND deliveries.channel = ? AND deliveries.priority > ? AND t.template = ?", a.persons, Waiting, a.channel, event.Urgent, a.text.Template).
			Order("deliveries.id").Limit(10 * expandBatch).Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			a.held = append(a.held, r.ID)
		}
		all = append(all, rows...)
	}
	return still(tx, all)
}

// displace takes consents over that less pressing messages hold and have not used: their deliveries stop, and go on by the next
// channel. What is in the air keeps its own.
func (d *Dispatcher) displace(tx *store.Tx, a *asking, wanting []int64, flying map[int64]bool) (map[int64]bool, error) {
	if len(a.held) == 0 || len(wanting) == 0 {
		return nil, nil
	}
	var held []Delivery // as it stands since the lanes are still
	if err := tx.Where("id IN ? AND person_id IN ? AND state = ?", a.held, wanting, Waiting).Order("id").Find(&held).Error; err != nil {
		return nil, err
	}
	var candidates []consent.Reservation
	for _, h := range held {
		if !flying[h.ID] {
			candidates = append(candidates, consent.Reservation{PersonID: h.PersonID, DeliveryID: h.ID, Priority: h.Priority})
		}
	}
	chosen, err := a.stock.Displace(tx, a.text.Template, a.text.Priority, wanting, candidates)
	if err != nil || len(chosen) == 0 {
		return nil, err
	}
	var stop []int64
	for _, r := range chosen {
		stop = append(stop, r.DeliveryID)
	}
	// The database says which of them really stopped: only those have lost what they held.
	err = tx.Model(&Delivery{}).Where("id IN ? AND state = ?", stop, Waiting).Updates(map[string]any{"state": Unreachable, "last_error": errNoConsent}).Error
	if err != nil {
		return nil, err
	}
	var stopped []Delivery
	if err := tx.Where("id IN ? AND state = ? AND last_error = ?", stop, Unreachable, errNoConsent).Order("id").Find(&stopped).Error; err != nil {
		return nil, err
	}
	taken, words := map[int64]bool{}, make([]int64, len(stopped))
	for i, h := range stopped {
		taken[h.PersonID], words[i] = true, h.TextID
	}
	texts, err := textsOf(tx, words)
	if err != nil {
		return nil, err
	}
	var next []Delivery
	for _, h := range stopped {
		if t := texts[h.TextID]; t != nil && t.next(h.Channel) != "" {
			n := h.via(tx, t.next(h.Channel))
			n.DueAt = h.DueAt // at the rate of its campaign
			next = append(next, n)
		}
	}
	return taken, d.put(tx, next)
}

// still locks the lanes of some deliveries, in one order for all who do, and tells what is in the air in them. Nothing else is
// launched there before the commit; what a delivery was before may have changed while the lock was waited for.
func still(tx *store.Tx, list []Delivery) (map[int64]bool, error) {
	var names []laneName
	for _, d := range list {
		names = append(names, laneName{d.Channel, d.Priority, d.Lane})
	}
	slices.SortFunc(names, func(a, b laneName) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Lane, b.Lane))
	})
	flying := map[int64]bool{}
	for _, n := range slices.Compact(names) {
		lane, err := n.lock(tx)
		if err != nil {
			return nil, err
		}
		ids, err := lane.flying()
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			flying[id] = true
		}
	}
	return flying, nil
}

// returnConsents gives back what deliveries hold that came back from the air and stay on the ground, and closes what WeChat refused.
// kept says what became of them meanwhile: one that was paused or cancelled in the air kept its consent until now.
func (d *Dispatcher) returnConsents(tx *store.Tx, done []outcome, kept map[int64]State) error {
	type key struct {
		channel  plan.Channel
		template string
	}
	refused := map[key][]int64{}
	var back []Delivery
	for i := range done {
		o := &done[i]
		if o.text == nil || d.consents(o.Channel) == nil {
			continue
		}
		state, ours := kept[o.ID]
		switch o.settled {
		case Refused: // WeChat's word about the account, whatever became of the delivery
			k := key{o.Channel, o.text.Template}
			refused[k] = append(refused[k], o.PersonID)
		case Dead, Unreachable:
			if ours {
				back = append(back, o.Delivery)
			}
		case Waiting:
			if ours && state != Waiting && state != Unknown {
				back = append(back, o.Delivery)
			}
		}
	}
	for k, list := range refused {
		if err := d.consents(k.channel).Refused(tx, k.template, list); err != nil {
			return err
		}
	}
	return d.handBack(tx, back)
}

// handBack returns the consents that deliveries hold and do not use.
func (d *Dispatcher) handBack(tx *store.Tx, rows []Delivery) error {
	type key struct {
		channel  plan.Channel
		template string
	}
	var ids []int64
	for _, r := range rows {
		if d.consents(r.Channel) != nil {
			ids = append(ids, r.TextID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	texts, err := textsOf(tx, ids)
	if err != nil {
		return err
	}
	persons := map[key][]int64{}
	for _, r := range rows {
		if t := texts[r.TextID]; t != nil && d.consents(r.Channel) != nil {
			k := key{r.Channel, t.Template}
			persons[k] = append(persons[k], r.PersonID)
		}
	}
	for k, list := range persons {
		for part := range slices.Chunk(list, expandBatch) {
			if err := d.consents(k.channel).Return(tx, k.template, part); err != nil {
				return err
			}
		}
	}
	return nil
}
