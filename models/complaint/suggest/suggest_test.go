package suggest_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/complaint/suggest"
	"github.com/linli-city/linli/models/rulepack"
)

func suggester(t testing.TB) *suggest.Suggester {
	t.Helper()
	p, err := rulepack.Find("duyun-2020")
	if err != nil {
		t.Fatal(err)
	}
	s, err := suggest.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func cases(t testing.TB, path string) []suggest.Case {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []suggest.Case
	for line := range bytes.Lines(raw) {
		var c suggest.Case
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// The examples are the project's own; they guard what is already right. How good the suggestions are on complaints
// never seen is another question, answered by scoring cases that nobody tuned for.
func TestExamplesStayRight(t *testing.T) {
	t.Parallel()
	s := suggester(t)
	for _, path := range []string{"testdata/sentences.jsonl", "testdata/letters.jsonl"} {
		r := s.Score(cases(t, path))
		first, three := r.PerUnit()
		if len(r.Units) < 13 || first < 950 || three < 990 {
			t.Errorf("%s: %d units, first %d‰, among three %d‰", path, len(r.Units), first, three)
		}
	}
}

// The lexicon was finished before these cases were written and has not been changed for them; it must not be. They
// say how good a first guess is on words it has never met.
func TestUnseenCases(t *testing.T) {
	t.Parallel()
	r := suggester(t).Score(cases(t, "testdata/unseen.jsonl"))
	if first, three := r.PerUnit(); first < 600 || three < 800 {
		t.Errorf("averaged per unit: first %d‰, among three %d‰", first, three)
	}
}

func TestExplains(t *testing.T) {
	t.Parallel()
	got := suggester(t).Suggest("", "有人把电瓶车推进楼道充电，还从窗户拉了一根插线板下来，怕起火", 3)
	if got.Units[0] != "消防部门" || got.Matters[0].Clause != "五(六)1" {
		t.Fatalf("%+v", got)
	}
	for _, part := range []string{"电动车飞线充电", "五(六)1", "消防部门", "电瓶车"} {
		if !strings.Contains(got.Why, part) {
			t.Errorf("the reason %q does not name %q", got.Why, part)
		}
	}
}

// Who was asked in vain is not what is wrong.
func TestOfficesAskedInVainDoNotCount(t *testing.T) {
	t.Parallel()
	got := suggester(t).Suggest("", "每晚楼下歌厅唱到凌晨，噪音扰民，派出所、环保局、消防大队都反映过没有用", 3)
	if got.Units[0] != "综合行政执法局" {
		t.Errorf("%+v", got.Units)
	}
}

// Ordered routes offer both offices, in order.
func TestIllegalBuildingOffersBothOffices(t *testing.T) {
	t.Parallel()
	got := suggester(t).Suggest("举报违章搭建", "顶楼业主私自加盖一层，请来认定并拆除", 3).Units
	if got[0] != "自然资源局" || !slices.Contains(got, "综合行政执法局") {
		t.Errorf("%v", got)
	}
}

func TestAlwaysThreeDifferentUnits(t *testing.T) {
	t.Parallel()
	s := suggester(t)
	for _, text := range []string{"", "你好", "，，，。", strings.Repeat("停水", 5000), strings.Repeat("没有标点的长文", 2000), "\xff\xfe坏字节"} {
		got := s.Suggest("", text, 3)
		if len(got.Units) != 3 || got.Units[0] == got.Units[1] || got.Units[1] == got.Units[2] || got.Units[0] == got.Units[2] || got.Why == "" {
			t.Errorf("%.20q: %+v", text, got)
		}
	}
	if got := s.Suggest("", "说不清楚的一件事", 3); got.Units[0] != suggest.OutsideUnit || len(got.Matters) != 0 {
		t.Errorf("nothing found: %+v", got)
	}
}

func TestFullWidthAndSpacesAreOneText(t *testing.T) {
	t.Parallel()
	s := suggester(t)
	plain, wide := s.Suggest("", "ktv太吵", 3), s.Suggest("", "ＫＴＶ 太 吵", 3)
	if plain.Matters[0].Code != wide.Matters[0].Code || plain.Matters[0].Score != wide.Matters[0].Score {
		t.Errorf("%+v\n%+v", plain, wide)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	in := "\ufeff" + `{"id":"1","text":"楼道里贴满小广告","units":["综合行政执法局"],"sure":true}` + "\n\n" +
		`{"id":"2","title":"停水三天","text":"自来水停了三天","units":["供水供电供气通信"],"verbatim":true}` + "\n" +
		`{"id":"3","text":"电梯困人","units":["公安局"]}` + "\n"
	var lines, report bytes.Buffer
	if err := suggester(t).Run(strings.NewReader(in), &lines, &report); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(lines.String()), "\n")
	if len(rows) != 3 {
		t.Fatalf("%d lines: %s", len(rows), lines.String())
	}
	var row struct {
		ID             string
		Units, Matters []string
		Why            string
	}
	if err := json.Unmarshal([]byte(rows[1]), &row); err != nil || row.ID != "2" || len(row.Units) != 3 || row.Units[0] != "供水供电供气通信" || row.Why == "" || len(row.Matters) == 0 {
		t.Errorf("%v %+v", err, row)
	}
	for _, want := range []string{"全部：3件，首位正确 2（66.7%）", "居民原话（verbatim）：1件，首位正确 1（100.0%）", "单位明确（sure）：1件", "按单位平均：首位 66.6%", "公安局：1件，首位 0"} {
		if !strings.Contains(report.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, report.String())
		}
	}
}

func TestRunNamesTheBadLine(t *testing.T) {
	t.Parallel()
	ok := `{"id":"1","text":"停水"}` + "\n"
	for bad, want := range map[string]string{
		"{\"id\":\"2\",":            "第2行：不是完整的一行 JSON",
		`[1]`:                       "第2行",
		`{"text":"停水"}`:             "第2行：缺少编号 id",
		`{"id":"2","text":""}`:      "第2行：标题 title 和内容 text 都是空的",
		`{"id":"2","text":7}`:       "第2行：“text”的内容类型不对",
		strings.Repeat("x", 2<<20):  "第2行：超过",
		`{"id":"2","text":"停水"} 多余`: "第2行：不是完整的一行 JSON",
	} {
		err := suggester(t).Run(strings.NewReader(ok+bad), &bytes.Buffer{}, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30s: %v, want %s", bad, err, want)
		}
	}
}

func FuzzSuggest(f *testing.F) {
	f.Add("标题", "小区停水了，物业不管！")
	s := suggester(f)
	f.Fuzz(func(t *testing.T, title, text string) {
		if got := s.Suggest(title, text, 3); len(got.Units) != 3 || got.Why == "" {
			t.Errorf("%+v", got)
		}
	})
}

func BenchmarkSuggest(b *testing.B) {
	s, all := suggester(b), cases(b, "testdata/letters.jsonl")
	for i := 0; b.Loop(); i++ {
		c := all[i%len(all)]
		s.Suggest(c.Title, c.Text, 3)
	}
}
