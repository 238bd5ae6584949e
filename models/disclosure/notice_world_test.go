package disclosure_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"testing"
	"time"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/file/blob"
	"github.com/linli-city/linli/models/ledger"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/money"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

const day = 24 * time.Hour

// stage is a town whose committee has two people, with the board and real files.
type stage struct {
	*modelstest.Town
	t         *testing.T
	clock     *modelstest.Clock
	s         *disclosure.Service
	files     *file.Service
	chair     org.Actor
	member    org.Actor
	company   org.Actor
	community org.Actor
	neighbour org.Actor // another person of the community
	owner     org.Actor
	n         int
}

func newStage(t *testing.T) *stage {
	t.Helper()
	clock := modelstest.NewClock()
	db, v := modelstest.OpenAt(t, clock), modelstest.Vault(t)
	folder, err := blob.NewFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &stage{Town: modelstest.NewTown(t, db, v), t: t, clock: clock}
	w.files = file.New(db, v, folder, file.Options{LinkKey: bytes.Repeat([]byte("k"), 32), PublicURL: "https://linli.example"})
	w.s = disclosure.New(db, w.files).With(disclosure.Options{Pack: "duyun-2020"})
	w.chair, w.member, w.company = w.Officer(w.Committee, org.Chair), w.Officer(w.Committee, org.Member), w.Officer(w.Company, org.Head)
	w.community, w.neighbour, w.owner = w.Officer(w.Community, org.Clerk), w.Officer(w.Community, org.Head), w.Resident(0, org.RoleOwner)
	return w
}

