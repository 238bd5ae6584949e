package assembly_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/area"
	"gorm.io/gorm"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// files stands in for the file service: it keeps what is tied to what, and takes any number.
type files struct {
	mu   sync.Mutex
	tied map[string][]int64
}

func (f *files) Attach(_ *store.Tx, _ org.Actor, ids []int64, _, kind string, subject, _ int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.tied == nil {
		f.tied = map[string][]int64{}
	}
	at := fmt.Sprint(kind, subject)
	f.tied[at] = append(f.tied[at], ids...)
	return nil
}

func (f *files) Retire(_ *store.Tx, ids []int64, kind string, subject int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := fmt.Sprint(kind, subject)
	f.tied[at] = slices.DeleteFunc(f.tied[at], func(id int64) bool { return slices.Contains(ids, id) })
	return nil
}

func (f *files) Under(_ *store.Tx, _ string, _ *gorm.DB, _ int64, _ int) ([]file.File, error) {
	return nil, nil
}

func (f *files) IDsIn(_ *store.Tx, kind string, subjects []int64) (map[int64][]int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[int64][]int64{}
	for _, id := range subjects {
		out[id] = slices.Clone(f.tied[fmt.Sprint(kind, id)])
	}
	return out, nil
}

// board keeps what was published.
type board struct{ published []assembly.Announcement }

func (b *board) PublishFor(_ *store.Tx, n assembly.Announcement) (int64, error) {
	b.published = append(b.published, n)
	return int64(len(b.published)), nil
}

// served says to which owner sets the notice was served.
type served map[int64]string

func (s served) Served(*store.Tx, int64, string, time.Time, time.Time) (map[int64]string, error) {
	return s, nil
}

type world struct {
	*modelstest.Town
	t                                *testing.T
	clock                            *modelstest.Clock
	s                                *assembly.Service
	options                          assembly.Options
	board                            *board
	files                            *files
	served                           served
	owners                           []org.Actor
	sets                             []org.OwnerSet
	chair, member, community, bureau org.Actor
	fresh                            org.Actor // of the committee; has a hand in no count
	ref                              int
}

// newWorld makes an estate of n homes, each with an owner who has an account, and the rules that the law leaves open.
func newWorld(t *testing.T, n int) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db, v := modelstest.OpenAt(t, clock), modelstest.Vault(t)
	w := &world{Town: modelstest.NewTown(t, db, v), t: t, clock: clock, board: &board{}, files: &files{}, served: served{}}
	signer, err := log.NewEd25519("linli-test", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w.options = assembly.Options{DB: db, Vault: v, Files: w.files, Deliveries: w.served, Board: w.board, Signer: signer, Pack: "duyun-2020"}
	w.s = assembly.New(w.options)
	w.fresh = w.Officer(w.Committee, org.Clerk)
	w.chair, w.member, w.community, w.bureau = w.Officer(w.Committee, org.Chair), w.Officer(w.Committee, org.Clerk), w.Officer(w.Community, org.Clerk), w.Officer(w.Code("housing-bureau"), org.Head)
	w.tx(func(tx *store.Tx) error {
		for i := len(w.Units); i < n; i++ {
			u := org.Unit{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Entrance: "1", Number: fmt.Sprint(i+1, "01"), AreaMilli: area.Milli(60_000 + 500*int64(i)), AreaSource: org.FromRegister,
				UseKind: "residential", Sold: true, Delivered: true, CreatedAt: tx.Now, UpdatedAt: tx.Now}
			if err := tx.Create(&u).Error; err != nil {
				return err
			}
			w.Units = append(w.Units, u)
		}
		return nil
	})
	for i := range n {
		w.own(i)
	}
	for key, value := range map[string]string{"meeting.roster_days": "7", "meeting.window_days_min": "5", "meeting.window_days_max": "60", "meeting.objection_days": "7", "ballot.electronic_clause": "议事规则第9条",
		"ballot.official_platform": "no", "ballot.which_wins": "first_valid", "ballot.change": "once", "meeting.extension_days": "10", "election.order": "heads", "election.tie": "area"} {
		w.local(key, value)
	}
	return w
}

// checked puts a check before what owners write for each other.
func (w *world) checked(c assembly.Checker) {
	w.options.Check = c
	w.s = assembly.New(w.options)
}

