package h5

import (
	"crypto/rand"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/committee"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/vault"
	"github.com/linli-city/linli/server/web"
	"github.com/linli-city/linli/server/web/limit"
)

// memberRate bounds what one address asks for; a token is too long to be guessed at any rate.
var memberRate = limit.Rule{Name: "h5-committee", Rate: 120, Per: time.Minute, Burst: 60}

// memberForm is what a member typed; it goes back and forth until the phone is proved.
type memberForm struct {
	Phone, Code, Ticket, Ref string
	Again, Sent              bool
	Choice, Reason, Interest map[int64]string
}

// member shows a committee's vote to whoever holds a member's link.
func (d Deps) member(c *gin.Context) {
	if err := d.site.Hold(c, "", memberRate); err != nil {
		busy(c)
		return
	}
	d.showMember(c, memberForm{Ref: rand.Text()}, false, nil)
}

func (d Deps) showMember(c *gin.Context, f memberForm, said bool, wrong error) {
	p, err := d.Committee.ByLink(c.Request.Context(), c.Param("token"))
	if err != nil {
		fail(c, err)
		return
	}
	c.Header("Referrer-Policy", "no-referrer") // the address is the token
	c.Header("Cache-Control", "no-store")
	status, says := complaints(c, wrong)
	papers, err := d.papers(c, p)
	if err != nil {
		fail(c, err)
		return
	}
	closed := p.Meeting.State == committee.Closed
	if !said { // who votes is shown to whoever has proved to be it
		p.Name = vault.MaskName(p.Name)
	}
	show(c, status, "committee.html", map[string]any{"Title": p.Estate + "业委会表决", "Paper": p, "Form": f, "Wrong": says, "Said": said, "Shows": said || closed, "Open": p.Meeting.State == committee.Open && !p.Used, "City": d.City, "Papers": papers,
		"Choices": []struct{ Code, Name string }{{"yes", "同意"}, {"no", "反对"}, {"abstain", "弃权"}}, "Names": committee.ChoiceNames, "States": committee.ItemStates})
}

// papers are links to the documents of the agenda, for a member whose account the look at them is recorded under.
func (d Deps) papers(c *gin.Context, p *committee.Paper) ([]template.URL, error) {
	if p.PersonID == 0 {
		return nil, nil
	}
	list := make([]template.URL, 0, len(p.FileIDs))
	for _, id := range p.FileIDs {
		f, err := d.Files.Find(c.Request.Context(), id)
		if err != nil {
			return nil, err
		}
		link, _ := d.Files.Link(f, p.PersonID)
		list = append(list, template.URL(link)) //nolint:gosec // our own link
	}
	return list, nil
}

// memberVotes sends a code, or checks it and votes. The same form sent again finds what it did.
func (d Deps) memberVotes(c *gin.Context) {
	ctx, token := c.Request.Context(), c.Param("token")
	p, err := d.Committee.ByLink(ctx, token)
	if err != nil {
		fail(c, err)
		return
	}
	f, ballots := readVotes(c, p)
	if c.PostForm("step") == "code" {
		f.Code = ""
		f.Again, err = d.sendCode(c, f.Phone)
		f.Sent = err == nil && !f.Again
		d.showMember(c, f, false, err)
		return
	}
	phone, ticket, err := d.proved(c, f.Phone, f.Code, f.Ticket, f.Ref)
	f.Ticket = ticket
	if err == nil {
		_, err = d.Committee.Once(f.Ref, web.InputHash(token, ballots)).CastByLink(ctx, token, phone, ballots)
	}
	if err != nil && fault.Of(err).Kind == fault.NotFound {
		fail(c, err)
		return
	}
	d.showMember(c, f, err == nil, err)
}

func readVotes(c *gin.Context, p *committee.Paper) (memberForm, []committee.Ballot) {
	typed := func(name string) string { return web.Typed(c.PostForm(name)) }
	f := memberForm{Phone: digits(typed("phone")), Code: digits(typed("code")), Ticket: typed("ticket"), Ref: typed("ref"), Choice: map[int64]string{}, Reason: map[int64]string{}, Interest: map[int64]string{}}
	var ballots []committee.Ballot
	for _, it := range p.Items {
		field := func(name string) string { return typed(fmt.Sprintf("%s-%d", name, it.ID)) }
		f.Choice[it.ID], f.Reason[it.ID], f.Interest[it.ID] = field("choice"), field("reason"), field("interest")
		if f.Choice[it.ID] != "" {
			ballots = append(ballots, committee.Ballot{ItemID: it.ID, Choice: f.Choice[it.ID], Reason: f.Reason[it.ID], Interest: f.Interest[it.ID]})
		}
	}
	return f, ballots
}

// memberRoutes mounts the page of a committee's vote.
func (d Deps) memberRoutes(site *web.Site) {
	site.Unlisted(http.MethodGet, "/h5/committee/:token", "a member's link to vote in a committee", d.member)
	site.Form("/h5/committee/:token", "a member's votes in a committee, the phone proved by a code", formRate, d.memberVotes, busy)
}
