package h5

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

var checkRate = limit.Rule{Name: "h5-check", Rate: 300, Per: time.Minute, Burst: 100}

func meetingRoutes(site *web.Site, d Deps) {
	site.Unlisted(http.MethodGet, "/h5/meetings/:id", "what is public of an owners' meeting", d.meeting)
	site.Unlisted(http.MethodGet, "/h5/ballots", "form for a receipt's code", d.ballots)
	site.Unlisted(http.MethodGet, "/h5/ballots/:code", "is this ballot in the published log, and does it count", d.ballot)
}

// meeting shows a meeting to anybody.
func (d Deps) meeting(c *gin.Context) {
	id, ok := number(c)
	if !ok {
		return
	}
	if err := d.site.Hold(c, "", checkRate); err != nil {
		busy(c)
		return
	}
	ctx := c.Request.Context()
	v, t, err := d.Assemblies.ShowPublic(ctx, id)
	if err != nil {
		fail(c, err)
		return
	}
	data := map[string]any{"Title": v.Title, "City": d.City, "Meeting": v, "View": hall.OfView(v), "Motions": hall.DecidedOf(v), "Turnout": hall.TurnoutLines(t), "Wings": t.Buildings,
		"Bundle": v.Result != nil && v.Result.Tally != nil, "Away": v.Result != nil && v.Result.Imported != nil}
	last, err := d.Assemblies.LatestCheckpoint(ctx, id)
	if err != nil && !errors.Is(err, assembly.ErrNoCheckpoint) {
		fail(c, err)
		return
	}
	if err == nil {
		data["Checkpoint"], data["Fingerprint"] = hall.OfCheckpoint(*last), log.Fingerprint(last.KeyLine)
	}
	show(c, http.StatusOK, "meeting.html", data)
}

// ballots asks for a code.
func (d Deps) ballots(c *gin.Context) {
	code := web.Typed(c.Query("code"))
	if code == "" {
		show(c, http.StatusOK, "ballots.html", map[string]any{"Title": "核验我的票", "City": d.City})
		return
	}
	if parsed, ok := log.ParseCode(code); ok {
		c.Redirect(http.StatusFound, "/h5/ballots/"+log.GroupCode(parsed))
		return
	}
	show(c, http.StatusUnprocessableEntity, "ballots.html", map[string]any{"Title": "核验我的票", "City": d.City, "Typed": code, "Wrong": []string{"回执号不对，请对照回执再看一遍：一共16个字母和数字，可以不打短横"}})
}

// ballot shows what the published log says of a submission. The browser verifies it with the site's script, and opens the ballot by
// what stands behind the # of the address, which it sends to nobody.
func (d Deps) ballot(c *gin.Context) {
	if err := d.site.Hold(c, "", checkRate); err != nil {
		busy(c)
		return
	}
	v, err := d.Assemblies.Check(c.Request.Context(), c.Param("code"))
	if errors.Is(err, assembly.ErrNoReceipt) {
		show(c, http.StatusNotFound, "ballots.html", map[string]any{"Title": "核验我的票", "City": d.City, "Typed": c.Param("code"), "Wrong": []string{"没有找到这个回执号的票。请对照回执再看一遍；确实没有写错的，请带着回执到社区反映"}})
		return
	}
	if err != nil {
		fail(c, err)
		return
	}
	checked := hall.OfInspected(v)
	show(c, http.StatusOK, "ballot.html", map[string]any{"Title": "核验我的票", "City": d.City, "Checked": checked, "Purposes": hall.PurposeNames})
}
