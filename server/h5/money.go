package h5

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/ledger"
)

// mostBars is how many figures of a book are drawn, the newest.
const mostBars = 12

// bookShown is what a book's public figures come to, drawn and in words.
type bookShown struct {
	Name  string
	Chart template.HTML
	Words string
	Older int // figures that are in the file alone
}

// money shows an estate beside those of its kind, and what it has published of its books over time.
func (d Deps) money(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	v, err := d.Board.ComparisonPublic(c.Request.Context(), id)
	if err != nil {
		fail(c, err)
		return
	}
	of := map[string][]disclosure.Figure{}
	if _, err := d.Board.OpenFigures(c.Request.Context(), id, "", func(f *disclosure.OpenFigure) error {
		of[f.Book] = append(of[f.Book], f.Figure)
		return nil
	}); err != nil {
		fail(c, err)
		return
	}
	var books []bookShown
	for _, book := range []string{string(ledger.Income), string(ledger.Fund), string(ledger.Fee), disclosure.Collections, disclosure.Projects} {
		if list := of[book]; len(list) > 0 {
			books = append(books, drawn(book, list))
		}
	}
	show(c, http.StatusOK, "money.html", map[string]any{"Title": v.Estate + "的收支", "Comparison": v, "Books": books, "Large": large(c), "Estate": id, "City": d.City})
}

func drawn(book string, list []disclosure.Figure) bookShown {
	slices.SortStableFunc(list, func(a, b disclosure.Figure) int {
		return cmp.Or(a.ToOn.Compare(b.ToOn), cmp.Compare(a.NoticeID, b.NoticeID))
	})
	older := max(0, len(list)-mostBars)
	list = list[older:]
	chart := strings.ReplaceAll(disclosure.Chart(list), "chart-", "chart-"+book+"-")                                             // several on a page
	return bookShown{Name: disclosure.BookNames[book], Chart: template.HTML(chart), Words: disclosure.Words(list), Older: older} //nolint:gosec // drawn by us, every text in it escaped
}
