package h5

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/file"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

var (
	// Many households share an address of a mobile network on the evening before the close.
	voteRate = limit.Rule{Name: "h5-vote", Rate: 600, Per: time.Minute, Burst: 300}
	// A link shows whether a phone is an owner's, and codes are tried on it. No browser does that often, and no address, at which other
	// browsers begin anew; what one of them has used up, the owner in another still has.
	clientRate  = limit.Rule{Name: "h5-vote-client", Rate: 20, Per: time.Hour, Burst: 10}
	addressRate = limit.Rule{Name: "h5-vote-address", Rate: 60, Per: time.Hour, Burst: 30}
)

func voteRoutes(site *web.Site, d Deps) {
	site.Unlisted(http.MethodGet, "/v/:token", "voting link of one seat", d.vote)
	site.Form("/v/:token", "prove the phone, review and cast by a voting link", voteRate, d.voteForm, busy)
	site.Unlisted(http.MethodGet, "/v/:token/wechat", "sign in by WeChat on a voting link, and come back", d.voteWeChat)
	site.Unlisted(http.MethodGet, "/v/:token/files/:id", "a motion's document for whoever holds a voting link", d.voteFile)
}

// visit is one look at a voting link: the seat's paper, and which owner has been proved, if any.
type visit struct {
	*assembly.Paper
	Token  string
	Voter  voter
	Change bool             // the rules allow another ballot in place of the one that was cast
	Calls  []complaint.Line // whom to ask
}

// voter is who was proved on a link: an owner by the roster's phone, or a person by their WeChat.
type voter struct{ Owner, Person int64 }

func (v voter) proved() bool { return v.Owner != 0 || v.Person != 0 }

// arrive reads the link. Where it leads nowhere, that is shown.
func (d Deps) arrive(c *gin.Context) (*visit, bool) {
	ctx, token := c.Request.Context(), c.Param("token")
	p, err := d.Assemblies.ShowLink(ctx, token)
	if err != nil {
		fail(c, err)
		return nil, false
	}
	v := &visit{Paper: p, Token: token, Change: mayChange(p)}
	v.Calls, _ = d.Complaints.Contacts(ctx, p.Meeting.EstateID) // an addition: the page stands without them
	if v.Voter, err = d.voter(c); err != nil && fault.Of(err).Kind == fault.Internal {
		fail(c, err)
		return nil, false
	}
	return v, true
}

// mayChange reports whether the frozen rules let another electronic ballot in; the service has the last word.
func mayChange(p *assembly.Paper) bool {
	cast := 0
	for _, x := range p.Cast {
		if x.Way.Electronic() && x.Counts != "void" {
			cast++
		}
	}
	return cast == 0 || p.Terms.Change == "until_close" || p.Terms.Change == "once" && cast < 2
}

func (d Deps) vote(c *gin.Context) {
	if err := d.site.Hold(c, "", voteRate); err != nil {
		busy(c)
		return
	}
	if v, ok := d.arrive(c); ok {
		d.showVote(c, v, voteForm{}, nil)
	}
}

// voteForm is what stands in the fields.
type voteForm struct {
	Phone, Ref string // of the proof
	Sent       bool
	Again      bool
	Chosen     chosen
	Agreed     bool
	Change     bool // asked for another ballot in place of the first
}

// stages of a visit, in their order.
const (
	waiting = "waiting" // nothing to be done now
	proof   = "proof"   // whose phone is it
	choose  = "choose"
	done    = "done" // it was cast
)

func (v *visit) stage(f voteForm) string {
	switch {
	case !v.Open || v.Seat.PaperAt != nil || v.Terms.Electronic == "" || v.Meeting.Channel != assembly.OnSystem:
		return waiting
	case !v.Voter.proved():
		return proof
	case len(v.Cast) > 0 && (!f.Change || !v.Change):
		return done
	}
	return choose
}

func (d Deps) showVote(c *gin.Context, v *visit, f voteForm, wrong error) {
	status, says := complaints(c, wrong)
	f.Change = f.Change || c.Query("change") != ""
	stage := v.stage(f)
	f.Ref = cmp.Or(f.Ref, rand.Text())
	d.browser(c)
	show(c, status, "vote.html", map[string]any{"Title": v.Meeting.Title, "City": d.City, "Visit": v, "Form": f, "Stage": stage, "Wrong": says, "Why": v.whyNot(), "Motions": motionsOf(v, f.Chosen), "Cast": ref(v), "ChangeBy": changeBy(v.Terms.Change), "WeChat": stage == proof && len(f.Chosen) == 0 && d.inWeChat(c)})
}

// whyNot says why nothing can be cast now.
func (v *visit) whyNot() string {
	switch {
	case v.Seat.PaperAt != nil:
		return "这套房屋的业主申请了用纸质表决票，所以手机上不能投。想改用手机投票，请先到小程序里撤回纸质申请，或者打电话给会议召集人。"
	case errors.Is(v.Why, assembly.ErrNotOpen) && v.Meeting.OpensAt != nil:
		return "表决还没有开始。请在 " + web.Time(*v.Meeting.OpensAt).Format("1月2日 15:04") + " 以后再打开这个链接。"
	case v.Why != nil:
		return fault.Of(v.Why).Message
	case !v.Open || v.Terms.Electronic == "" || v.Meeting.Channel != assembly.OnSystem:
		return fault.Of(assembly.ErrElectronic).Message
	}
	return ""
}

// changeBy says what the rules allow after a ballot is cast.
func changeBy(rule string) string {
	switch rule {
	case "until_close":
		return "截止以前想改，可以再打开这个链接改票，以最后一次为准。"
	case "once":
		return "截止以前想改，可以再打开这个链接改一次，以后一次为准。"
	}
	return "按本次会议的规则，投了以后不能改。"
}

// ref names the intention of this visit: this owner's next ballot on this link. It is the same on every display until that ballot is
// in, so that back, reload, a double tap or another window never cast twice.
func ref(v *visit) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "linli voting link\x00%s\x00%d\x00%d\x00%d", v.Token, v.Voter.Owner, v.Voter.Person, len(v.Cast)))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}

// voteFile opens a document of the link's motions.
func (d Deps) voteFile(c *gin.Context) {
	if err := d.site.Hold(c, "", voteRate); err != nil {
		busy(c)
		return
	}
	ctx := c.Request.Context()
	p, err := d.Assemblies.ShowLink(ctx, c.Param("token"))
	if err != nil {
		fail(c, err)
		return
	}
	id, _ := strconv.ParseInt(c.Param("id"), 10, 64)
	if !slices.ContainsFunc(p.Motions, func(m assembly.Asked) bool { return slices.Contains(m.FileIDs, id) }) {
		fail(c, file.ErrNotFound)
		return
	}
	f, err := d.Files.Find(ctx, id)
	if err != nil {
		fail(c, err)
		return
	}
	link, _ := d.Files.Link(f, 0)
	c.Redirect(http.StatusFound, link)
}

// voteForm takes the steps of a visit.
func (d Deps) voteForm(c *gin.Context) {
	switch web.Typed(c.PostForm("step")) {
	case "code", "check":
		d.provePhone(c)
	case "cast":
		d.castByLink(c)
	default:
		d.reviewVote(c)
	}
}
