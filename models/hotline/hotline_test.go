package hotline_test

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

	"github.com/xuri/excelize/v2"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/hotline"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// desk stands in for the file service and the suggestions: uploads by their number.
type desk struct{ uploads []string }

func (d *desk) OpenHotline(_ context.Context, _ org.Actor, id int64) (io.ReaderAt, int64, string, func(), error) {
	raw := d.uploads[id-1]
	return strings.NewReader(raw), int64(len(raw)), "sum", func() {}, nil
}

func (d *desk) Suggestions(context.Context) (func(title, text string) (string, string), error) {
	return func(_, text string) (string, string) {
		if strings.Contains(text, "消防通道") {
			return "fire-lane", "写到：消防通道"
		}
		return "", ""
	}, nil
}

func (*desk) Redact(*store.Tx, org.Actor, int64, int64, string, []int64, int64) error { return nil }
func (*desk) Unname(*store.Tx, string, []int64) error                                 { return nil }
func (*desk) IDsFor(context.Context, string, int64) ([]int64, error)                  { return nil, nil }
func (*desk) IDsForAll(context.Context, string, []int64) (map[int64][]int64, error)   { return nil, nil }
func (*desk) AttachUnnamed(*store.Tx, org.Actor, []int64, string, string, int64, int64) error {
	return nil
}
func (*desk) Attach(*store.Tx, org.Actor, []int64, string, string, int64, int64) error { return nil }
func (*desk) CheckText(context.Context, string, string) (complaint.Verdict, error) {
	return complaint.Pass, nil
}

type world struct {
	*modelstest.Town
	*desk
	clock                    *modelstest.Clock
	s                        *hotline.Service
	cases                    *complaint.Service
	township, company, other org.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := modelstest.NewClock()
	db, v := modelstest.OpenAt(t, clock), modelstest.Vault(t)
	w := &world{Town: modelstest.NewTown(t, db, v), clock: clock, desk: &desk{}}
	w.cases = complaint.New(db, modelstest.Pack(t), v, w.desk, w.desk, slog.New(slog.DiscardHandler))
	w.s = hotline.New(db, v, w.desk, w.cases, w.desk)
	w.township, w.company = w.Officer(w.Township, org.Clerk), w.Officer(w.Company, org.Head)
	w.other = modelstest.NewTown(t, db, v).Officer(modelstest.NewTown(t, db, v).Township, org.Clerk)
	return w
}

const head = "工单编号,小区,来电人,联系电话,诉求内容,地址,是否保密,办理时限,事项,办理结果\n"

func (w *world) upload(lines ...string) int64 {
	w.uploads = append(w.uploads, head+strings.Join(lines, "\n")+"\n")
	return int64(len(w.uploads))
}

