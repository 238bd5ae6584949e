package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const soundCase = `{"date":"2026-01-01","matter":"manager","scope":{"heads":100},"yes":{"heads":30}}`

// decided runs the program as a shell would, with a case on its standard input.
func decided(t *testing.T, input string) (code int, out, errOut string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "case.json")
	if err := os.WriteFile(path, []byte(input), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stdin := os.Stdin
	os.Stdin = f
	defer func() { os.Stdin = stdin }()
	var o, e bytes.Buffer
	code = run(t.Context(), []string{"decide"}, &o, &e)
	return code, o.String(), e.String()
}

// TestDecideNeedsNothing: the command judges without a database, and whatever the settings say; 0 for every outcome, 2 and no
// output for what cannot be judged.
func TestDecideNeedsNothing(t *testing.T) {
	for _, name := range []string{"LINLI_PRODUCTION", "LINLI_DATABASE", "LINLI_LISTEN", "LINLI_DATA", "LINLI_LOG_LEVEL", "LINLI_REQUEST_TIMEOUT"} {
		t.Setenv(name, "\x01 garbage")
	}
	for input, want := range map[string]string{
		soundCase: `"outcome":"fail"`, `{"date":"2026-01-01","matter":"manager"}`: `"outcome":"undecidable"`,
		`{"pack":"cn-2007","matter":"manager","scope":{"heads":3,"area":"3"},"returned":{"heads":2,"area":"2"},"yes":{"heads":2,"area":"2"}}`: `"outcome":"pass"`,
	} {
		if code, out, errOut := decided(t, input); code != 0 || !strings.Contains(out, want) || errOut != "" || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: %d %s %s", input, code, out, errOut)
		}
	}
	for input, want := range map[string]string{
		"": "JSON: ", `{"date":"2026-01-01","matter":"manager","scope":{"heads":0,"area":3}}`: "scope.area: 面积", `{"matter":"x"}`: "unknown matter",
		strings.Repeat(" ", 1<<20) + soundCase: "too long",
	} {
		if code, out, errOut := decided(t, input); code != 2 || out != "" || !strings.Contains(errOut, want) {
			t.Errorf("%.80s: %d %q %s", input, code, out, errOut)
		}
	}
}

// TestDecideOverHTTP: the same case gets the same answer, and the same faults as a problem document.
func TestDecideOverHTTP(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	for _, input := range []string{soundCase, `{"date":"2026-01-01","matter":"rebuild","scope":{"heads":24,"area":"2400.5"},"returned":{"heads":24},"yes":{"heads":19,"area":"1900"},"void":{"heads":0}}`} {
		_, out, _ := decided(t, input)
		a := e.must(200, "", "POST", "/public/v1/decide", upload{"application/json", []byte(input)})
		if a.body != strings.TrimSpace(out) && a.body != out {
			t.Errorf("over HTTP\n%s\nprinted\n%s", a.body, out)
		}
	}
	a := e.must(422, "", "POST", "/public/v1/decide", upload{"application/json", []byte(`{"date":"2026-02-30","matter":"manager","scope":{"heads":0,"area":3},"scope":{}}`)})
	var problem struct {
		Code   string
		Errors []struct{ Path, Reason string }
	}
	if err := json.Unmarshal([]byte(a.body), &problem); err != nil || problem.Code != "tally.input" || len(problem.Errors) != 2 || !strings.Contains(problem.Errors[1].Reason, " / ") {
		t.Errorf("%s", a.body)
	}
	for _, input := range []string{"[]", "{", `{"matter":`} {
		e.must(422, "", "POST", "/public/v1/decide", upload{"application/json", []byte(input)})
	}
	e.must(413, "", "POST", "/public/v1/decide", upload{"application/json", []byte(strings.Repeat(" ", 1<<17) + soundCase)})
}

// TestDecideByTheLocalPack: it decides as the national pack of the day does, which the answer names, and not before it begins.
func TestDecideByTheLocalPack(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	const rest = `"matter":"common_parts","scope":{"heads":100,"area":"9000"},"returned":{"heads":70,"area":"7000"},"yes":{"heads":51,"area":"5000"}}`
	for date, pack := range map[string]string{"2026-03-01": "cn-2021", "2020-06-01": "cn-2007"} {
		code, national, errOut := decided(t, `{"date":"`+date+`",`+rest)
		if code != 0 || !strings.HasPrefix(national, `{"pack":"`+pack+`"`) {
			t.Fatalf("%s: %d %s %s", date, code, national, errOut)
		}
		local := `{"date":"` + date + `","pack":"duyun-2020",` + rest
		if code, out, errOut := decided(t, local); code != 0 || out != national {
			t.Errorf("%s: %d %s%s, the national pack gives %s", date, code, out, errOut, national)
		}
		if a := e.must(200, "", "POST", "/public/v1/decide", upload{"application/json", []byte(local)}); strings.TrimSpace(a.body) != strings.TrimSpace(national) {
			t.Errorf("%s over HTTP: %s", date, a.body)
		}
	}
	early := `{"date":"2020-03-25","pack":"duyun-2020",` + rest
	if code, out, errOut := decided(t, early); code != 2 || out != "" || !strings.Contains(errOut, "date: 这一天不在地方规则包 duyun-2020 施行的时间里，它从 2020-03-26 起施行 / ") {
		t.Errorf("before it began: %d %q %s", code, out, errOut)
	}
	if a := e.must(422, "", "POST", "/public/v1/decide", upload{"application/json", []byte(early)}); !strings.Contains(a.body, "2020-03-26 起施行") {
		t.Errorf("before it began: %s", a.body)
	}
}

