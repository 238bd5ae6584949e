package disclosure_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// entrance puts another staircase into the register.
func (w *stage) entrance(name string) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Create(&[]org.Unit{
			{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Entrance: name, Number: "101", AreaMilli: 1000, AreaSource: org.FromRegister, UseKind: "residential", CreatedAt: tx.Now, UpdatedAt: tx.Now},
			{EstateID: w.Estate.ID, BuildingID: w.Building.ID, Entrance: "车库", Number: name, AreaMilli: 1000, AreaSource: org.FromRegister, UseKind: "parking", CreatedAt: tx.Now, UpdatedAt: tx.Now},
		}).Error
	})
}

// walls gives the places of a notice by name.
func (w *stage) walls(id int64) map[string]disclosure.Wall {
	w.t.Helper()
	list, _, err := w.s.Walls(w.t.Context(), w.owner, id)
	if err != nil {
		w.t.Fatal(err)
	}
	all := map[string]disclosure.Wall{}
	for _, x := range list {
		all[x.Name] = x
	}
	return all
}

func (w *stage) proof(a org.Actor) disclosure.Proof {
	ref := w.once()
	return disclosure.Proof{At: w.clock.Now(), Spot: "门厅左侧", FileID: w.upload(a, file.Photo), ClientRef: ref, InputHash: ref}
}

func (w *stage) hang(id int64, place string) *disclosure.Paper {
	w.t.Helper()
	p, err := w.s.Hang(w.t.Context(), w.company, w.walls(id)[place].ID, w.proof(w.company))
	if err != nil {
		w.t.Fatal(place, ": ", err)
	}
	return p
}

func (w *stage) sighting(a org.Actor) disclosure.Sighting {
	ref := w.once()
	return disclosure.Sighting{Sort: "removed", SeenAt: w.clock.Now(), FileID: w.upload(a, file.Photo), ClientRef: ref, InputHash: ref}
}

func (w *stage) report(a org.Actor, paper int64) *disclosure.Incident {
	w.t.Helper()
	x, err := w.s.Report(w.t.Context(), a, paper, w.sighting(a))
	if err != nil {
		w.t.Fatal(err)
	}
	return x
}

// TestThePeriodRunsFromTheLastPaper: seven days are counted from the day after the last entrance, and nothing is counted before each has
// its paper; garages do not count.
func TestThePeriodRunsFromTheLastPaper(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	w.local("disclosure.posting_days", "7")
	w.local("disclosure.places", "entrance")
	w.entrance("2")
	n := w.publish(w.draft()) // on 2 March
	_, err := w.through(n.ID)
	refused(t, "nothing hangs", err, disclosure.ErrNotHung)
	if text := fault.Of(err).Message; !strings.Contains(text, "1幢1单元、1幢2单元。") || strings.Contains(text, "车库") {
		t.Errorf("missing: %s", text)
	}
	w.hang(n.ID, "1幢1单元")
	w.clock.Advance(3 * day)
	_, err = w.through(n.ID)
	refused(t, "one is missing", err, disclosure.ErrNotHung)
	if s := w.walls(n.ID); s["1幢2单元"].State != "missing" || s["1幢1单元"].State != "hanging" || s["小区公示栏"].Required {
		t.Errorf("%+v", s)
	}
	w.hang(n.ID, "1幢2单元") // on 5 March
	w.throughIs(n.ID, "2026-03-12")
	v := w.find(n.ID)
	if v.Period.Days != 7 || v.Period.Article == "" || v.Period.Over {
		t.Errorf("%+v", v.Period)
	}
	w.clock.Advance(8 * day)
	if !w.find(n.ID).Period.Over {
		t.Error("it is the 13th and the period is not over")
	}
}