func (w *world) tx(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

// local enters a value that the law leaves open.
func (w *world) local(key, value string) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Create(&org.LocalValue{Name: key, Value: value, Article: "测试", EffectiveOn: tx.Now.AddDate(0, -1, 0), State: "confirmed", EnteredBy: 1, EnteredAt: tx.Now, ConfirmedBy: 2, ConfirmedAt: &tx.Now}).Error
	})
}

// own gives a unit an owner set of as many people as are named, the first with an account.
func (w *world) own(units ...int) (org.Actor, org.OwnerSet) {
	w.t.Helper()
	a := w.Person()
	set := org.OwnerSet{EstateID: w.Estate.ID, Kind: "natural", Fingerprint: fmt.Sprint("set-", units)}
	w.tx(func(tx *store.Tx) error {
		set.ID, set.CreatedAt = 0, tx.Now
		if err := tx.Create(&set).Error; err != nil {
			return err
		}
		o := org.Owner{EstateID: w.Estate.ID, OwnerSetID: set.ID, Position: 1, PersonID: a.PersonID, NameSealed: w.Vault.Seal("测试人", "owners.name"), PaperIndex: w.Vault.Index("paper", fmt.Sprint("p", set.ID)),
			PhoneIndex: w.Vault.Index("phone", w.phone(units[0])), CreatedAt: tx.Now}
		if err := tx.Create(&o).Error; err != nil {
			return err
		}
		for _, i := range units {
			u := w.Units[i]
			living := fmt.Sprintf("%d/%d/owner", u.ID, a.PersonID)
			if err := tx.Create(&org.Ownership{EstateID: w.Estate.ID, UnitID: u.ID, OwnerSetID: set.ID, Since: tx.Now, CurrentUnit: &u.ID, Cause: "roster", Source: "测试"}).Error; err != nil {
				return err
			}
			r := org.Residence{EstateID: w.Estate.ID, UnitID: u.ID, PersonID: a.PersonID, OwnerID: o.ID, Role: org.RoleOwner, Basis: "roster", Since: tx.Now, Living: &living}
			if err := tx.Create(&r).Error; err != nil {
				return err
			}
			a.Homes = append(a.Homes, org.Home{ResidenceID: r.ID, EstateID: u.EstateID, UnitID: u.ID, OwnerID: o.ID, Role: org.RoleOwner})
		}
		return nil
	})
	w.owners, w.sets = append(w.owners, a), append(w.sets, set)
	return a, set
}

func (w *world) phone(i int) string { return fmt.Sprintf("139%08d", i) }

// join adds a second owner, with an account, to a set.
func (w *world) join(set int) org.Actor {
	w.t.Helper()
	a := w.Person()
	w.tx(func(tx *store.Tx) error {
		o := org.Owner{EstateID: w.Estate.ID, OwnerSetID: w.sets[set].ID, Position: 2, PersonID: a.PersonID, NameSealed: w.Vault.Seal("共有人", "owners.name"), CreatedAt: tx.Now}
		if err := tx.Create(&o).Error; err != nil {
			return err
		}
		home := w.owners[set].Homes[0]
		home.OwnerID = o.ID
		a.Homes = []org.Home{home}
		return nil
	})
	return a
}

func (w *world) once() string { w.ref++; return fmt.Sprint("ref-", w.ref) }

