package disclosure

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/money"
)

// The chart is bars that lie, one below the other, each with its name above and its value below: it is as wide as a phone, so that its
// letters are as large there as those around it; nothing is turned or cut, and on black and white paper nothing depends on a colour.
const (
	chartWidth = 340
	chartLeft  = 6
	chartBar   = 20
	chartLine  = 23
	chartGap   = 16
	chartRunes = 19 // of 17 units fit a line
)

// chartColours tell the measures apart where there are colours; the words do everywhere.
var chartColours = map[Measure]string{Received: "#1b6e3c", Spent: "#a33a1f", Balance: "#1f4e8c", NetReceived: "#1b6e3c", NetSpent: "#a33a1f", Stated: "#1f4e8c", BillsCharged: "#1f4e8c", BillsCollected: "#1b6e3c"}

// Chart draws figures over time as SVG, with the sentences of Words as its text alternative. Equal figures give equal bytes.
func Chart(figures []Figure) string {
	if len(figures) == 0 {
		return ""
	}
	list := inTime(figures)
	largest := money.Fen(1)
	for _, f := range list {
		largest = max(largest, f.Fen, -f.Fen)
	}
	var rows strings.Builder
	y, period := 0, ""
	for i := range list {
		f := &list[i]
		if p := f.Period(); p != period {
			period = p
			y = write(&rows, p, y+4, "700")
		}
		y = bar(&rows, f, y, largest) + chartGap
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="100%%" role="img" aria-labelledby="chart-title chart-text" font-family="sans-serif" fill="#000">`+
		`<title id="chart-title">%s</title><desc id="chart-text">%s</desc><rect width="%d" height="%d" fill="#fff"/>%s</svg>`, chartWidth, y, chartTitle(figures), html.EscapeString(Words(figures)), chartWidth, y, rows.String())
}

// chartTitle says what is drawn.
func chartTitle(figures []Figure) string {
	switch in := func(book string) bool {
		return !slices.ContainsFunc(figures, func(f Figure) bool { return f.Book != book })
	}; {
	case in(Projects):
		return "维修项目的金额"
	case in(Collections):
		return "物业费的应收和实收"
	}
	return "收入、支出和结余"
}

// write puts a text into as many lines as it takes below y, and gives where they end.
func write(b *strings.Builder, text string, y int, weight string) int {
	for line := range slices.Chunk([]rune(text), chartRunes) {
		y += chartLine
		fmt.Fprintf(b, `<text x="%d" y="%d" font-size="17" font-weight="%s">%s</text>`, chartLeft, y-6, weight, html.EscapeString(string(line)))
	}
	return y
}

// bar draws one figure below y, and gives where it ends. What is below zero is drawn hollow.
func bar(b *strings.Builder, f *Figure, y int, largest money.Fen) int {
	size, style := f.Fen, fmt.Sprintf(`fill="%s"`, chartColours[f.Measure])
	if size < 0 {
		size, style = -size, fmt.Sprintf(`fill="#fff" stroke="%s" stroke-width="2" stroke-dasharray="6 4"`, chartColours[f.Measure])
	}
	y = write(b, f.Label+"（"+MeasureNames[f.Measure]+"）", y, "400")
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" %s/>`, chartLeft, y, scale(size, largest), chartBar, style)
	return write(b, f.Fen.String()+"元", y+chartBar, "700")
}

// scale is how long the bar of an amount is; something is never drawn as nothing.
func scale(f, largest money.Fen) int {
	room := int64(chartWidth - 2*chartLeft)
	if f == 0 {
		return 0
	}
	if largest > 1<<40 { // more than ten billion yuan: keep the product within 64 bits
		f, largest = f>>20, largest>>20
	}
	return int(max(2, int64(f)*room/int64(largest)))
}