func (w *stage) tx(f func(*store.Tx) error) {
	w.t.Helper()
	if err := w.DB.InTx(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

// once is a ref that was not used before.
func (w *stage) once() string {
	w.n++
	return fmt.Sprint("ref-", w.n)
}

// local enters a value that the law leaves open.
func (w *stage) local(key, value string) {
	w.t.Helper()
	w.tx(func(tx *store.Tx) error {
		return tx.Create(&org.LocalValue{Name: key, Value: value, Article: "测试规定第1条", EffectiveOn: org.DayOf(tx.Now.Add(-30 * day)), State: "confirmed", EnteredBy: 1, EnteredAt: tx.Now, ConfirmedBy: 2, ConfirmedAt: &tx.Now}).Error
	})
}

func (w *stage) upload(a org.Actor, purpose file.Purpose) int64 {
	w.t.Helper()
	w.n++
	m := image.NewGray(image.Rect(0, 0, 200+w.n%60, 200+w.n/60)) // no two alike
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		w.t.Fatal(err)
	}
	f, err := w.files.Upload(w.t.Context(), a, file.Upload{Purpose: purpose, ClientRef: w.once(), Name: "p.png", Body: &b})
	if err != nil {
		w.t.Fatal(err)
	}
	return f.ID
}

// draft is a posting in free text.
func (w *stage) draft() disclosure.Draft {
	ref := w.once()
	return disclosure.Draft{EstateID: w.Estate.ID, Kind: disclosure.Posting, Audience: disclosure.Everyone, Title: "外墙维修方案", Body: "第一行\n第二行\n第三行", ClientRef: ref, InputHash: ref}
}

func (w *stage) publish(d disclosure.Draft) *disclosure.Notice {
	w.t.Helper()
	n, err := w.s.Publish(w.t.Context(), w.chair, d)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *stage) find(id int64) *disclosure.View {
	w.t.Helper()
	v, err := w.s.Find(w.t.Context(), w.owner, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// through asks for the last day of a posting.
func (w *stage) through(id int64) (d calendar.Date, err error) {
	err = w.DB.View(w.t.Context(), func(tx *store.Tx) (err error) {
		d, err = w.s.PostedThrough(tx, id)
		return err
	})
	return d, err
}

func (w *stage) throughIs(id int64, want string) {
	w.t.Helper()
	if d, err := w.through(id); err != nil || d.String() != want {
		w.t.Errorf("posted through %s, %v; want %s", d, err, want)
	}
}

// books posts some income and spending of the public income's books and closes January.
func (w *stage) books() {
	w.t.Helper()
	post := func(ref string, d calendar.Date, source string, from, to ledger.Code, fen money.Fen) *ledger.Journal {
		var j *ledger.Journal
		w.tx(func(tx *store.Tx) (err error) {
			j, err = ledger.Post(tx, w.company, w.Estate.ID, ledger.Income, ledger.Posting{Ref: ref, Effective: d, Source: ledger.Source{Kind: source, ID: 1, Text: "合同1号"}, Memo: ref,
				Lines: []ledger.Line{{Key: ledger.Key{Code: to}, Amount: fen}, {Key: ledger.Key{Code: from}, Amount: -fen}}})
			return err
		})
		return j
	}
	post("lobby", on(1, 5), "contract", ledger.IncomeRevenue, ledger.IncomeBank, 1_234_56)
	post("parking", on(1, 20), "parking", ledger.IncomeRevenue, ledger.IncomeBank, 500_00)
	wrong := post("typed twice", on(1, 21), "parking", ledger.IncomeRevenue, ledger.IncomeBank, 500_00)
	post("lamps", on(1, 25), "cost", ledger.IncomeBank, ledger.IncomeCost, 200_00)
	w.tx(func(tx *store.Tx) error {
		if _, err := ledger.Reverse(tx, w.company, wrong.ID, "take back", "录重了", on(1, 22)); err != nil {
			return err
		}
		return ledger.Close(tx, w.company, w.Estate.ID, ledger.Income, on(1, 31))
	})
	post("february", on(2, 3), "contract", ledger.IncomeRevenue, ledger.IncomeBank, 9_999_99)
}

func on(month time.Month, d int) calendar.Date {
	return calendar.Date{Year: 2026, Month: month, Day: d}
}

// income is a statement of January whose figures come from the books.
func (w *stage) income() disclosure.Draft {
	d := w.draft()
	d.Form, d.Title, d.Body, d.Kind = disclosure.Income, "一月公共收益收支", "电梯广告和临时停车的收入，用于更换楼道灯。", disclosure.Announcement
	d.Contents = []string{"经营的位置和合同", "收入", "合理成本和凭据", "净收益", "转入维修资金的数额", "支出", "结余", "委员的酬金和津贴"}
	ask := func(label string, m disclosure.Measure, code ledger.Code, sources ...string) disclosure.Query {
		q := disclosure.Query{Label: label, Book: string(ledger.Income), Codes: []string{string(code)}, Sources: sources, Measure: m, From: on(1, 1), To: on(1, 31)}
		if m == disclosure.Balance {
			q.From = calendar.Date{}
		}
		return q
	}
	d.Queries = []disclosure.Query{ask("一月收入", disclosure.Received, ledger.IncomeRevenue), ask("其中停车", disclosure.Received, ledger.IncomeRevenue, "parking"),
		ask("一月支出", disclosure.Spent, ledger.IncomeCost), ask("一月底结余", disclosure.Balance, ledger.IncomeBank)}
	return d
}

func (w *stage) save(a org.Actor, d disclosure.Draft) *disclosure.Prepared {
	w.t.Helper()
	p, err := w.s.SaveDraft(w.t.Context(), a, d, 0, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// confirmed writes, submits and publishes a statement by two people.
func (w *stage) confirmed(d disclosure.Draft) int64 {
	w.t.Helper()
	p := w.save(w.chair, d)
	if err := w.s.SubmitDraft(w.t.Context(), w.chair, p.ID, p.Revision); err != nil {
		w.t.Fatal(err)
	}
	id, err := w.s.ConfirmDraft(w.t.Context(), w.member, p.ID, p.Revision)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func refused(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// The papers of the duties' tests are nobody's files.
func (drawer) IDsIn(*store.Tx, string, []int64) (map[int64][]int64, error) { return nil, nil }
func (drawer) Move(*store.Tx, []int64, string, int64, string, int64) error { return nil }
func (drawer) Sum(*store.Tx, int64) (string, error)                        { return "", nil }
func (drawer) Pixels(*store.Tx, int64) (int, int, error)                   { return 0, 0, nil }
