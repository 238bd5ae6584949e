package org_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// desk keeps uploads in memory.
type desk struct {
	mu    sync.Mutex
	files map[int64][]byte
}

func (d *desk) put(raw string) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := int64(len(d.files) + 1)
	d.files[id] = []byte(raw)
	return id
}

func (d *desk) OpenForImport(_ context.Context, _ org.Actor, id int64) (io.ReaderAt, int64, string, func(), error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	raw := d.files[id]
	return bytes.NewReader(raw), int64(len(raw)), "r.csv", func() {}, nil
}

func (d *desk) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error { return nil }

type world struct {
	*modelstest.Town
	clock *modelstest.Clock
	desk  *desk
	s     *org.Service
	clerk org.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db, v := modelstest.OpenAt(t, clock), modelstest.Vault(t)
	w := &world{Town: modelstest.NewTown(t, db, v), clock: clock, desk: &desk{files: map[int64][]byte{}}}
	w.s = org.New(db, v, w.desk, slog.New(slog.DiscardHandler))
	w.clerk = w.Officer(w.Community, org.Clerk)
	return w
}

const heads = "幢号,单元,房号,建筑面积,面积来源,用途,状态,交付,业主姓名,证件号码,手机号,份额\n"

// check uploads a roster and gives its report.
func (w *world) check(t *testing.T, lines string) *org.RosterReport {
	t.Helper()
	id := w.desk.put(heads + lines)
	r, err := w.s.CheckRoster(t.Context(), w.clerk, org.RosterCheck{EstateID: w.Estate.ID, FileID: id, ClientRef: fmt.Sprint("ref", id), InputHash: fmt.Sprint(id)})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) apply(t *testing.T, lines string) *org.RosterReport {
	t.Helper()
	r := w.check(t, lines)
	if r.FaultCount > 0 {
		t.Fatalf("faults: %+v", r.Faults)
	}
	if _, err := w.s.ApplyRoster(t.Context(), w.clerk, r.ID, false); err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	phoneA = "13900000001"
	phoneB = "13900000002"
)

// paper finds a number with a right check digit.
func paper(n int) string {
	body := fmt.Sprintf("99999919900101%03d", n)
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, x := range weights {
		sum += x * int(body[i]-'0')
	}
	return body + string("10X98765432"[sum%11])
}

func line(unit, area, name, id, phone, share string) string {
	return fmt.Sprintf("9,1,%s,%s,登记,住宅,已售,是,%s,%s,%s,%s\n", unit, area, name, id, phone, share)
}

// owner signs somebody in whose phone WeChat vouches for.
func (w *world) owner(t *testing.T, phone string) (org.Actor, org.Recognition) {
	t.Helper()
	a := w.Person()
	r, err := w.s.BindPhone(t.Context(), a, phone)
	if err != nil {
		t.Fatal(err)
	}
	return a, r
}

