package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/plan"
)

// books is a world in which WeChat needs a consent for each message, with the test's own accounts of what became of them.
type books struct {
	*world
	dsn      string
	through  *store.DB // of the processes
	stock    *consent.Service
	bureau   org.Actor
	me       org.Actor
	mu       sync.Mutex
	outcome  func(id int64) error // of each send to WeChat
	fields   map[string]string    // of the last one
	taps     int
	accepted int
	doubtful []int64 // what WeChat said nothing of, in this flight
	lost     int     // nobody knows what became of them, and nobody asks any more
}

func newBooks(t *testing.T) *books {
	clock, dsn := modelstest.NewClock(), modelstest.DSN(t)
	db, err := store.Open(t.Context(), store.Options{DSN: dsn, Now: clock.Now, OnSQL: modelstest.Record(), MaxOpen: 16})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := &books{dsn: dsn, through: db, world: &world{Town: modelstest.NewTown(t, db, modelstest.Vault(t)), t: t, clock: clock, redis: modelstest.Redis(t)}}
	b.bureau = b.Officer(b.Code("housing-bureau"), org.Head)
	b.stock = consent.New(b.DB, map[string]consent.Provided{"case_progress": {ID: "tpl"}}, quiet)
	return b
}

// Send is WeChat.
func (b *books) Send(_ context.Context, out notify.Outgoing) (string, error) {
	id, err := strconv.ParseInt(strings.TrimPrefix(out.Key, "linli-"), 10, 64)
	if err != nil {
		return "", err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fields = out.Data
	err = b.outcome(id)
	var f *notify.Failure
	switch {
	case err == nil:
		b.accepted++
	case errors.As(err, &f) && f.Uncertain:
		b.doubtful = append(b.doubtful, id)
	}
	return "", err
}

// always is a phone that takes everything.
type always struct{}

func (always) Send(context.Context, notify.Outgoing) (string, error) { return "", nil }

// dispatcher is a new process; a message's number says how pressing it is.
func (b *books) dispatcher() *notify.Dispatcher {
	everybody := func(_ *store.Tx, people []int64) (map[int64]string, error) {
		numbers := map[int64]string{}
		for _, p := range people {
			numbers[p] = "sms"
		}
		return numbers, nil
	}
	ways := map[plan.Channel]*notify.Way{
		plan.Mini: {Channel: b, Addresses: notify.Accounts(org.MiniProgram), Templates: templateIDs(), Consents: b.stock},
		plan.SMS:  {Channel: always{}, Addresses: everybody},
	}
	return notify.New(notify.Options{DB: b.through, Redis: b.redis, Ways: ways, Senders: inTheAir, Log: quiet, Plan: func(e event.Event) ([]plan.Message, error) {
		p, err := strconv.Atoi(e.(*event.CaseFiled).Number)
		return []plan.Message{{To: []plan.To{plan.Complainant}, Kind: "progress", Title: "进展", Body: "有进展。", Template: "case_progress", Values: []string{"T1", "油烟", "办理中", "今天", "请留意"},
			Channels: []plan.Channel{plan.Mini, plan.SMS}, Priority: event.Priority(p)}}, err
	}})
}

// tap earns a consent.
func (b *books) tap() {
	b.taps++
	b.clock.Advance(time.Second)
	err := b.stock.Push(context.Background(), consent.Event{Name: consent.Popup, OpenID: b.me.OpenID, At: b.clock.Now(), Choices: []consent.Choice{{TemplateID: "tpl", Status: "accept"}}})
	if err != nil {
		b.t.Fatal(err)
	}
}

// write writes the delivery of a message about a case, and sends nothing yet.
func (b *books) write(caseID int64, p event.Priority) int64 {
	b.tell(event.CaseFiled{Case: event.Case{CaseID: caseID, Number: strconv.Itoa(int(p)), EstateID: b.Estate.ID, PersonIDs: []int64{b.me.PersonID}, Urgent: true}})
	var m outbox.Message
	b.change(func(tx *store.Tx) error { return tx.Order("id DESC").Take(&m).Error })
	if err := b.dispatcher().Expand(context.Background(), m.ID); err != nil {
		b.t.Fatal(err)
	}
	return m.ID
}

// again writes a message once more, as a process does that finds it half done.
func (b *books) again(message int64) {
	b.change(func(tx *store.Tx) error {
		return tx.Model(&outbox.Message{}).Where("id = ?", message).Updates(map[string]any{"state": outbox.Published, "owner": "", "progress": `{"row":0,"to":0}`, "due_at": tx.Now}).Error
	})
	if err := b.dispatcher().Expand(context.Background(), message); err != nil {
		b.t.Fatal(err)
	}
}

// mine are the deliveries by WeChat.
func (b *books) mine() (rows []notify.Delivery) {
	b.change(func(tx *store.Tx) error {
		rows = nil
		return tx.Where("person_id = ? AND channel = ?", b.me.PersonID, plan.Mini).Order("id").Find(&rows).Error
	})
	return rows
}

// launched are the ids in the air.
func (b *books) launched() (ids []int64) {
	var lanes []notify.Lane
	b.change(func(tx *store.Tx) error { lanes = nil; return tx.Find(&lanes).Error })
	for _, l := range lanes {
		var some []int64
		if err := json.Unmarshal([]byte(l.Launched), &some); err != nil {
			b.t.Fatal(err)
		}
		ids = append(ids, some...)
	}
	return ids
}

// gone are those of some deliveries that were cancelled or forgotten.
func (b *books) gone(ids []int64) (n int) {
	for _, id := range ids {
		if i := slices.IndexFunc(b.mine(), func(r notify.Delivery) bool { return r.ID == id }); i < 0 || b.mine()[i].State == notify.Cancelled {
			n++
		}
	}
	return n
}

// fly has a process send what is due.
func (b *books) fly(outcome func(id int64) error) {
	b.outcome, b.doubtful = outcome, nil
	ghosts := b.launched()
	b.drain(b.dispatcher())
	still := b.launched()
	taken := slices.DeleteFunc(ghosts, func(id int64) bool { return slices.Contains(still, id) })
	b.lost += b.gone(taken) + b.gone(b.doubtful)
}

// dies leaves a delivery in the air of a process that is dead.
func (b *books) dies(r notify.Delivery) {
	b.change(func(tx *store.Tx) error {
		return tx.Model(&notify.Lane{}).Where("channel = ? AND priority = ? AND lane = ?", r.Channel, r.Priority, r.Lane).
			Updates(map[string]any{"owner": "ghost", "ends_at": tx.Now.Add(-time.Second), "launched": fmt.Sprintf("[%d]", r.ID)}).Error
	})
}

// balance says what does not add up: each consent is left, used, lost, or with exactly one delivery that may still go out.
func (b *books) balance() string {
	held, flying := 0, b.launched()
	known := map[int64]bool{}
	for _, r := range b.mine() {
		known[r.ID] = true
		switch r.State {
		case notify.Waiting, notify.Unknown, notify.Held:
			held++
		case notify.Paused, notify.Cancelled:
			if slices.Contains(flying, r.ID) {
				held++
			}
		}
	}
	for _, id := range flying {
		if !known[id] {
			held++ // forgotten in the air
		}
	}
	var left []consent.Subscription
	b.change(func(tx *store.Tx) error {
		left = nil
		return tx.Where("open_id = ?", b.me.OpenID).Find(&left).Error
	})
	stock := 0
	if len(left) > 0 {
		stock = left[0].Stock
	}
	if stock < 0 || stock != b.taps-b.accepted-b.lost-held {
		return fmt.Sprintf("%d left of %d; %d used, %d lost, %d held", stock, b.taps, b.accepted, b.lost, held)
	}
	return ""
}

// earn gives a new person consents.
func (b *books) earn(n int) {
	b.me = b.Person()
	b.change(func(tx *store.Tx) error {
		return tx.Model(&org.Identity{}).Where("person_id = ?", b.me.PersonID).Pluck("open_id", &b.me.OpenID).Error
	})
	b.taps, b.accepted, b.lost = 0, 0, 0
	for range n {
		b.tap()
	}
}

func (b *books) balanced(when string) {
	b.t.Helper()
	if wrong := b.balance(); wrong != "" {
		b.t.Errorf("%s: %s", when, wrong)
	}
}

// TestAReplayNeedsAConsent: what was given up has given its own back. Without one the message goes on by the next channel, and its
// lane is found although no message of this release has used it.
func TestAReplayNeedsAConsent(t *testing.T) {
	for _, left := range []int{2, 0} {
		b := newBooks(t)
		b.earn(1)
		b.write(1, event.Normal)
		b.fly(func(int64) error { return &failure{Permanent: true} })
		b.change(func(tx *store.Tx) error { // as after the migration of an earlier release
			if err := tx.Model(&notify.Text{}).Where("1 = 1").Updates(map[string]any{"position": -7, "data": "{}"}).Error; err != nil {
				return err
			}
			return tx.Where("1 = 1").Delete(&notify.Lane{}).Error
		})
		b.change(func(tx *store.Tx) error { return tx.Where("channel = ?", plan.SMS).Delete(&notify.Delivery{}).Error })
		if left == 0 {
			b.write(2, event.Normal)
		}
		dead := b.mine()[0]
		if err := b.dispatcher().Replay(t.Context(), b.bureau, dead.ID); err != nil {
			t.Fatal(err)
		}
		b.balanced("replayed")
		b.fly(func(int64) error { return nil })
		b.balanced("sent")
		var texts int64
		b.change(func(tx *store.Tx) error {
			return tx.Model(&notify.Delivery{}).Where("message_id = ? AND channel = ? AND state = ?", dead.MessageID, plan.SMS, notify.Sent).Count(&texts).Error
		})
		if left > 0 && b.fields["phrase3"] != "办理中" {
			t.Errorf("WeChat is given %v", b.fields)
		}
		if want := map[int]notify.State{2: notify.Sent, 0: notify.Unreachable}[left]; b.mine()[0].State != want || (texts == 1) != (left == 0) {
			t.Errorf("with %d consents: %s, and %d short messages", left, b.mine()[0].State, texts)
		}
	}
}

// TestASenderThatComesBackLate: another one has taken over from it and the campaign is paused since; what the first has to say gives
// nothing back that was given back.
func TestASenderThatComesBackLate(t *testing.T) {
	b := newBooks(t)
	b.earn(1)
	b.write(1, event.Normal)
	first := true
	b.fly(func(id int64) error {
		if first {
			first = false
			b.mu.Unlock()
			defer b.mu.Lock()
			b.clock.Advance(time.Minute) // the lane is anybody's now
			b.drain(b.dispatcher())
			b.change(func(tx *store.Tx) error { return b.dispatcher().Hold(tx, []int64{id}) })
		}
		return errors.New("not now")
	})
	if rows := b.mine(); len(rows) != 1 || rows[0].State != notify.Paused {
		t.Fatalf("%+v", rows)
	}
	b.balanced("paused after all")
}

// TestAForgottenDigestGivesItsConsentBack: it has the words of a message that is forgotten.
func TestAForgottenDigestGivesItsConsentBack(t *testing.T) {
	b := newBooks(t)
	b.earn(1)
	b.wants(b.me, "progress", notify.Digested)
	b.write(1, event.Normal)
	b.clock.Advance(24 * time.Hour)
	if n, err := b.dispatcher().SendDigests(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	b.balanced("in a digest")
	b.change(func(tx *store.Tx) error { return b.dispatcher().Forget(tx, []int64{1}) })
	if len(b.mine()) != 0 {
		t.Errorf("still there: %+v", b.mine())
	}
	b.balanced("forgotten")
}

// TestWhatIsSettledMeanwhileKeepsItsConsent: between the look at what less pressing messages hold and the lock on their lane, one of
// them is sent. Its consent is spent, and nobody else's. SQLite has one writer, so nothing can come between there.
func TestWhatIsSettledMeanwhileKeepsItsConsent(t *testing.T) {
	if !modelstest.OnServer() {
		t.Skip("needs a database with several writers: set LINLI_TEST_DSN")
	}
	for name, deed := range map[string]func(*books, int64){
		"displaced": func(b *books, _ int64) { b.write(2, event.Urgent) },
		"given up": func(b *books, id int64) {
			if err := b.through.InTx(context.Background(), func(tx *store.Tx) error { return b.dispatcher().GiveUp(tx, []int64{id}) }); err != nil {
				b.t.Fatal(err)
			}
		},
	} {
		b := newBooks(t)
		b.earn(1)
		b.write(1, event.Normal)
		id := b.mine()[0].ID
		var once sync.Once
		armed := false
		other, err := store.Open(t.Context(), store.Options{DSN: b.dsn, Now: b.clock.Now, OnSQL: func(sql string) {
			if armed && strings.HasPrefix(sql, "SELECT") && strings.Contains(sql, "`deliveries`") && strings.Contains(sql, "state") {
				once.Do(func() {
					b.change(func(tx *store.Tx) error {
						return tx.Model(&notify.Delivery{}).Where("id = ?", id).Update("state", notify.Sent).Error
					})
					b.accepted++
				})
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = other.Close() })
		b.through = other
		armed = true
		deed(b, id)
		armed = false
		if b.mine()[0].State != notify.Sent || b.accepted != 1 {
			t.Errorf("%s: %+v", name, b.mine())
		}
		b.balanced(name)
	}
}

// TestEachConsentIsWithOneMessage over any order of taps, messages of all priorities, pauses, cancellations, replays, forgotten
// cases, dead processes and half-written messages, on the ground and in the air. At the end nothing is held by what is over.
func TestEachConsentIsWithOneMessage(t *testing.T) {
	b := newBooks(t)
	caseID := int64(0)
	rapid.Check(t, func(r *rapid.T) {
		b.earn(0)
		b.change(func(tx *store.Tx) error { // what a dead process of the last round had in the air
			return tx.Model(&notify.Lane{}).Where("launched <> '[]'").Updates(map[string]any{"owner": "", "launched": "[]"}).Error
		})
		var messages []int64
		deed := func(name string, ids []int64) {
			d := b.dispatcher()
			if name == "press" { // it may take over what the others hold, but not from the air
				caseID++
				messages = append(messages, b.write(caseID, event.Urgent))
				return
			}
			b.change(func(tx *store.Tx) error {
				switch name {
				case "hold":
					return d.Hold(tx, ids)
				case "release":
					return d.Release(tx, ids, func(int) time.Time { return tx.Now })
				case "give up":
					return d.GiveUp(tx, ids)
				case "forget":
					var cases []int64
					if err := tx.Model(&notify.Delivery{}).Where("id IN ?", ids).Pluck("case_id", &cases).Error; err != nil {
						return err
					}
					return d.Forget(tx, cases)
				}
				return nil
			})
		}
		deeds := []string{"nothing", "hold", "hold", "release", "give up", "forget", "press"}
		some := func() (ids []int64) {
			for _, x := range b.mine() {
				if rapid.Bool().Draw(r, "this") {
					ids = append(ids, x.ID)
				}
			}
			return ids
		}
		for range rapid.IntRange(1, 14).Draw(r, "steps") {
			step := rapid.SampledFrom([]string{"tap", "tap", "write", "write", "write", "again", "deed", "deed", "replay", "fly", "fly", "die", "wait"}).Draw(r, "step")
			switch step {
			case "tap":
				b.tap()
			case "write":
				caseID++
				messages = append(messages, b.write(caseID, rapid.SampledFrom(event.Priorities).Draw(r, "priority")))
			case "again":
				if len(messages) > 0 {
					b.again(rapid.SampledFrom(messages).Draw(r, "message"))
				}
			case "deed":
				deed(rapid.SampledFrom(deeds).Draw(r, "deed"), some())
			case "replay":
				for _, id := range some() {
					if err := b.dispatcher().Replay(t.Context(), b.bureau, id); err != nil && !errors.Is(err, notify.ErrDeliveryNotFound) {
						r.Fatal(err)
					}
				}
			case "fly":
				answer := rapid.SampledFrom([]error{nil, errors.New("not now"), &failure{Permanent: true}, &failure{Uncertain: true}}).Draw(r, "answer")
				first, second, which := rapid.SampledFrom(deeds).Draw(r, "deed in the air"), rapid.SampledFrom(deeds).Draw(r, "and then"), some()
				done := len(b.launched()) > 0 // what a dead process had in the air is taken over meanwhile, by another sender
				b.fly(func(int64) error {
					if !done {
						done = true
						deed(first, which)
						deed(second, which)
					}
					return answer
				})
			case "die":
				for _, x := range b.mine() {
					if x.State == notify.Waiting && len(b.launched()) == 0 {
						b.dies(x)
						deed(rapid.SampledFrom(deeds).Draw(r, "deed in a dead process"), []int64{x.ID})
						break
					}
				}
			case "wait":
				b.clock.Advance(time.Minute)
			}
			if wrong := b.balance(); wrong != "" {
				r.Fatalf("after %s: %s", step, wrong)
			}
		}
		var all []int64
		for _, x := range b.mine() {
			all = append(all, x.ID)
		}
		deed("release", all)
		for range 3 {
			b.clock.Advance(time.Hour)
			b.fly(func(int64) error { return nil })
		}
		if wrong := b.balance(); wrong != "" {
			r.Fatalf("at the end: %s", wrong)
		}
		for _, x := range b.mine() {
			if slices.Contains([]notify.State{notify.Waiting, notify.Unknown, notify.Paused}, x.State) {
				r.Fatalf("at the end: %+v", x)
			}
		}
	})
}
