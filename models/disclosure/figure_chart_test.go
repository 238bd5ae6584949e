package disclosure

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/money"
)

func figure(label string, m Measure, from, to string, fen money.Fen) Figure {
	at := func(s string) time.Time { t, _ := time.Parse(time.DateOnly, s); return t }
	f := Figure{Label: label, Measure: m, Book: "income", Codes: "income.bank", ToOn: at(to), Fen: fen}
	if from != "" {
		begin := at(from)
		f.FromOn = &begin
	}
	return f
}

var quarter = []Figure{
	figure("结余", Balance, "", "2026-02-28", -50_00), figure("二月收入", Received, "2026-02-01", "2026-02-28", 12_345_678), figure("二月支出", Spent, "2026-02-01", "2026-02-28", 0),
	figure("一月收入<广告>", Received, "2026-01-01", "2026-01-31", 1),
}

// TestWordsAreInTime: sentences follow the months whatever the order of the rows, and say what is nothing and what is below zero.
func TestWordsAreInTime(t *testing.T) {
	t.Parallel()
	want := "从2026年1月1日到2026年1月31日，一月收入<广告>1分。从2026年2月1日到2026年2月28日，二月收入12万3456元7角8分，二月支出没有，是零元。到2026年2月28日为止，结余是负50元。这些数是系统从已经结账的账簿里取的，不是手写的。"
	if got := Words(quarter); got != want {
		t.Errorf("%s", got)
	}
	if Words(nil) != "" || Chart(nil) != "" {
		t.Error("words of nothing")
	}
}

// TestAmountsAreReadAloud: as a person says them.
func TestAmountsAreReadAloud(t *testing.T) {
	t.Parallel()
	for fen, want := range map[money.Fen]string{0: "0元", 5: "5分", 50: "5角", 105: "1元零5分", 110: "1元1角", 137_42: "137元4角2分", 1_000_000: "1万元", 1_000_500: "1万零5元", 10_000_000_000: "1亿元", 10_000_200_000: "1亿零2000元", 123_456_00: "12万3456元", -305: "负3元零5分"} {
		if got := Aloud(fen); got != want {
			t.Errorf("%d: %s, want %s", fen, got, want)
		}
	}
}

// TestTheChartIsWholeAndLabelled: well-formed, every figure with its name and value, the sentences as its text, the longest bar the largest
// sum, and nothing drawn as nothing unless it is nothing.
func TestTheChartIsWholeAndLabelled(t *testing.T) {
	t.Parallel()
	svg := Chart(quarter)
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err, svg)
		}
	}
	for _, part := range []string{"二月收入（收入）", "123456.78元", "一月收入&lt;广告&gt;（收入）", "0.01元", "-50.00元", `width="328" height="20" fill="#1b6e3c"`, `width="2" height="20" fill="#1b6e3c"`, `width="0" height="20" fill="#a33a1f"`, "stroke-dasharray", "二月支出没有，是零元", `role="img"`} {
		if !strings.Contains(svg, part) {
			t.Errorf("%s is not in %s", part, svg)
		}
	}
	if strings.Count(svg, "2026年2月1日至2026年2月28</text>") != 1 || svg != Chart(quarter) {
		t.Error("a period is named twice, or the picture differs")
	}
	if scale(money.Max, money.Max) != 328 || scale(1, money.Max) != 2 {
		t.Error("a large sum is drawn wrong")
	}
}