// call is a meeting with one motion on how to use the fund, and as many more as asked.
func (w *world) call(change ...func(*assembly.Call)) *assembly.Meeting {
	w.t.Helper()
	c := assembly.Call{EstateID: w.Estate.ID, Session: assembly.Extraordinary, Title: "2026年第一次临时会议", Convener: assembly.ByCommittee, Basis: assembly.OwnMotion, Channel: assembly.OnSystem, ClientRef: w.once(), InputHash: "h",
		Motions: []assembly.Proposal{{Title: "使用维修资金修电梯", Body: "更换3号梯曳引机，预算八万元。", Matter: "use_fund", Question: tally.Question{Kind: tally.Motion}}}}
	for _, f := range change {
		f(&c)
	}
	m, err := w.s.Convene(w.t.Context(), w.chair, c)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// frozen brings a meeting to its frozen roll.
func (w *world) frozen(change ...func(*assembly.Call)) *assembly.Meeting {
	w.t.Helper()
	return w.after(w.call(change...))
}

func (w *world) freeze(m *assembly.Meeting) *assembly.Meeting {
	w.t.Helper()
	reviewed := map[string]string{}
	if r, err := w.s.ShowRoster(w.t.Context(), w.chair, m.ID, 0, 100); err == nil {
		for _, q := range r.Doubts {
			reviewed[q.Key] = "已核对"
		}
	}
	m, err := w.s.Freeze(w.t.Context(), w.chair, m.ID, reviewed)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// open brings a meeting to its open window of ten days.
func (w *world) open(change ...func(*assembly.Call)) *assembly.Meeting {
	w.t.Helper()
	return w.notify(w.frozen(change...))
}

func (w *world) notify(m *assembly.Meeting) *assembly.Meeting {
	w.t.Helper()
	for _, q := range w.view(m).Motions {
		if _, err := w.s.ConfirmMatter(w.t.Context(), w.member, m.ID, q.Position, m.Version); err != nil {
			w.t.Fatal(err)
		}
	}
	opens := w.clock.Now().AddDate(0, 0, 16)
	m, err := w.s.Notify(w.t.Context(), w.chair, m.ID, m.Version, assembly.Window{Opens: opens, Closes: opens.AddDate(0, 0, 10)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(16*24*time.Hour + time.Hour)
	return m
}

func (w *world) view(m *assembly.Meeting) *assembly.View {
	w.t.Helper()
	v, err := w.s.Find(w.t.Context(), w.chair, m.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// ballot is what owner i casts: one choice for each motion, the last one for the rest.
func (w *world) ballot(m *assembly.Meeting, i int, choices ...string) assembly.Cast {
	w.t.Helper()
	c := assembly.Cast{Actor: w.owners[i], MeetingID: m.ID, SeatNo: i + 1, Way: assembly.ByApp, ClientRef: w.once(), InputHash: "h"}
	for n, q := range w.view(m).Motions {
		c.Choices = append(c.Choices, assembly.Choice{MotionID: q.ID, Choice: choices[min(n, len(choices)-1)]})
	}
	return c
}

func (w *world) cast(m *assembly.Meeting, i int, choices ...string) *assembly.Receipt {
	w.t.Helper()
	r, err := w.s.Cast(w.t.Context(), w.ballot(m, i, choices...))
	if err != nil {
		w.t.Fatalf("owner %d: %v", i, err)
	}
	return r
}

// closed turns the clock past the window. What was cast is in the log and signed by then, as the server's clock does it every minute.
func (w *world) closed(m *assembly.Meeting) {
	w.t.Helper()
	if _, err := w.s.Sequence(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.s.SignCheckpoints(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(w.view(m).ClosesAt.Sub(w.clock.Now()))
	if _, err := w.s.Tick(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// certified brings a closed meeting to its certificate.
func (w *world) certified(m *assembly.Meeting) *assembly.Statement {
	w.t.Helper()
	if _, err := w.s.Publish(w.t.Context(), w.chair, m.ID); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(8 * 24 * time.Hour)
	if _, err := w.s.Certify(w.t.Context(), w.fresh, m.ID); err != nil {
		w.t.Fatal(err)
	}
	return w.view(m).Result
}

// answer answers an objection; that it holds against ballots is confirmed by the second person at the committee.
func (w *world) answer(who org.Actor, m *assembly.Meeting, o *assembly.Objection, uphold bool, text string) *assembly.Objection {
	w.t.Helper()
	v := assembly.Verdict{Objections: []int64{o.ID}, Uphold: uphold, Text: text}
	if uphold && o.Kind == assembly.AgainstResult && o.Disputed == "[]" {
		v.Follows = assembly.FollowsNothing
	}
	list, err := w.s.AnswerObjections(w.t.Context(), who, m.ID, v)
	if err != nil {
		w.t.Fatal(err)
	}
	if list[0].State != "open" {
		return &list[0]
	}
	done, err := w.s.ConfirmObjection(w.t.Context(), w.member, m.ID, o.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

// refused checks that an action gives a fault.
func refused(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}