// TestCalculatorOnAPhone: the page judges what is typed, says what is still missing in heads and in area, and works without scripts.
func TestCalculatorOnAPhone(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	e := newEngine(t)
	const some = "?matter=manager&date=2026-01-01&scope.heads=90&scope.area=9000&returned.heads=50&returned.area=5000&yes.heads=40&yes.area=4000"
	for name, c := range map[string]struct {
		query string
		want  []string
	}{
		"blank":     {"", []string{"选聘和解聘物业服务企业", "全体业主", "算一算"}},
		"fail":      {some, []string{"不通过", "民法典第278条第1款第（四）项", "还差10人", "还差1000.00平方米", "55.56%", "接下来都投同意的话，按人数还要10人，按面积还要1000.00平方米"}},
		"hopeless":  {"?matter=common_parts&scope.heads=100&scope.area=9000&returned.heads=70&returned.area=7000&yes.heads=40&yes.area=3000&no.heads=30&no.area=4000", []string{"不通过", "还差13人", "已经不可能通过", "按人数，即使没投票的都同意，也只有70人，仍不够75人。", "按面积，即使没投票的都同意，也只有5000.00平方米，仍不够6750.00平方米。"}},
		"by area":   {"?matter=manager&scope.heads=100&scope.area=9000&returned.heads=70&returned.area=7000&yes.heads=30&yes.area=1000&void.heads=2&void.area=100", []string{"按面积，即使没投票的和投了废票的都同意，也只有3000.00平方米，仍不够4500.001平方米。"}},
		"all in":    {"?matter=manager&scope.heads=100&returned.heads=100&yes.heads=50&silent.heads=0&cited=yes&warned=yes&delivered=yes&first_assembly=no", []string{"按人数，都已经投票，同意的只有50人，不够51人。"}},
		"clause":    {some + "&silent.heads=20&silent.area=2000&cited=yes&warned=yes&delivered=yes&first_assembly=no&covers=both", []string{"结果取决于这个条款", "77.78%"}},
		"first":     {some + "&cited=yes&warned=yes&delivered=yes&first_assembly=yes&covers=both", []string{"条款不适用", "首次业主大会"}},
		"unknown":   {"?matter=rebuild&scope.heads=24&returned.heads=24&yes.heads=０１９", []string{"还不能确定", "全体业主的面积、已投票的面积、同意的面积", "特别事项", "有的地方算作"}},
		"joint":     {"?matter=manager&scope.heads=100&yes.heads=30", []string{"不通过", "不知道 / 100"}},
		"wrong":     {"?matter=manager&date=1999-01-01&scope.heads=0&scope.area=1.2345&yes.heads=<script>", []string{"全体业主的人数：全体不能是零", "全体业主的面积：面积最多三位小数", "日期：", "同意的人数：人数应写成整数"}},
		"nothing":   {"?matter=hire", []string{"没有这种事项"}},
		"old rules": {"?matter=use_fund&date=2016-03-11&scope.heads=100&scope.area=100&returned.heads=66&returned.area=70&yes.heads=66&yes.area=70", []string{"物权法第76条", "还差1人"}},
	} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+"/h5/decide"+strings.ReplaceAll(c.query, "<", "%3C"))); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		page, err := chromedp.Run(ctx, chromedp.Evaluate[look](looking))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, want := range c.want {
			if !strings.Contains(page.Text, want) {
				t.Errorf("%s does not show %q:\n%s", name, want, page.Text)
			}
		}
		if within := !slices.Contains([]string{"hopeless", "by area", "all in"}, name); within == strings.Contains(page.Text, "已经不可能通过") {
			t.Errorf("%s, still within reach %v:\n%s", name, within, page.Text)
		}
		if page.Width > 390 {
			t.Errorf("%s is %d wide on a phone", name, page.Width)
		}
		e.shoot(ctx, "/h5/decide-"+name)
	}
}
