package h5

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
)

// The cookies of a voting link, sent to this link alone: which browser it is, and whom it has proved, so that a reload costs no other
// message.
const (
	browserCookie = "linli_vote_browser"
	phoneCookie   = "linli_vote"
	wechatCookie  = "linli_vote_wechat"
)

func (d Deps) keep(c *gin.Context, name, value string, seconds int) {
	http.SetCookie(c.Writer, &http.Cookie{Name: name, Value: value, Path: "/v/" + c.Param("token"), MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(d.PublicURL, "https://")})
}

// browser gives the number of a browser on a link, and gives it one where it has none.
func (d Deps) browser(c *gin.Context) string {
	if number, err := c.Cookie(browserCookie); err == nil && len(number) >= 20 && len(number) <= 64 {
		return number
	}
	if number := c.GetString(browserCookie); number != "" { // given a moment ago
		return number
	}
	number := rand.Text()
	c.Set(browserCookie, number)
	d.keep(c, browserCookie, number, 24*60*60)
	return number
}

// voter gives who was proved on this link, by the phone or by WeChat.
// Faults: session.ErrPhoneTicket, those of assembly.OwnerByPhone and assembly.PersonOf.
func (d Deps) voter(c *gin.Context) (voter, error) {
	ctx, token := c.Request.Context(), c.Param("token")
	if ticket, err := c.Cookie(wechatCookie); err == nil {
		person, err := d.Assemblies.PersonOf(ctx, token, d.browser(c), ticket)
		if err == nil || fault.Of(err).Kind == fault.Internal {
			return voter{Person: person}, err
		}
	}
	ticket, err := c.Cookie(phoneCookie)
	if err != nil {
		return voter{}, session.ErrPhoneTicket
	}
	phone, err := d.Codes.Holder(ctx, ticket)
	if err != nil {
		return voter{}, err
	}
	owner, err := d.Assemblies.OwnerByPhone(ctx, token, phone)
	return voter{Owner: owner}, err
}

// mayProve holds each browser and each address on a link to a number of tries, never the link itself: a stranger who has it locks
// nobody out.
func (d Deps) mayProve(c *gin.Context, token string) error {
	sum := sha256.Sum256([]byte(token))
	link := "link:" + hex.EncodeToString(sum[:8]) + ":"
	if err := d.site.Hold(c, link+web.Caller(c), addressRate); err != nil {
		return err
	}
	return d.site.Hold(c, link+d.browser(c), clientRate)
}

// provePhone sends a code to an owner's phone, or checks it; the proof comes back as a cookie of this link.
func (d Deps) provePhone(c *gin.Context) {
	v, ok := d.arrive(c)
	if !ok {
		return
	}
	f := voteForm{Phone: digits(web.Typed(c.PostForm("phone"))), Ref: web.Typed(c.PostForm("ref")), Agreed: c.PostForm("agreed") != ""}
	f.Chosen, _ = readVote(c, v.Motions) // marked before the proof of the phone ran out
	err := d.mayProve(c, v.Token)
	if err == nil && len(f.Phone) == 11 { // what is no number is named by the sending of codes
		_, err = d.Assemblies.OwnerByPhone(c.Request.Context(), v.Token, f.Phone)
	}
	switch {
	case err != nil:
		d.showVote(c, v, f, err)
	case c.PostForm("step") == "code":
		d.sendVoteCode(c, v, f)
	default:
		d.checkVoteCode(c, v, f)
	}
}

// sendVoteCode sends the code, which from then on this browser alone may try.
func (d Deps) sendVoteCode(c *gin.Context, v *visit, f voteForm) {
	var err error
	if f.Again, err = d.sendCode(c, f.Phone); err == nil && !f.Again {
		err = d.Assemblies.CodeAsked(c.Request.Context(), v.Token, f.Phone, d.browser(c))
	}
	f.Sent = err == nil
	d.showVote(c, v, f, err)
}

func (d Deps) checkVoteCode(c *gin.Context, v *visit, f voteForm) {
	ctx := c.Request.Context()
	err := d.Assemblies.MayTryCode(ctx, v.Token, f.Phone, d.browser(c))
	var ticket string
	if err == nil {
		ticket, err = d.Codes.CheckForm(ctx, f.Phone, digits(web.Typed(c.PostForm("code"))), f.Ref)
	}
	if err != nil {
		f.Sent = true
		d.showVote(c, v, f, err)
		return
	}
	d.keep(c, phoneCookie, ticket, int(session.TicketFor.Seconds()))
	if len(f.Chosen) == 0 {
		c.Redirect(http.StatusSeeOther, "/v/"+v.Token)
		return
	}
	v.Voter.Owner, err = d.Assemblies.OwnerByPhone(ctx, v.Token, f.Phone)
	f.Change = true
	d.showVote(c, v, f, err)
}
