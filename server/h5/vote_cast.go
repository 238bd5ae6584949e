package h5

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/server/web"
)

// chosen are the choices by motion.
type chosen map[int64]string

// choiceOf reads what was marked on a motion. Of an election, a candidate who was left out is an abstention.
func choiceOf(c *gin.Context, m assembly.Asked) string {
	if m.Question.Kind != tally.Election {
		return web.Typed(c.PostForm(fmt.Sprintf("m%d", m.ID)))
	}
	var marks []string
	for _, key := range m.Question.Options {
		if mark := web.Typed(c.PostForm(fmt.Sprintf("m%d.%s", m.ID, key))); mark != "" {
			marks = append(marks, key+"="+mark)
		}
	}
	return strings.Join(marks, ",")
}

// readVote reads the marks, and says what is missing or wrong in the order of the motions.
func readVote(c *gin.Context, motions []assembly.Asked) (chosen, error) {
	var wrong fault.Checks
	list := chosen{}
	for _, m := range motions {
		typed := choiceOf(c, m)
		text, err := m.Question.Canonical(typed)
		switch {
		case typed == "":
			wrong.Check(false, "choices", fmt.Sprintf("第%d个议题还没有选；不想表态请选“弃权”", m.Position))
		case err != nil || text == tally.Void:
			wrong.Check(false, "choices", fmt.Sprintf("第%d个议题：%s", m.Position, fault.Of(cmp.Or(err, error(tally.ErrChoice))).Message))
			list[m.ID] = typed
		default:
			list[m.ID] = text
		}
	}
	return list, wrong.Err()
}

// reviewVote shows once more what was chosen, before it counts; or goes back to change it.
func (d Deps) reviewVote(c *gin.Context) {
	v, ok := d.arrive(c)
	if !ok {
		return
	}
	f := voteForm{Agreed: c.PostForm("agreed") != "", Change: true}
	var err error
	f.Chosen, err = readVote(c, v.Motions)
	if err == nil && v.Shared && !f.Agreed {
		err = assembly.ErrAgree
	}
	if c.PostForm("step") == "edit" {
		err = nil
	} else if err == nil && v.stage(f) == choose {
		show(c, http.StatusOK, "review.html", map[string]any{"Title": "请核对您的选择", "City": d.City, "Visit": v, "Form": f, "Motions": motionsOf(v, f.Chosen), "Cast": cmp.Or(web.Typed(c.PostForm("cast")), ref(v)), "ChangeBy": changeBy(v.Terms.Change)})
		return
	}
	d.showVote(c, v, f, err)
}

// castByLink casts what was reviewed. The same submission again, by a double tap or because the answer was lost, shows the same
// receipt, even when the window has closed since.
func (d Deps) castByLink(c *gin.Context) {
	by, err := d.voter(c)
	var r *assembly.Receipt
	if err == nil {
		r, err = d.castFor(c, by)
	}
	if err == nil {
		d.showVoted(c, r)
		return
	}
	v, ok := d.arrive(c)
	if !ok {
		return
	}
	f := voteForm{Agreed: c.PostForm("agreed") != ""}
	f.Chosen, _ = readVote(c, v.Motions)
	if errors.Is(err, assembly.ErrRefReused) {
		err = assembly.ErrRefReused.Saying("您刚才已经投过票，收下的是先前那一张；这一次的内容不一样，没有收下。下面是现在计票的情况")
	}
	f.Change = len(v.Cast) == 0 || !errors.Is(err, assembly.ErrRefReused) && !errors.Is(err, assembly.ErrAlreadyCast)
	d.showVote(c, v, f, err)
}

func (d Deps) castFor(c *gin.Context, by voter) (*assembly.Receipt, error) {
	ctx, token := c.Request.Context(), c.Param("token")
	motions, err := d.Assemblies.LinkMotions(ctx, token)
	if err != nil {
		return nil, err
	}
	marks, err := readVote(c, motions)
	if err != nil {
		return nil, err
	}
	in := assembly.Cast{OwnerID: by.Owner, Actor: org.Actor{PersonID: by.Person, Surface: "h5"}, Agreed: c.PostForm("agreed") != "", ClientRef: web.Typed(c.PostForm("cast"))}
	for _, m := range motions {
		in.Choices = append(in.Choices, assembly.Choice{MotionID: m.ID, Choice: marks[m.ID]})
	}
	in.InputHash = web.InputHash("link", by.Owner, by.Person, in.Agreed, in.Choices) // another owner of the seat cannot ask for this receipt
	return d.Assemblies.CastByLink(ctx, token, in)
}

// showVoted shows the receipt. The secret behind its address is on this page and nowhere else: the picture is drawn now and not kept.
func (d Deps) showVoted(c *gin.Context, r *assembly.Receipt) {
	url := r.URL(d.PublicURL)
	png, err := receiptPicture(url, r.Code, r.Meeting, r.At)
	if err != nil {
		fail(c, err)
		return
	}
	data := map[string]any{"Title": "已收到您的票", "City": d.City, "Receipt": r, "Code": log.GroupCode(r.Code), "URL": url, "Token": c.Param("token"),
		"Picture": template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))} //nolint:gosec // our own picture
	if p, err := d.Assemblies.ShowLink(c.Request.Context(), c.Param("token")); err == nil { // an addition: the receipt stands without it
		data["Paper"], data["ChangeBy"], data["MayChange"] = p, changeBy(p.Terms.Change), mayChange(p)
		data["Calls"], _ = d.Complaints.Contacts(c.Request.Context(), p.Meeting.EstateID)
	}
	c.Header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	show(c, http.StatusOK, "voted.html", data)
}