// TestRulesAreThoseOfTheDay: what the bureau enters afterwards does not change a posting; where the places were not set the publication
// online counts alone, and where the days were not, nothing can be said until they are.
func TestRulesAreThoseOfTheDay(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	early := w.publish(w.draft())
	_, err := w.through(early.ID)
	refused(t, "no days are set", err, rulepack.ErrUnset)
	if p := w.find(early.ID).Period; !strings.Contains(p.Places, "未配置") || !strings.Contains(p.Why, "公示至少张贴的天数") {
		t.Errorf("%+v", p)
	}
	w.local("disclosure.posting_days", "7")
	n := w.publish(w.draft())
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&org.LocalValue{}).Where("name = 'disclosure.posting_days'").Update("value", "3").Error
	})
	w.local("disclosure.places", "board,entrance")
	w.throughIs(n.ID, "2026-03-09")
	w.throughIs(early.ID, "2026-03-05")
	d := w.draft()
	d.Kind = disclosure.Announcement
	_, err = w.through(w.publish(d).ID)
	refused(t, "an announcement", err, disclosure.ErrNoPeriod)
	_, err = w.through(999_999)
	refused(t, "none", err, disclosure.ErrNotFound)
}

// TestTornOffDaysAreAdded: the community confirms that a paper was gone; its clock stops there, the days that it hung count, the rest is
// added after it hangs again.
func TestTornOffDaysAreAdded(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.local("disclosure.posting_days", "7")
	w.local("disclosure.places", "entrance")
	n := w.publish(w.draft())
	p := w.hang(n.ID, "1幢1单元") // 2 March, through the 9th
	w.clock.Advance(4 * day)
	x := w.report(w.owner, p.ID) // on the 6th
	_, err := w.through(n.ID)
	refused(t, "a report is open", err, disclosure.ErrInQuestion)
	_, err = w.s.Report(ctx, w.chair, p.ID, w.sighting(w.chair))
	refused(t, "reported twice", err, disclosure.ErrReported)
	refused(t, "the company judges", w.s.Judge(ctx, w.company, x.ID, false, time.Time{}, "没有的事"), org.ErrForbidden)
	if err := w.s.Judge(ctx, w.community, x.ID, true, time.Time{}, ""); err != nil {
		t.Fatal(err)
	}
	refused(t, "judged again", w.s.Judge(ctx, w.neighbour, x.ID, false, time.Time{}, "再看"), disclosure.ErrDecided)
	_, err = w.through(n.ID)
	refused(t, "it is gone", err, disclosure.ErrNotHung)
	w.clock.Advance(2 * day)
	again := w.hang(n.ID, "1幢1单元") // on the 8th; the 3rd, 4th and 5th count, four are left
	w.throughIs(n.ID, "2026-03-12")
	w.clock.Advance(day)
	if err := w.s.Judge(ctx, w.community, w.report(w.owner, again.ID).ID, false, time.Time{}, "贴在另一侧"); err != nil {
		t.Fatal(err)
	}
	w.throughIs(n.ID, "2026-03-12")
	w.clock.Advance(4 * day) // the 13th: seen after its days were over
	w.report(w.chair, again.ID)
	w.throughIs(n.ID, "2026-03-12")
}

// TestOnlyAnotherPersonJudges: neither who hung the paper nor who reported it, and only between the hanging and the sighting.
func TestOnlyAnotherPersonJudges(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.local("disclosure.posting_days", "7")
	n := w.publish(w.draft())
	p, err := w.s.Hang(ctx, w.community, w.walls(n.ID)["小区公示栏"].ID, w.proof(w.community))
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(day)
	x := w.report(w.chair, p.ID)
	refused(t, "who hung it", w.s.Judge(ctx, w.community, x.ID, false, time.Time{}, "还在"), disclosure.ErrOwnReport)
	refused(t, "before it hung", w.s.Judge(ctx, w.neighbour, x.ID, true, p.HungAt.Add(-time.Hour), ""), fault.ErrInvalid)
	refused(t, "refused without a word", w.s.Judge(ctx, w.neighbour, x.ID, false, time.Time{}, ""), fault.ErrInvalid)
	if err := w.s.Judge(ctx, w.neighbour, x.ID, true, p.HungAt.Add(time.Hour), ""); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.Report(ctx, w.owner, p.ID, w.sighting(w.owner))
	refused(t, "gone already", err, disclosure.ErrDown)
	w.throughIs(n.ID, "2026-03-09") // the board is not asked for: the period online runs on
	stranger := w.Person()
	_, err = w.s.Report(ctx, stranger, p.ID, w.sighting(stranger))
	refused(t, "a stranger", err, org.ErrForbidden)
}