func (w *world) homes(t *testing.T, a org.Actor) []org.HomeView {
	t.Helper()
	list, err := w.s.MyHomes(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (w *world) units(t *testing.T) []org.UnitView {
	t.Helper()
	list, err := w.s.ListUnits(t.Context(), w.clerk, w.Estate.ID, 0, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRosterIsCheckedThenApplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.check(t, line("101", "88.5", "甲", paper(1), phoneA, "")+line("102", "九十", "乙", paper(2), phoneB, ""))
	if r.State != "faulty" || r.FaultCount != 1 || r.Faults[0].Row != 3 || !strings.Contains(r.Faults[0].Column, "建筑面积") {
		t.Fatalf("report: %+v", r)
	}
	if _, err := w.s.ApplyRoster(t.Context(), w.clerk, r.ID, false); !errors.Is(err, org.ErrImportApplied) {
		t.Errorf("a faulty roster was applied: %v", err)
	}
	before := len(w.units(t))
	if r = w.apply(t, line("101", "88.5", "甲", paper(1), phoneA, "")+line("102", "90", "乙", paper(2), phoneB, "")); r.New != 2 {
		t.Errorf("report: %+v", r)
	}
	if got := len(w.units(t)); got != before+2 {
		t.Errorf("%d units, had %d", got, before)
	}
	again := w.check(t, line("101", "88.5", "甲", paper(1), phoneA, "")+line("102", "91.25", "乙", paper(2), phoneB, ""))
	if again.Unchanged != 1 || again.Changed != 1 || again.Differences[0].Diffs[0] != "面积：90.00 → 91.25" {
		t.Errorf("second roster: %+v", again)
	}
	if strings.Contains(fmt.Sprint(again), phoneA) || strings.Contains(fmt.Sprint(again), paper(1)) {
		t.Error("a report holds personal data")
	}
	stale := w.check(t, line("103", "70", "丙", paper(3), "", ""))
	if _, err := w.s.ApplyRoster(t.Context(), w.clerk, again.ID, false); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.ApplyRoster(t.Context(), w.clerk, again.ID, false); !errors.Is(err, org.ErrImportApplied) {
		t.Errorf("applied twice: %v", err)
	}
	if _, err := w.s.ApplyRoster(t.Context(), w.clerk, stale.ID, false); !errors.Is(err, org.ErrImportStale) {
		t.Errorf("a roster that was checked against an older register: %v", err)
	}
}

func TestOnePersonUnderTwoNamesIsAFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.check(t, line("101", "88", "甲", paper(1), phoneA, "")+line("102", "88", "假", paper(1), phoneA, ""))
	if r.FaultCount != 1 || !strings.Contains(r.Faults[0].Reason, "第2行") {
		t.Errorf("%+v", r.Faults)
	}
}

// TestOwnerSetsMergeByPapersAlone: SPC interpretation art. 9 counts units of one identical owner set as one head; equal
// names prove nothing.
func TestOwnerSetsMergeByPapersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(t, line("101", "88", "甲", paper(1), phoneA, "1/2")+line("101", "88", "乙", paper(2), "", "1/2")+
		line("102", "70", "乙", paper(2), "", "")+line("102", "70", "甲", paper(1), phoneA, "")+
		line("103", "70", "甲", paper(1), phoneA, "")+
		line("104", "70", "丁", "", "", "")+line("105", "70", "丁", "", "", ""))
	sets := map[string]int64{}
	review := map[string]org.Review{}
	for _, u := range w.units(t) {
		if u.OwnerSet != nil {
			sets[u.Number], review[u.Number] = u.OwnerSet.ID, u.OwnerSet.Review
		}
	}
	if sets["101"] != sets["102"] {
		t.Error("the same two people in another order are two sets")
	}
	if sets["103"] == sets["101"] {
		t.Error("one of the two alone is the same set")
	}
	if sets["104"] == sets["105"] {
		t.Error("equal names without papers were merged")
	}
	if review["104"] != "paper_missing" || review["101"] != "" {
		t.Errorf("for a person to look at: %v", review)
	}
}

func TestRecognitionByPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	early, r := w.owner(t, phoneA) // the roster comes later
	if r.Homes != 0 {
		t.Fatalf("%+v", r)
	}
	w.apply(t, line("101", "88", "甲", paper(1), phoneA, "")+line("102", "70", "甲", paper(1), phoneA, ""))
	if r, err := w.s.Recognise(t.Context(), early); err != nil || r.Homes != 2 {
		t.Errorf("at the next sign-in: %+v, %v", r, err)
	}
	if r, err := w.s.Recognise(t.Context(), early); err != nil || r.Homes != 0 || len(w.homes(t, early)) != 2 {
		t.Errorf("repeated: %+v, %v", r, err)
	}
	if _, r := w.owner(t, phoneA); r.Homes != 0 {
		t.Errorf("a second account with the phone took over %d homes of the first", r.Homes)
	}
	shared := ""
	for i := range 4 {
		shared += line(fmt.Sprint("20", i), "50", fmt.Sprint("某", i), paper(10+i), phoneB, "")
	}
	w.apply(t, shared)
	if _, r := w.owner(t, phoneB); r.Homes != 0 || !r.Review {
		t.Errorf("a phone of four owner sets: %+v", r)
	}
}

func TestSaleClosesRightsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.apply(t, line("101", "88", "甲", paper(1), phoneA, ""))
	seller, _ := w.owner(t, phoneA)
	home := w.homes(t, seller)[0]
	seller.Homes = []org.Home{{EstateID: home.EstateID, UnitID: home.UnitID, Role: org.RoleOwner}}
	family, tenant := w.Person(), w.Person()
	ends := w.clock.Now().AddDate(0, 6, 0)
	for role, a := range map[org.Role]org.Actor{org.RoleFamily: family, org.RoleTenant: tenant} {
		inv, err := w.s.InviteHousehold(ctx, seller, home.UnitID, role, &ends)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.Accept(ctx, a, inv.Token); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.Accept(ctx, w.Person(), inv.Token); !errors.Is(err, org.ErrInvitationInvalid) {
			t.Errorf("an invitation works twice: %v", err)
		}
	}
	err := w.s.RecordTransfer(ctx, w.clerk, org.Transfer{ClientRef: "sale-1", UnitID: home.UnitID, Cause: "sale", Source: "产权证1号", Owners: []org.OwnerInput{{Name: "新", Paper: paper(9), Phone: phoneB}}})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(w.homes(t, seller)) + len(w.homes(t, family)); n != 0 {
		t.Errorf("%d homes left after the sale", n)
	}
	if len(w.homes(t, tenant)) != 1 {
		t.Error("the sale ended the lease (Civil Code art. 725)")
	}
	if _, r := w.owner(t, phoneB); r.Homes != 1 {
		t.Errorf("the buyer: %+v", r)
	}
	var history int64
	if err := w.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&org.Ownership{}).Where("unit_id = ?", home.UnitID).Count(&history).Error
	}); err != nil || history != 2 {
		t.Errorf("%d ownerships kept (%v)", history, err)
	}
	w.clock.Advance(8 * 31 * 24 * time.Hour)
	if n, err := w.s.EndLeases(ctx); err != nil || n != 1 || len(w.homes(t, tenant)) != 0 {
		t.Errorf("leases ended: %d, %v", n, err)
	}
}

