package main

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// league closes complaints in last month: each of the offices has as many as it has ratings. It gives the month.
func (e *engine) league(ratings map[string][]string) string {
	e.t.Helper()
	estate := e.town.actors["owner"].Estate
	now := e.db.Now().In(org.Shanghai)
	last := now.AddDate(0, 0, -now.Day())
	matters := map[string]string{"department_fire": "fire-lane", "department_urban_enforcement": demoMatter(e.town)}
	for lead, list := range ratings {
		for i, says := range list {
			filed := e.must(201, "owner", "POST", "/miniapp/v1/complaints", m{"estate_id": estate, "text": "消防通道一直停满车辆没人管", "matter": matters[lead], "client_ref": fmt.Sprint(lead, i)})
			at := fmt.Sprintf("/office/v1/complaints/%d/", filed.int("id"))
			e.must(200, lead, "POST", at+"accept", m{})
			e.must(200, lead, "POST", at+"answer", m{"report": report("已处理")})
			own := fmt.Sprintf("/miniapp/v1/complaints/%d/", filed.int("id"))
			e.must(200, "owner", "POST", own+"rating", m{"rating": m{"response": "yes", "solved": says, "satisfied": says}})
			e.must(200, "owner", "POST", own+"confirm", m{})
			err := e.db.InTx(e.t.Context(), func(tx *store.Tx) error {
				if err := tx.Model(&complaint.Step{}).Where("case_id = ?", filed.int("id")).Update("at", last.UTC()).Error; err != nil {
					return err
				}
				return tx.Model(&complaint.Case{}).Where("id = ?", filed.int("id")).Updates(map[string]any{"created_at": last.UTC(), "closed_at": last.UTC()}).Error
			})
			if err != nil {
				e.t.Fatal(err)
			}
		}
	}
	return last.Format("2006-01")
}