// TestAProofIsOfItsTime: a paper cannot be hung in the past, before the notice, twice at a place, or in an old version; the same tap
// answers the first.
func TestAProofIsOfItsTime(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	n := w.publish(w.draft())
	place := w.walls(n.ID)["1幢1单元"].ID
	for what, at := range map[string]time.Duration{"in the future": 10 * time.Minute, "before the notice": -time.Hour} {
		in := w.proof(w.company)
		in.At = in.At.Add(at)
		_, err := w.s.Hang(ctx, w.company, place, in)
		refused(t, what, err, fault.ErrInvalid)
	}
	w.clock.Advance(3 * day)
	in := w.proof(w.company)
	in.At = in.At.Add(-25 * time.Hour)
	_, err := w.s.Hang(ctx, w.company, place, in)
	refused(t, "told a day too late", err, fault.ErrInvalid)
	in.At = w.clock.Now()
	p, err := w.s.Hang(ctx, w.company, place, in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.s.Hang(ctx, w.company, place, in); err != nil || again.ID != p.ID {
		t.Errorf("a second tap: %+v %v", again, err)
	}
	in.InputHash = "other"
	_, err = w.s.Hang(ctx, w.company, place, in)
	refused(t, "the ref with other input", err, disclosure.ErrRefReused)
	_, err = w.s.Hang(ctx, w.company, place, w.proof(w.company))
	refused(t, "twice at a place", err, disclosure.ErrHanging)
	_, err = w.s.Hang(ctx, w.owner, place, w.proof(w.owner))
	refused(t, "by a resident", err, org.ErrForbidden)
	if err := w.s.Revise(ctx, w.chair, n.ID, disclosure.Revision{Title: "新", Body: "新", Reason: "写错了"}); err != nil {
		t.Fatal(err)
	}
	_, err = w.s.Hang(ctx, w.company, place, w.proof(w.company))
	refused(t, "the old version", err, disclosure.ErrOldPaper)
	if s := w.walls(n.ID)["1幢1单元"]; s.ID == place || s.State != "missing" {
		t.Errorf("the new version hangs already: %+v", s)
	}
}

// sized uploads a picture of a size, filled with a shade.
func (w *stage) sized(a org.Actor, width, height int, shade uint8) int64 {
	w.t.Helper()
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = shade
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		w.t.Fatal(err)
	}
	f, err := w.files.Upload(w.t.Context(), a, file.Upload{Purpose: file.Photo, ClientRef: w.once(), Name: "p.png", Body: &b})
	if err != nil {
		w.t.Fatal(err)
	}
	return f.ID
}

// TestOnePhotoProvesOnePaper: the same picture uploaded again proves nothing more, at another entrance or of another notice, and nothing
// without anything to read proves anything; the refusal names the place that it proves. Another estate's photos are no matter.
func TestOnePhotoProvesOnePaper(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.local("disclosure.places", "entrance")
	w.entrance("2")
	n, other := w.publish(w.draft()), w.publish(w.draft())
	hang := func(notice int64, place string, photo int64) error {
		p := w.proof(w.company)
		p.FileID = photo
		_, err := w.s.Hang(ctx, w.company, w.walls(notice)[place].ID, p)
		return err
	}
	for _, size := range [][2]int{{1, 1}, {199, 800}, {800, 199}} {
		err := hang(n.ID, "1幢1单元", w.sized(w.company, size[0], size[1], 9))
		if f := fault.Of(err); !errors.Is(err, fault.ErrInvalid) || len(f.Fields) != 1 || f.Fields[0].Path != "file_id" || !strings.Contains(f.Fields[0].Reason, "太小") {
			t.Errorf("%v: %v", size, err)
		}
	}
	if err := hang(n.ID, "1幢1单元", w.sized(w.company, 200, 200, 9)); err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct {
		notice int64
		place  string
	}{{n.ID, "1幢2单元"}, {n.ID, "小区公示栏"}, {other.ID, "1幢1单元"}} {
		err := hang(at.notice, at.place, w.sized(w.company, 200, 200, 9))
		if refused(t, "the same photo", err, disclosure.ErrPhotoUsed); err != nil && (!strings.Contains(err.Error(), "1幢1单元") || !strings.Contains(err.Error(), n.Number)) {
			t.Errorf("%v", err)
		}
	}
	if err := hang(n.ID, "1幢2单元", w.sized(w.company, 200, 200, 200)); err != nil {
		t.Error(err)
	}
	w.tx(func(tx *store.Tx) error {
		return tx.Model(&disclosure.Paper{}).Where("notice_id = ?", n.ID).Update("estate_id", w.Estate.ID+1000).Error
	})
	if err := hang(other.ID, "1幢1单元", w.sized(w.company, 200, 200, 9)); err != nil {
		t.Errorf("another estate's photo: %v", err)
	}
}

