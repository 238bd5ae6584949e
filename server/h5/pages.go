// Package h5 is the pages that people open by link or QR code, without an app: an estate's board, a notice, an
// invitation, a letter that somebody got, and the forms of people who complain by a printed slip or ask by a receipt's number.
package h5

import (
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

//go:embed pages/*
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"day":     func(t time.Time) string { return web.Time(t).Format("2006年1月2日") },
	"time":    func(t time.Time) string { return web.Time(t).Format("1月2日 15:04") },
	"minute":  func(t time.Time) string { return web.Time(t).Format("2006年1月2日 15:04") }, // a danger's two hours are no day
	"state":   func(s complaint.State) string { return complaint.StateNames[s] },
	"deed":    func(a complaint.Action) string { return complaint.ActionNames[a] },
	"part":    complaint.PartName,
	"sort":    func(s disclosure.Sort) string { return disclosure.SortNames[s] },
	"changed": func(kind string) string { return disclosure.ChangeNames[kind] },
	"outcome": func(o tally.Outcome) string { return hall.OutcomeNames[o] }, "called": nameOf, "pair": pairOf, "opened": opened, "turns": func(b *bool) bool { return *b },
	"held": func(state string) string { return restrictionNames[state] },
	"add":  func(a, b int) int { return a + b },
	"way":  func(w assembly.Way) string { return assembly.WayNames[w] }, "group": log.GroupCode, "number": func(i int) int { return i + 1 }, "numeral": hall.Numeral, "whoSees": func() string { return hall.WhoSees }, "option": hall.OptionName, "halves": halves, "short": hall.Short,
}).ParseFS(files, "pages/*.html"))

// Deps are the services behind the pages.
type Deps struct {
	Org        *org.Service
	Board      *disclosure.Service
	Complaints *complaint.Service
	Committee  *committee.Service
	Codes      *session.Codes
	Files      *file.Service
	Campaigns  *campaign.Service
	Assemblies *assembly.Service
	WeChat     WeChat
	PublicURL  string
	City       string // at the foot of what an office sends

	site  *web.Site
	codes *codes
}

// sendCode sends a code to a phone, under the same rule as the API does; again is the answer to a double tap.
func (d Deps) sendCode(c *gin.Context, phone string) (again bool, err error) {
	if err := d.site.Hold(c, "", limit.PhoneCodes); err != nil {
		return false, err
	}
	err = d.Codes.Send(c.Request.Context(), phone)
	if errors.Is(err, session.ErrCodeSent) {
		return true, nil
	}
	return false, err
}

// Routes mounts the pages.
func Routes(site *web.Site, d Deps) {
	d.site, d.codes = site, &codes{kept: map[string][]byte{}}
	site.Unlisted(http.MethodGet, "/h5/style.css", "the pages' style", func(c *gin.Context) {
		body, _ := files.ReadFile("pages/style.css")
		c.Header("Cache-Control", "public, max-age=3600")
		c.Data(http.StatusOK, "text/css; charset=utf-8", body)
	})
	site.Unlisted(http.MethodGet, "/h5/scripts/:name", "the pages' scripts", script)
	boardRoutes(site, d)
	site.Unlisted(http.MethodGet, "/h5/notices/:id", "a public notice", d.notice)
	site.Unlisted(http.MethodGet, "/h5/notices/:id/content", "what the hash of a public notice is over", d.content)
	site.Unlisted(http.MethodGet, "/h5/invitations/:token", "what an invitation is for", d.invitation)
	site.Unlisted(http.MethodGet, "/h5/estates/:id/slip", "printed slip with the code that leads to the form", d.slip)
	site.Unlisted(http.MethodGet, "/h5/estates/:id/complain", "form for a complaint without sign-in", d.form)
	site.FormWithFiles("/h5/estates/:id/complain", "a complaint without sign-in, the phone proved by a code", formRate, mostPhotos, photoPatience, d.complain, busy)
	site.Unlisted(http.MethodGet, "/h5/letters/:token", "what a printed letter says, and whether it is confirmed", d.letter)
	site.Form("/h5/letters/:token", "confirm a printed letter by its code", letterRate, d.letterForm, busy)
	site.Unlisted(http.MethodGet, "/h5/visits/:id", "where the code of a visit list leads", d.visit)
	site.Unlisted(http.MethodGet, "/h5/decide", "calculator: what a vote comes to and what is still missing", d.decide)
	d.memberRoutes(site)
	voteRoutes(site, d)
	meetingRoutes(site, d)
	site.Unlisted(http.MethodGet, "/h5/receipts", "progress by receipt number", d.receipt)
	site.Form("/h5/receipts", "progress, answer and rating by receipt number and phone code", formRate, d.receiptForm, busy)
}

// scripts are what pages run where scripts run at all; none is needed to vote.
var scripts = map[string]func() []byte{
	"vote.js":   func() []byte { body, _ := files.ReadFile("pages/vote.js"); return body },
	"check.js":  func() []byte { return log.CheckJS },
	"ballot.js": func() []byte { body, _ := files.ReadFile("pages/ballot.js"); return body },
}

func script(c *gin.Context) {
	body, ok := scripts[c.Param("name")]
	if !ok {
		c.Status(http.StatusNotFound)
		return
	}
	c.Header("Cache-Control", "public, max-age=3600")
	c.Data(http.StatusOK, "text/javascript; charset=utf-8", body())
}

const (
	boardItems = 50
	// mostPhotos are three pictures of ten megabytes and the fields; photoPatience is how long they may take on a slow line.
	mostPhotos    = 31 << 20
	photoPatience = 4 * time.Minute // two hundred kilobytes a second
)

func (d Deps) notice(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	v, err := d.Board.FindPublic(c.Request.Context(), id)
	if err != nil {
		fail(c, err)
		return
	}
	show(c, http.StatusOK, "notice.html", map[string]any{"Title": v.Title, "Notice": v, "Chart": template.HTML(v.Chart())}) //nolint:gosec // drawn by us, every text in it escaped
}

// content is the one text of a version that its hash is over.
func (d Deps) content(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	version, _ := strconv.Atoi(c.Query("version"))
	text, err := d.Board.ContentPublic(c.Request.Context(), id, version)
	if err != nil {
		fail(c, err)
		return
	}
	c.Data(http.StatusOK, "text/plain; charset=utf-8", text)
}

func (d Deps) invitation(c *gin.Context) {
	v, err := d.Org.ShowInvitation(c.Request.Context(), c.Param("token"))
	if err != nil {
		fail(c, err)
		return
	}
	show(c, http.StatusOK, "invitation.html", map[string]any{"Title": "您收到一个邀请", "Invitation": v})
}

func number(c *gin.Context) (int64, bool) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		fail(c, disclosure.ErrNotFound)
		return 0, false
	}
	return id, true
}

func fail(c *gin.Context, err error) {
	f := fault.Of(err)
	status := http.StatusInternalServerError
	switch f.Kind {
	case fault.NotFound, fault.Closed:
		status = http.StatusNotFound
	case fault.Internal:
		_ = c.Error(err)
	}
	show(c, status, "sorry.html", map[string]any{"Title": "打不开这个页面", "Message": f.Message})
}

func show(c *gin.Context, status int, name string, data map[string]any) {
	c.Status(status)
	c.Header("Content-Type", "text/html; charset=utf-8")
	if err := pages.ExecuteTemplate(c.Writer, name, data); err != nil {
		_ = c.Error(err)
	}
}