func (w *world) check(t *testing.T, a org.Actor, lines ...string) *hotline.Report {
	t.Helper()
	id := w.upload(lines...)
	r, err := w.s.Check(t.Context(), a, id, fmt.Sprint("ref", id), "hash")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) orders(t *testing.T, id int64) []hotline.OrderView {
	t.Helper()
	rows, err := w.s.ListOrders(t.Context(), w.township, id, "", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (w *world) apply(t *testing.T, id int64) *hotline.Report {
	t.Helper()
	r, err := w.s.Apply(t.Context(), w.township, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// book reads the results back as rows.
func (w *world) book(t *testing.T, id int64) [][]string {
	t.Helper()
	raw, err := w.s.Results(t.Context(), w.township, id)
	if err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := x.GetRows("CSV")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestWorkOrdersGoInAndComeBack: a list is checked, what is unclear is decided by a person, each order is filed once, a
// department answers, and the answer stands in the hotline's own column.
func TestWorkOrdersGoInAndComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.Estate.Code
	r := w.check(t, w.township,
		"D1,"+code+",张三,13900001234,张三反映3栋2单元501门口消防通道被占 电话13900001234,"+code+"3栋2单元501,,2026-03-02 11:00,,",
		"D2,没有这个小区,李四,0854-8223344,楼下饭店油烟很大,,否,,,",
		"D3,,匿名,无,别的县的路灯不亮,,,,,")
	if r.State != "checked" || r.Counts[hotline.Ready] != 1 || r.Counts[hotline.Undecided] != 2 {
		t.Fatalf("%+v", r)
	}
	if again, err := w.s.Check(t.Context(), w.township, 1, "ref1", "hash"); err != nil || again.ID != r.ID {
		t.Errorf("a second click: %+v, %v", again, err)
	}
	if _, err := w.s.Apply(t.Context(), w.township, r.ID); !errors.Is(err, hotline.ErrUndecided) {
		t.Errorf("applied with open orders: %v", err)
	}
	list := w.orders(t, r.ID)
	if list[0].Matter != "fire-lane" || list[0].Body.Name != "张*" || strings.Contains(list[0].Body.Phone, "0000") {
		t.Errorf("listed %+v", list[0])
	}
	yes, none := true, ""
	for _, d := range []hotline.Decision{{Orders: []int64{list[1].ID}, EstateID: w.Estate.ID, Matter: &none}, {Orders: []int64{list[2].ID}, Skip: &yes}} {
		if _, err := w.s.Decide(t.Context(), w.township, r.ID, d); err != nil {
			t.Fatal(err)
		}
	}
	if r = w.apply(t, r.ID); r.Counts[hotline.Filed] != 2 || r.Counts[hotline.Skipped] != 1 {
		t.Fatalf("applied %+v", r.Counts)
	}
	w.apply(t, r.ID) // a second click files nothing
	list = w.orders(t, r.ID)
	fire := w.Officer(w.Code("fire"), org.Head)
	v, err := w.cases.Find(t.Context(), fire, list[0].CaseID)
	if err != nil {
		t.Fatal(err)
	}
	if v.Source != complaint.FromHotline || strings.Contains(v.Text+v.Place, "13900001234") || strings.Contains(v.Text+v.Place, "501") || strings.Contains(v.Text, "张三") || v.Visibility != complaint.Private {
		t.Errorf("the case says who called: %q %q", v.Text, v.Place)
	}
	if due := v.DueAt.In(org.Shanghai).Format(time.DateTime); due != "2026-03-02 11:00:00" {
		t.Errorf("the hotline's earlier deadline: %s", due)
	}
	if got, err := w.cases.RevealComplainant(t.Context(), fire, v.ID, "", "需要核实地点"); err != nil || got.Name != "张三" || got.Phone != "13900001234" {
		t.Errorf("%+v %v", got, err)
	}
	did := complaint.Report{AcceptedOn: "3月2日", Contacted: "电话联系了来电人", Did: "车辆已移走", Next: "已办完"}
	for a, in := range map[complaint.Action]complaint.Input{complaint.Accept: {}} {
		if _, err := w.cases.Act(t.Context(), fire, v.ID, a, in); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.cases.Act(t.Context(), fire, v.ID, complaint.Answer, complaint.Input{Report: &did}); err != nil {
		t.Fatal(err)
	}
	rating := complaint.Rating{Response: complaint.Yes, Solved: complaint.Yes, Satisfied: complaint.Partly}
	if _, err := w.cases.ActFor(t.Context(), w.township, v.ID, v.Number, "call", complaint.Rate, complaint.Input{Rating: &rating}); err != nil {
		t.Fatal(err)
	}
	rows := w.book(t, r.ID)
	line := strings.Join(rows[1], "|")
	for _, want := range []string{"D1|", "|张三|13900001234|", "车辆已移走", v.Number, "待确认", "|是|是|部分"} {
		if !strings.Contains(line, want) {
			t.Errorf("%q is missing in %s", want, line)
		}
	}
	if rows[1][9] != v.Steps[0].Text && !strings.Contains(rows[1][9], "车辆已移走") {
		t.Errorf("the hotline's own column holds %q", rows[1][9])
	}
	if strings.Join(rows[3][:1], "") != "D3" || !strings.Contains(strings.Join(rows[3], "|"), "未受理") {
		t.Errorf("the skipped order: %q", rows[3])
	}
}

// TestANumberIsFiledOnce, whoever imports it and however many click at once; a later list shows the results.
func TestANumberIsFiledOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	line := "E1," + w.Estate.Code + ",张三,13900001234,消防通道被占了,,,,,"
	first, second := w.check(t, w.township, line), w.check(t, w.township, line, "E2,"+w.Estate.Code+",张三,13900001234,电梯坏了没人修,,,,,")
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := w.s.Apply(t.Context(), w.township, []int64{first.ID, second.ID}[i%2]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	rows, err := w.cases.List(t.Context(), w.township, complaint.Filter{List: complaint.AreaCases, Limit: 10})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d cases, %v", len(rows), err)
	}
	a, b := w.orders(t, first.ID)[0], w.orders(t, second.ID)[0]
	if a.CaseID == 0 || a.CaseID != b.CaseID || (a.State == hotline.Known) == (b.State == hotline.Known) {
		t.Errorf("%s of case %d and %s of case %d", a.State, a.CaseID, b.State, b.CaseID)
	}
	third := w.check(t, w.township, line, "E3,"+w.Estate.Code+",张三,13900001234,还是电梯坏了,,,,,")
	w.apply(t, third.ID)
	list := w.orders(t, third.ID)
	if list[0].State != hotline.Known || list[0].Receipt == "" || list[1].Twin == "" {
		t.Errorf("a later list: %+v", list)
	}
	if !strings.Contains(strings.Join(w.book(t, third.ID)[1], "|"), list[0].Receipt) {
		t.Error("the known order has no results")
	}
}

// TestWhoMayImport: an office imports for its own area; another's import and another's estate are not found; a company
// imports nothing, and never learns who called.
func TestWhoMayImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.check(t, w.township, "F1,"+w.Estate.Code+",张三,13900001234,物业电梯坏了不修,,,,lift-maintenance,")
	if _, err := w.s.Check(t.Context(), w.company, 1, "x", "h"); !errors.Is(err, org.ErrForbidden) {
		t.Errorf("a company imports: %v", err)
	}
	if _, err := w.s.Apply(t.Context(), w.other, r.ID); !errors.Is(err, hotline.ErrNotFound) {
		t.Errorf("another township applies: %v", err)
	}
	theirs := w.check(t, w.other, "F2,"+w.Estate.Code+",张三,13900001234,电梯坏了没人修,,,,,")
	if theirs.Counts[hotline.Undecided] != 1 {
		t.Errorf("another township's estate: %+v", theirs.Counts)
	}
	rows, err := w.s.ListOrders(t.Context(), w.other, theirs.ID, "", 0, 10)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	if _, err := w.s.Decide(t.Context(), w.other, theirs.ID, hotline.Decision{Orders: []int64{rows[0].ID}, EstateID: w.Estate.ID}); !errors.Is(err, org.ErrEstateNotFound) {
		t.Errorf("another township's estate is chosen: %v", err)
	}
	if _, err := w.s.Decide(t.Context(), w.township, r.ID, hotline.Decision{Orders: []int64{rows[0].ID}, EstateID: w.Estate.ID}); !errors.Is(err, hotline.ErrOrder) {
		t.Errorf("another import's order is decided: %v", err)
	}
}

// TestAFaultyListImportsNothing, and says every cell.
func TestAFaultyListImportsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.check(t, w.township, "G1,"+w.Estate.Code+",张三,13900001234,消防通道被占了,,,,,", "G2,"+w.Estate.Code+",李四,1390,油烟很大很久了,,,,,", "G1,,,,又是消防通道,,,,,")
	if r.State != "faulty" || r.FaultCount != 2 || len(r.Faults) != 2 || r.Counts[hotline.Ready] != 0 {
		t.Fatalf("%+v", r)
	}
	if _, err := w.s.Apply(t.Context(), w.township, r.ID); !errors.Is(err, hotline.ErrFaulty) {
		t.Errorf("applied: %v", err)
	}
}

// TestCallersAreForgotten: what was never filed goes after 90 days, and a filed order's line with its case's identities;
// the results still go back by number.
func TestCallersAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.check(t, w.township, "H1,"+w.Estate.Code+",张三,13900001234,消防通道被占了,,,,,", "H2,,李四,13900001235,没有小区的事情,,,,,")
	yes := true
	if _, err := w.s.Decide(t.Context(), w.township, r.ID, hotline.Decision{Orders: []int64{w.orders(t, r.ID)[1].ID}, Skip: &yes}); err != nil {
		t.Fatal(err)
	}
	w.apply(t, r.ID)
	w.clock.Advance(91 * 24 * time.Hour)
	if n, err := w.s.Sweep(t.Context()); err != nil || n != 1 {
		t.Fatalf("swept %d, %v", n, err)
	}
	id := w.orders(t, r.ID)[0].CaseID
	if err := w.DB.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Model(&complaint.Case{}).Where("id = ?", id).Update("erased_at", tx.Now).Error
	}); err != nil {
		t.Fatal(err)
	}
	if n, err := w.s.Sweep(t.Context()); err != nil || n != 1 {
		t.Fatalf("swept %d, %v", n, err)
	}
	rows := w.book(t, r.ID)
	all := fmt.Sprint(rows)
	if strings.Contains(all, "139") || strings.Contains(all, "张三") || rows[1][0] != "H1" || rows[2][0] != "H2" || !strings.Contains(all, "待受理") {
		t.Errorf("%q", rows)
	}
}