// TestTheLeagueOnScreenPaperAndSheet: one month, three forms, the same numbers: each rate with numerator and denominator, few people
// named as few, what changed since it was published, and a frozen first version.
func TestTheLeagueOnScreenPaperAndSheet(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.undecided()
	e.rule("complaint.rate_weights", "2000；4000；4000")
	month := e.league(map[string][]string{"department_fire": {"yes", "yes", "no"}, "department_urban_enforcement": {"no"}})
	q := "?month=" + month + "&kind=department"
	publish := m{"month": month, "kind": "department", "client_ref": "league-1"}
	first := e.must(201, "bureau", "POST", "/office/v1/figures/league", publish)
	if again := e.must(201, "bureau", "POST", "/office/v1/figures/league", publish); again.int("version") != 1 || first.int("version") != 1 {
		t.Errorf("a double tap published twice: %s", again.body)
	}
	e.must(409, "bureau", "POST", "/office/v1/figures/league", m{"month": month, "kind": "community", "client_ref": "league-1"})
	// A late answer is known later: the table says so and stays.
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.Exec("UPDATE cases SET late_answers = 1 WHERE lead_id = ?", e.actor("department_urban_enforcement").OrganisationID()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	row := func(table any, i int) m { return table.(m)["rows"].([]any)[i].(m) }
	for _, who := range []string{"bureau", "township", "department_urban_enforcement"} {
		a := e.must(200, who, "GET", "/office/v1/figures/league"+q, nil)
		one, two := row(a.json["published"], 0), row(a.json["published"], 1)
		fire, enforcement := e.actor("department_fire").Post.OrgName, e.actor("department_urban_enforcement").Post.OrgName
		if one["name"] != fire || one["rank"] != 1.0 || one["closed"] != 3.0 || one["people"] != 3.0 || one["solved"] != 2.0 || one["score"] != 7333.0 ||
			two["name"] != enforcement || two["rank"] != 2.0 || two["score"] != 2000.0 || two["in_time"] != 1.0 {
			t.Errorf("%s reads %s", who, a.body)
		}
		changed := fmt.Sprint(a.json["changed"])
		if !strings.Contains(changed, enforcement+"：办结由 1 件（按时 1，没有时限 0）变为 1 件（按时 0，没有时限 0）") || strings.Contains(changed, fire) {
			t.Errorf("%s is told %s", who, changed)
		}
		now := a.json["now"].(m)["rows"].([]any)
		if who == "department_urban_enforcement" && (len(now) != 1 || now[0].(m)["rank"] != 2.0) {
			t.Errorf("a department reads of itself %v", now)
		}
	}
	sides := e.must(200, "bureau", "GET", "/office/v1/figures/league"+q+"&rules_a="+e.db.Now().Format("2006-01-02")+"&rules_b=2024-01-01", nil)
	if row(sides.json["a"], 0)["score"] == nil || row(sides.json["b"], 0)["score"] != nil || sides.json["a"].(m)["rules"] == sides.json["b"].(m)["rules"] {
		t.Errorf("side by side: %s", sides.body)
	}

	page := e.must(200, "bureau", "GET", "/office/v1/figures/league/page"+q, nil).body
	for _, want := range []string{"月度排名", month, "第1版", "66.67%<br>（2/3）", "100.00%<br>（3/3）", "0.00%<br>（0/1）", "73.33", "20.00", "评价不足5人", "公布以后的变化", "规则版本", "没有评价的不算满意"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	e.keep("league.html", page)
	e.keepA4(t, "league.png", page)

	sheet := e.must(200, "bureau", "GET", "/office/v1/figures/league.xlsx"+q, nil)
	x, err := excelize.OpenReader(bytes.NewReader([]byte(sheet.body)))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := x.GetRows("月度排名")
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	cell := func(r int, name string) string {
		for i, head := range rows[0] {
			if head == name && i < len(rows[r]) {
				return rows[r][i]
			}
		}
		return ""
	}
	for name, want := range map[string]string{"名次": "1", "单位": e.actor("department_fire").Post.OrgName, "办结": "3", "按时": "3", "没有时限": "0", "可评价人数": "3", "解决": "2", "解决率": "66.67%（2/3）", "综合得分": "73.33"} {
		if got := cell(1, name); got != want {
			t.Errorf("the sheet's %s is %q, want %q", name, got, want)
		}
	}
	if cell(2, "按时") != "1" || cell(2, "规则版本") == "" {
		t.Errorf("the sheet's second row is %v", rows[2])
	}

	// What was published stays when it is published again.
	publish["reason"], publish["client_ref"] = "有一件答复超过时限", "league-2"
	e.must(201, "bureau", "POST", "/office/v1/figures/league", publish)
	if a := e.must(200, "bureau", "GET", "/office/v1/figures/league"+q+"&version=1", nil); row(a.json["published"], 1)["in_time"] != 1.0 {
		t.Errorf("the first version changed: %s", a.body)
	}
	if a := e.must(200, "bureau", "GET", "/office/v1/figures/league"+q, nil); row(a.json["published"], 1)["in_time"] != 0.0 || strings.Contains(fmt.Sprint(a.json["changed"]), "办结") {
		t.Errorf("the second version: %s", a.body)
	}

	// Another kind of organisation in the same month is empty, on every form.
	none := strings.Replace(q, "department", "committee", 1)
	if a := e.must(200, "bureau", "GET", "/office/v1/figures/league/page"+none, nil); !strings.Contains(a.body, "这个月没有数据") || !strings.Contains(a.body, "未公布") {
		t.Errorf("an empty table: %s", a.body)
	}
}

// keepA4 writes a picture of a printed page to the folder that LINLI_TEST_SHOTS names, as wide as A4, for people to look at.
func (e *engine) keepA4(t *testing.T, name, body string) {
	dir := os.Getenv("LINLI_TEST_SHOTS")
	if dir == "" {
		return
	}
	ctx := browser(t)
	err := chromedp.Do(ctx, chromedp.EmulateViewport(794, 1123), chromedp.Navigate("data:text/html;charset=utf-8,"+url.PathEscape(body)))
	if err != nil {
		t.Fatal(err)
	}
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), shot, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestFiguresThroughTheAPI: the figures beside those under another day's rules, and the cases behind every number of a day and of
// the heat map.
func TestFiguresThroughTheAPI(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.rule("complaint.rate_weights", "2000；4000；4000")
	month := e.league(map[string][]string{"department_fire": {"yes", "no"}})
	estate := e.town.actors["owner"].Estate
	last := e.db.Now().In(org.Shanghai)
	last = last.AddDate(0, 0, -last.Day())
	period := "?from=" + month + "-01&to=" + last.Format("2006-01-02")
	a := e.must(200, "bureau", "GET", "/office/v1/figures"+period+"&rules="+e.db.Now().Format("2006-01-02"), nil)
	fire := a.json["items"].([]any)[0].(m)
	under := fire["under"].(m)
	if fire["in_time"].(m)["of"] != 2.0 || under["rules"] == "" || under["score"] == nil || under["in_time"].(m)["all"] != 2.0 {
		t.Errorf("side by side: %s", a.body)
	}
	if plain := e.must(200, "bureau", "GET", "/office/v1/figures"+period, nil); strings.Contains(plain.body, `"under"`) {
		t.Error("under other rules though nobody asked")
	}
	for path, n := range map[string]int{
		"/office/v1/figures/heat/cases" + period + fmt.Sprintf("&estate_id=%d", estate):                                  2,
		"/office/v1/figures/heat/cases" + period + fmt.Sprintf("&estate_id=%d&figure=urgent", estate):                    2,
		"/office/v1/figures/heat/cases" + period + fmt.Sprintf("&estate_id=%d&figure=open", estate):                      0,
		"/office/v1/figures/backlog/cases?figure=opened&day=" + last.Format("2006-01-02"):                                2,
		"/office/v1/figures/backlog/cases?figure=closed&day=" + last.Format("2006-01-02"):                                2,
		"/office/v1/figures/backlog/cases?figure=reopened&day=" + last.Format("2006-01-02"):                              0,
		fmt.Sprintf("/office/v1/figures/%d/cases%s&figure=no_due", e.actor("department_fire").OrganisationID(), period):  0,
		fmt.Sprintf("/office/v1/figures/%d/cases%s&figure=in_time", e.actor("department_fire").OrganisationID(), period): 2,
	} {
		if items := e.must(200, "bureau", "GET", path, nil).json["items"].([]any); len(items) != n {
			t.Errorf("%s gives %d, want %d", path, len(items), n)
		}
	}
	e.must(400, "bureau", "GET", "/office/v1/figures/backlog/cases?figure=taken&day="+last.Format("2006-01-02"), nil)
}
