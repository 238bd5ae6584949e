package disclosure

import (
	"fmt"
	"html"
	"strings"

	"github.com/linli-city/linli/models/money"
)

// The chart is bars that lie, one below the other, each with its name and its value in words: on a phone nothing is turned or cut, on black
// and white paper nothing depends on a colour.
const (
	chartWidth = 640
	chartBar   = 22
	chartRow   = 62
	chartHead  = 40
	chartLeft  = 12
)

// chartColours tell the measures apart where there are colours; the words do everywhere.
var chartColours = map[Measure]string{Received: "#1b6e3c", Spent: "#a33a1f", Balance: "#1f4e8c"}

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
			y, period = y+chartHead, p
			fmt.Fprintf(&rows, `<text x="%d" y="%d" font-size="20" font-weight="700">%s</text>`, chartLeft, y-12, html.EscapeString(p))
		}
		rows.WriteString(bar(f, y, largest))
		y += chartRow
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="100%%" role="img" aria-labelledby="chart-title chart-text" font-family="sans-serif" fill="#000">`+
		`<title id="chart-title">收入、支出和结余</title><desc id="chart-text">%s</desc><rect width="%d" height="%d" fill="#fff"/>%s</svg>`, chartWidth, y+10, html.EscapeString(Words(figures)), chartWidth, y+10, rows.String())
}

// bar is one figure: above its name, what it is and its value, below the bar. What is below zero is drawn hollow.
func bar(f *Figure, y int, largest money.Fen) string {
	size := f.Fen
	style := fmt.Sprintf(`fill="%s"`, chartColours[f.Measure])
	if size < 0 {
		size, style = -size, fmt.Sprintf(`fill="#fff" stroke="%s" stroke-width="2" stroke-dasharray="6 4"`, chartColours[f.Measure])
	}
	width := scale(size, largest)
	return fmt.Sprintf(`<text x="%d" y="%d" font-size="19">%s（%s）</text><text x="%d" y="%d" font-size="19" text-anchor="end">%s元</text><rect x="%d" y="%d" width="%d" height="%d" %s/>`,
		chartLeft, y+18, html.EscapeString(f.Label), MeasureNames[f.Measure], chartWidth-chartLeft, y+18, f.Fen, chartLeft, y+26, width, chartBar, style)
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
