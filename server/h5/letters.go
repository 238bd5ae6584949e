package h5

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/notify/campaign"
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

// letterForm confirms a letter, once.
func (d Deps) letterForm(c *gin.Context) {
	err := d.Campaigns.ConfirmSlip(c.Request.Context(), c.Param("token"))
	if code := fault.Of(err); err != nil && code.Code != campaign.ErrEnded.Code && code.Code != campaign.ErrUnprinted.Code {
		fail(c, err)
		return
	}
	d.showLetter(c, err == nil)
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