// TestTwentyPapersOfOnePhoto: of twenty notices hung at once with the same picture one has its proof.
func TestTwentyPapersOfOnePhoto(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	places, proofs := make([]int64, 20), make([]disclosure.Proof, 20)
	for i := range places {
		places[i], proofs[i] = w.walls(w.publish(w.draft()).ID)["小区公示栏"].ID, w.proof(w.company)
		proofs[i].FileID = w.sized(w.company, 200, 200, 9)
	}
	errs := make([]error, len(places))
	var wg sync.WaitGroup
	for i := range places {
		wg.Go(func() { _, errs[i] = w.s.Hang(t.Context(), w.company, places[i], proofs[i]) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		}
	}
	if done != 1 {
		t.Errorf("%d hang: %v", done, errs)
	}
}

// TestAPhotoFromFarAway: the distance to the building, else to the estate, is kept and shown to who supervises and to nobody else, and nobody is
// refused for it; where either is unknown nothing is said.
func TestAPhotoFromFarAway(t *testing.T) {
	t.Parallel()
	w := newStage(t)
	ctx := t.Context()
	w.local("disclosure.places", "entrance")
	w.entrance("2")
	people := org.New(w.DB, w.Vault, nil, nil)
	township := w.Officer(w.Township, org.Clerk)
	n := w.publish(w.draft())
	hang := func(place string, lat, lng int64) *disclosure.Paper {
		p := w.proof(w.company)
		p.LatE6, p.LngE6 = &lat, &lng
		got, err := w.s.Hang(ctx, w.company, w.walls(n.ID)[place].ID, p)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if p := hang("小区公示栏", 500_000, 500_000); p.Metres != nil || p.Far() {
		t.Errorf("nobody has said where the estate is: %+v", p.Metres)
	}
	refused(t, "the company", people.Locate(ctx, w.company, w.Estate.ID, 0, org.Position{LatE6: 1, LngE6: 1}), org.ErrForbidden)
	refused(t, "nowhere", people.Locate(ctx, township, w.Estate.ID, 0, org.Position{LatE6: 91_000_000}), fault.ErrInvalid)
	refused(t, "another's building", people.Locate(ctx, township, w.Estate.ID, w.Building.ID+999, org.Position{LatE6: 26_258_000, LngE6: 107_518_000}), fault.ErrInvalid)
	for building, at := range map[int64]org.Position{0: {LatE6: 26_258_000, LngE6: 107_518_000}, w.Building.ID: {LatE6: 26_260_000, LngE6: 107_518_000}} {
		if err := people.Locate(ctx, township, w.Estate.ID, building, at); err != nil {
			t.Fatal(err)
		}
	}
	near, far := hang("1幢1单元", 26_260_000, 107_518_500), hang("1幢2单元", 500_000, 500_000)
	if near.Metres == nil || *near.Metres != 50 || near.Far() || far.Metres == nil || *far.Metres < 10_000_000 || !far.Far() {
		t.Errorf("%d, %d", *near.Metres, *far.Metres)
	}
	for name, who := range map[string]org.Actor{"township": township, "community": w.community, "owner": w.owner, "chair": w.chair} {
		list, _, err := w.s.Walls(ctx, who, n.ID)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, x := range list {
			for _, p := range x.Papers {
				if p.Far() {
					seen++
				}
			}
		}
		if want := map[string]int{"township": 1, "community": 1}[name]; seen != want {
			t.Errorf("%s sees %d far away", name, seen)
		}
	}
}
