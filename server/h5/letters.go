package h5

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/notify/campaign"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

// letterRate bounds what one address asks for. Many households share an address of a mobile network on the day when the letters
// arrive; a token is too long to be guessed at any rate.
var letterRate = limit.Rule{Name: "h5-letter", Rate: 240, Per: time.Minute, Burst: 120}

// letter shows what a letter says to whoever scans its code.
func (d Deps) letter(c *gin.Context) {
	if err := d.site.Hold(c, "", letterRate); err != nil {
		busy(c)
		return
	}
	d.showLetter(c, false)
}

func (d Deps) showLetter(c *gin.Context, said bool) {
	s, err := d.Campaigns.ShowSlip(c.Request.Context(), c.Param("token"))
	if err != nil {
		fail(c, err)
		return
	}
	c.Header("Referrer-Policy", "no-referrer") // the address is the token
	c.Header("Cache-Control", "no-store")
	show(c, http.StatusOK, "letter.html", map[string]any{"Title": s.Title, "Letter": s, "Said": said, "City": d.City, "Token": c.Param("token")})
}

// letterForm confirms a letter, once, or leads on to the vote of its seat.
func (d Deps) letterForm(c *gin.Context) {
	if web.Typed(c.PostForm("step")) == "vote" {
		d.voteByLetter(c)
		return
	}
	err := d.Campaigns.ConfirmSlip(c.Request.Context(), c.Param("token"))
	if code := fault.Of(err); err != nil && code.Code != campaign.ErrEnded.Code && code.Code != campaign.ErrUnprinted.Code {
		fail(c, err)
		return
	}
	d.showLetter(c, err == nil)
}

// voteByLetter leads from a letter about a meeting to the voting link of the letter's seat. There, whoever votes proves who they are.
func (d Deps) voteByLetter(c *gin.Context) {
	ctx := c.Request.Context()
	s, err := d.Campaigns.ShowSlip(ctx, c.Param("token"))
	if err == nil && (!s.Votes() || !s.Gone) {
		err = campaign.ErrUnprinted
	}
	var token string
	if err == nil {
		token, err = d.Assemblies.LetterLink(ctx, s.SubjectID, s.OwnerSetID, c.Param("token"))
	}
	if err != nil {
		fail(c, err)
		return
	}
	c.Redirect(http.StatusSeeOther, "/v/"+token)
}

// visit is where the code of a visit list leads whoever scans it outside the app of the office. It tells nothing about the seat.
func (d Deps) visit(c *gin.Context) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		fail(c, campaign.ErrReach)
		return
	}
	show(c, http.StatusOK, "visit.html", map[string]any{"Title": "上门登记", "City": d.City, "ID": id})
}
