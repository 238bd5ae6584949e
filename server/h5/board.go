package h5

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

// boardRoutes are the pages of an estate's board that its codes lead to: for everybody, without sign-in and without scripts.
func boardRoutes(site *web.Site, d Deps) {
	site.Unlisted(http.MethodGet, "/h5/estates/:id/board", "public board of an estate", d.held(d.board))
	site.Unlisted(http.MethodGet, "/h5/buildings/:id/board", "public board of an estate as one building sees it", d.held(d.buildingBoard))
	site.Unlisted(http.MethodGet, "/h5/estates/:id/board.txt", "the board as text to be read aloud", d.held(d.boardText))
	site.Unlisted(http.MethodGet, "/h5/estates/:id/duties", "what has to be published in an estate", d.held(d.duties))
	site.Unlisted(http.MethodGet, "/h5/estates/:id/money", "what an estate has published of its books, beside those of its kind", d.held(d.money))
	site.Unlisted(http.MethodGet, "/h5/estates/:id/board-codes", "printed codes that lead to the board", d.boardCodes)
	site.Unlisted(http.MethodGet, "/h5/notices/:id/text", "a public notice as text to be read aloud", d.held(d.noticeText))
	site.Unlisted(http.MethodGet, "/h5/notices/:id/questions", "what was asked about a public notice", d.held(d.noticeQuestions))
	site.Unlisted(http.MethodGet, "/h5/duties/:id/questions", "what was asked about something that has to be published", d.held(d.dutyQuestions))
}

// boardRate is for pages that read a whole register for whoever asks.
var boardRate = limit.Rule{Name: "h5-board", Rate: 300, Per: time.Minute, Burst: 100, Near: 10}

// held lets nobody ask for such a page without end.
func (d Deps) held(page gin.HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := d.site.Hold(c, "", boardRate); err != nil {
			busy(c)
			return
		}
		page(c)
	}
}

// large reports whether the reader wants large type; links keep it.
func large(c *gin.Context) bool { return c.Query("large") != "" }

func (d Deps) board(c *gin.Context) {
	if id, ok := number(c); ok {
		d.showBoard(c, id, 0, "")
	}
}

func (d Deps) buildingBoard(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	b, err := d.Board.BuildingPublic(c.Request.Context(), id)
	if err != nil {
		fail(c, err)
		return
	}
	d.showBoard(c, b.EstateID, b.ID, strings.TrimSuffix(b.Name, "幢")+"幢")
}

func (d Deps) showBoard(c *gin.Context, estate, building int64, of string) {
	r, err := d.Board.RegisterPublic(c.Request.Context(), estate)
	if err != nil {
		fail(c, err)
		return
	}
	rows, err := d.Board.ListPublicOf(c.Request.Context(), estate, building, boardItems)
	if err != nil {
		fail(c, err)
		return
	}
	meetings, err := d.meetings(c, estate)
	if err != nil {
		fail(c, err)
		return
	}
	show(c, http.StatusOK, "board.html", map[string]any{"Title": r.Estate + of + "公示栏", "Items": rows, "Meetings": meetings, "Register": hall.ViewRegister(r).Body, "Large": large(c), "Estate": estate, "City": d.City})
}

// boardMeetings is how many meetings of owners a board shows.
const boardMeetings = 10

// meetings are the meetings of owners that everybody may find on the board.
func (d Deps) meetings(c *gin.Context, estate int64) ([]hall.BoardMeeting, error) {
	rows, err := d.Assemblies.ListOnBoard(c.Request.Context(), estate, 0, 0, boardMeetings)
	list := make([]hall.BoardMeeting, len(rows))
	for i := range rows {
		list[i] = hall.ViewOnBoard(&rows[i], "")
	}
	return list, err
}

func (d Deps) boardText(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	r, err := d.Board.RegisterPublic(c.Request.Context(), id)
	if err != nil {
		fail(c, err)
		return
	}
	rows, err := d.Board.ListPublicOf(c.Request.Context(), id, 0, 20)
	if err != nil {
		fail(c, err)
		return
	}
	meetings, err := d.meetings(c, id)
	if err != nil {
		fail(c, err)
		return
	}
	c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(hall.Spoken(r.Estate, hall.ViewRegister(r).Body, meetings, rows)))
}

func (d Deps) noticeText(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	v, err := d.Board.FindPublic(c.Request.Context(), id)
	if err != nil {
		fail(c, err)
		return
	}
	c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(hall.SpokenNotice(*v)))
}

func (d Deps) duties(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	r, err := d.Board.RegisterPublic(c.Request.Context(), id)
	if err != nil {
		fail(c, err)
		return
	}
	show(c, http.StatusOK, "duties.html", map[string]any{"Title": r.Estate + "应公开事项", "Register": hall.ViewRegister(r).Body, "Large": large(c), "Estate": id, "City": d.City})
}

func (d Deps) noticeQuestions(c *gin.Context) {
	if id, ok := number(c); ok {
		rows, err := d.Board.ListQuestionsPublic(c.Request.Context(), id, 0, 0, boardItems)
		d.showQuestions(c, rows, err)
	}
}

func (d Deps) dutyQuestions(c *gin.Context) {
	if id, ok := number(c); ok {
		rows, err := d.Board.ListQuestionsPublic(c.Request.Context(), 0, id, 0, boardItems)
		d.showQuestions(c, rows, err)
	}
}

func (d Deps) showQuestions(c *gin.Context, rows []disclosure.QuestionView, err error) {
	if err != nil {
		fail(c, err)
		return
	}
	items := make([]hall.QuestionItem, len(rows))
	for i, v := range rows {
		items[i] = hall.ViewQuestion(v)
	}
	show(c, http.StatusOK, "questions.html", map[string]any{"Title": "业主的提问和答复", "Items": items, "Large": large(c), "City": d.City})
}

// code is a place and the picture of the code that leads to its board.
type code struct {
	Place string
	Link  string
	PNG   template.URL
}

// boardCodes is the sheet to be cut up: one code for the estate's board and one for every building's entrance.
func (d Deps) boardCodes(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	if err := d.site.Hold(c, "", slipRate); err != nil {
		busy(c)
		return
	}
	name, buildings, err := d.Board.BuildingsPublic(c.Request.Context(), id)
	if err != nil {
		fail(c, err)
		return
	}
	list := []code{{Place: "小区公示栏", Link: fmt.Sprintf("%s/h5/estates/%d/board", d.PublicURL, id)}}
	for _, b := range buildings {
		list = append(list, code{Place: strings.TrimSuffix(b.Name, "幢") + "幢", Link: fmt.Sprintf("%s/h5/buildings/%d/board", d.PublicURL, b.ID)})
	}
	for i := range list {
		png, err := d.codes.of(list[i].Link)
		if err != nil {
			fail(c, err)
			return
		}
		list[i].PNG = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)) //nolint:gosec // our own picture
	}
	c.Header("Content-Security-Policy", "default-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'")
	show(c, http.StatusOK, "board-codes.html", map[string]any{"Title": name + "公示栏二维码", "Codes": list, "City": d.City})
}