// TestCorrectionTakesNobodysRights: a later roster that adds papers or mends a phone is no change of hands.
func TestCorrectionTakesNobodysRights(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(t, line("101", "88", "甲", "", phoneA, ""))
	owner, _ := w.owner(t, phoneA)
	w.apply(t, line("101", "88", "甲", paper(1), phoneB, ""))
	if len(w.homes(t, owner)) != 1 {
		t.Error("completing the roster ended the owner's rights")
	}
	w.apply(t, line("101", "88", "乙", paper(2), phoneB, ""))
	if len(w.homes(t, owner)) != 0 {
		t.Error("another owner in the roster left the old one's rights")
	}
}

func TestSecondPersonConfirmsLocalValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	bureau := w.Code("housing-bureau")
	first, second := w.Officer(bureau, org.Head), w.Officer(bureau, org.Clerk)
	const pack, key = "duyun-2020", "complaint.clock.ordinary"
	clock := func() string {
		set, err := w.s.RulesToday(ctx, first, pack)
		if err != nil {
			t.Fatal(err)
		}
		v, err := set.Find(key)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(v.Raw, v.Reference)
	}
	before := clock()
	v, err := w.s.EnterValue(ctx, first, pack, org.NewLocalValue{Name: key, Value: "5wd", Article: "某办法第三条", EffectiveOn: w.clock.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if clock() != before {
		t.Error("a value that nobody confirmed is in force")
	}
	other := first
	other.Post = second.Post
	if err := w.s.ConfirmValue(ctx, other, v.ID, true, ""); !errors.Is(err, org.ErrSamePerson) {
		t.Errorf("the same human in another post: %v", err)
	}
	if err := w.s.ConfirmValue(ctx, second, v.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if got := clock(); got != "5wdfalse" {
		t.Errorf("in force: %s", got)
	}
	if _, err := w.s.EnterValue(ctx, first, pack, org.NewLocalValue{Name: key, Value: "soon", Article: "x", EffectiveOn: w.clock.Now()}); fault.Of(err).Kind != fault.Invalid {
		t.Errorf("a value of the wrong kind: %v", err)
	}
	if _, err := w.s.EnterValue(ctx, w.clerk, pack, org.NewLocalValue{Name: key}); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a community enters law: %v", err)
	}
}

func TestEveryFunctionNamesItsStandIn(t *testing.T) {
	t.Parallel()
	bare := org.Estate{CommunityID: 7, TownshipID: 8, Form: org.SingleBuilding}
	for _, f := range bare.Functions() {
		if f.OrganisationID == 0 || (f.StandIn && !strings.Contains(f.Reason, "五(二)")) {
			t.Errorf("%+v", f)
		}
	}
}

func TestAreaClaimChangesTheRegister(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	owner := w.Resident(0, org.RoleOwner)
	in := org.NewAreaClaim{UnitID: w.Units[0].ID, Area: area.Milli(91_250), Source: org.FromSurvey, FileIDs: []int64{1}, ClientRef: "a", InputHash: "h"}
	if _, err := w.s.ContestArea(ctx, w.Resident(0, org.RoleTenant), in); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a tenant contests: %v", err)
	}
	c, err := w.s.ContestArea(ctx, owner, in)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.DecideArea(ctx, w.Officer(w.Committee, org.Chair), c.ID, true, ""); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("the committee decides on areas: %v", err)
	}
	if err := w.s.DecideArea(ctx, w.clerk, c.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	u, err := w.s.FindUnit(ctx, w.clerk, w.Units[0].ID)
	if err != nil || u.AreaMilli != 91_250 || u.AreaSource != org.FromSurvey {
		t.Errorf("%+v, %v", u, err)
	}
}

func TestOneOfTwentyTakesThePost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	head := w.Officer(w.Township, org.Head)
	post, err := w.s.CreatePost(t.Context(), head, org.NewPost{OrganisationID: w.Community.ID, Kind: org.Clerk, Title: "经办"})
	if err != nil {
		t.Fatal(err)
	}
	inv, err := w.s.InvitePostHolder(t.Context(), head, post.ID, org.Holder)
	if err != nil {
		t.Fatal(err)
	}
	people := make([]org.Actor, 20)
	for i := range people {
		people[i] = w.Person()
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	won := 0
	for _, p := range people {
		wg.Go(func() {
			_, err := w.s.Accept(context.Background(), p, inv.Token)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, org.ErrInvitationInvalid) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d people hold one invitation's post", won)
	}
	if _, err := w.s.InvitePostHolder(t.Context(), w.Officer(w.Company, org.Head), post.ID, org.Holder); !errors.Is(err, org.ErrPostNotFound) {
		t.Errorf("a company staffs the community: %v", err)
	}
}
