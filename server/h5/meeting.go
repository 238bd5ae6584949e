package h5

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/area"
	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/assembly/tally"
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

// decided is a motion with what it came to.
type decided struct {
	ask
	Counted *assembly.Counted
	Items   []decidedItem
	Beside  string
}

// decidedItem is one option or candidate, or the motion itself, with both tallies.
type decidedItem struct {
	Name    string
	Outcome string
	Strict  []line
	With    []line // with the clause of silence, where it applies
	Turns   bool   // the outcome hangs on the clause
	WhyNot  string
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
	data := map[string]any{"Title": v.Title, "City": d.City, "Meeting": v, "View": hall.OfView(v), "Motions": decidedOf(v), "Turnout": turnoutLines(t), "Wings": t.Buildings}
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

func decidedOf(v *assembly.View) []decided {
	list := make([]decided, len(v.Motions))
	asks := motionsOf(&visit{Paper: &assembly.Paper{Motions: v.Motions, Terms: v.Terms}}, nil)
	for i := range list {
		list[i].ask = asks[i]
		if v.Result == nil || v.Result.Tally == nil || i >= len(v.Result.Tally.Motions) {
			continue
		}
		counted := &v.Result.Tally.Motions[i]
		list[i].Counted = counted
		for _, item := range counted.Result.Items {
			list[i].Items = append(list[i].Items, decidedOne(asks[i], item))
		}
		if counted.Beside != nil {
			list[i].Beside = counted.Beside.Clause + "：" + outcomeNames[counted.Beside.Outcome]
		}
	}
	return list
}

func decidedOne(a ask, item tally.Item) decidedItem {
	out := decidedItem{Outcome: outcomeNames[item.Binding()], Strict: linesOf(item.Strict, *a.Law), WhyNot: item.WithClause.WhyNot}
	if item.Key != "" {
		out.Name = optionName(a.Asked, item.Key)
	}
	if applies := item.WithClause.Applies; applies != nil && *applies {
		out.With = linesOf(item.WithClause.Reading, *a.Law)
		out.Turns = item.WithClause.Outcome != item.Strict.Outcome
	}
	return out
}

// part is a number out of a whole, with what is missing.
type part struct{ Name, Has, Needs, Short string }

func turnoutLines(t *assembly.Turnout) []part {
	heads := part{Name: "人数", Has: fmt.Sprintf("%d / %d 人（%s）", t.Voted.Heads, t.Scope.Heads, percent(t.Voted.Heads, t.Scope.Heads)), Needs: fmt.Sprintf("%d 人", t.NeedHeads)}
	if short := t.NeedHeads - t.Voted.Heads; short > 0 {
		heads.Short = fmt.Sprintf("%d 人", short)
	}
	size := part{Name: "面积", Has: fmt.Sprintf("%s / %s 平方米（%s）", t.Voted.Area, t.Scope.Area, percent(int64(t.Voted.Area), int64(t.Scope.Area))), Needs: t.NeedArea.String() + " 平方米"}
	if short := t.NeedArea - t.Voted.Area; short > 0 {
		size.Short = area.Milli(short).String() + " 平方米"
	}
	return []part{heads, size}
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