// TestTheSameNumberForAnotherMatter: a hotline that counts from one every day sends other words under an old number; a
// person says whether it is a new one, and both are filed.
func TestTheSameNumberForAnotherMatter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.check(t, w.township, "1,"+w.Estate.Code+",张三,13900001234,消防通道被占了,,,,,")
	w.apply(t, first.ID)
	second := w.check(t, w.township, "1,"+w.Estate.Code+",李四,13900001235,电梯坏了没人修,,,,,")
	o := w.orders(t, second.ID)[0]
	if o.State != hotline.Undecided || o.Reason == "" || o.CaseID != 0 {
		t.Fatalf("%+v", o)
	}
	if _, err := w.s.Decide(t.Context(), w.township, second.ID, hotline.Decision{Orders: []int64{o.ID}, EstateID: w.Estate.ID}); err != nil {
		t.Fatal(err)
	}
	w.apply(t, second.ID)
	if got := w.orders(t, second.ID)[0]; got.State != hotline.Filed || got.CaseID == w.orders(t, first.ID)[0].CaseID {
		t.Errorf("%+v", got)
	}
}

// TestOthersLearnNothing: an office that writes a number or a phone into a list of its own learns neither what became of a
// case that it may not see, nor who is behind it, and takes the number from nobody.
func TestOthersLearnNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	line := "K1," + w.Estate.Code + ",张三,13900001234,消防通道被占了,,,,,"
	r := w.check(t, w.township, line)
	w.apply(t, r.ID)
	theirs := w.check(t, w.other, line)
	rows, err := w.s.ListOrders(t.Context(), w.other, theirs.ID, "", 0, 10)
	if err != nil || len(rows) != 1 || rows[0].CaseID != 0 || rows[0].Receipt != "" || rows[0].Twin != "" || rows[0].State == hotline.Known {
		t.Errorf("another township learns %+v, %v", rows, err)
	}
	community := w.Officer(w.Community, org.Clerk)
	d := complaint.Draft{EstateID: w.Estate.ID, Text: "社区的人态度很不好", About: "community", ClientRef: "about", InputHash: "h"}
	if _, err := w.cases.FileFor(t.Context(), w.township, complaint.FromCounter, complaint.Contact{Name: "王五", Phone: "13900001239"}, d); err != nil {
		t.Fatal(err)
	}
	own := w.check(t, community, "K2,"+w.Estate.Code+",王五,13900001239,电梯坏了没人修,,,,,")
	if _, err := w.s.Apply(t.Context(), community, own.ID); err != nil {
		t.Fatal(err)
	}
	rows, err = w.s.ListOrders(t.Context(), community, own.ID, "", 0, 10)
	if err != nil || rows[0].State != hotline.Filed || rows[0].Twin != "" {
		t.Errorf("the community learns who complains of it: %+v, %v", rows, err)
	}
}

// TestWhatTheHotlineSaysOfTheEstateCounts: another place that the caller mentions does not.
func TestWhatTheHotlineSaysOfTheEstateCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.check(t, w.township, "L1,别的镇的花园,张三,13900001234,我以前住在"+w.Estate.Name+"现在楼道灯不亮,,,,,")
	if r.Counts[hotline.Undecided] != 1 {
		t.Errorf("%+v", r.Counts)
	}
}

// TestTheHotlinesDeadlineStays when the case goes to another office, and while it lies ahead.
func TestTheHotlinesDeadlineStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	community := "社区处理的一般事情，没有事项"
	r := w.check(t, w.township, "M1,"+w.Estate.Code+",张三,13900001234,"+community+",,,2026-03-04 11:00,,")
	w.apply(t, r.ID)
	id := w.orders(t, r.ID)[0].CaseID
	bureau, fire := w.Officer(w.Code("housing-bureau"), org.Head), w.Code("fire")
	c, err := w.cases.Act(t.Context(), bureau, id, complaint.Redirect, complaint.Input{ToID: fire.ID, Text: "请消防部门办理"})
	if err != nil {
		t.Fatal(err)
	}
	if due := c.DueAt.In(org.Shanghai).Format(time.DateTime); due != "2026-03-04 11:00:00" {
		t.Errorf("redirected: due %s", due)
	}
	w.clock.Advance(96 * time.Hour)
	if rows := w.book(t, r.ID); !strings.Contains(strings.Join(rows[1], "|"), "|是") {
		t.Errorf("late for the hotline: %q", rows[1])
	}
	c, err = w.cases.Act(t.Context(), w.Officer(w.Code("leading-group"), org.Head), id, complaint.Redirect, complaint.Input{ToID: w.Code("urban-enforcement").ID, Text: "改由综合执法局办理"})
	if err != nil {
		t.Fatal(err)
	}
	if !c.DueAt.After(w.clock.Now()) {
		t.Errorf("once it has passed, the city's own term counts: %v %v", c.DueAt, err)
	}
}

// TestADecisionWhileOrdersAreFiled: what somebody changed after the list was read is filed as they want it.
func TestADecisionWhileOrdersAreFiled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var lines []string
	for i := range 30 {
		lines = append(lines, fmt.Sprintf("N%d,%s,张三,,楼道灯不亮了没人修,,,,,", i, w.Estate.Code))
	}
	r := w.check(t, w.township, lines...)
	list := w.orders(t, r.ID)
	last := list[len(list)-1]
	matter := "fire-lane"
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = w.s.Apply(context.Background(), w.township, r.ID) })
	_, err := w.s.Decide(t.Context(), w.township, r.ID, hotline.Decision{Orders: []int64{last.ID}, Matter: &matter})
	wg.Wait()
	w.apply(t, r.ID)
	got := w.orders(t, r.ID)[len(list)-1]
	v, findErr := w.cases.Find(t.Context(), w.township, got.CaseID)
	if findErr != nil || v.Matter != got.Matter || (err == nil && v.Matter != matter) {
		t.Errorf("the order says %q, the case is %q; decided with %v, found with %v", got.Matter, v.Matter, err, findErr)
	}
}
