package complaint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/fault"
)

// Report is an answer in its four elements. Without one of them it is refused.
type Report struct {
	AcceptedOn string `json:"accepted_on"` // when the office took it on
	Contacted  string `json:"contacted"`   // whom it contacted, and how
	Did        string `json:"did"`         // what was found and done
	Next       string `json:"next"`        // what comes next, by when; "已办完" if nothing
	// Skip says why later legs of an ordered route are not needed.
	Skip string `json:"skip,omitempty"`
}

// Rating is what a complainant thinks of the handling.
type Rating struct {
	Response  Opinion `json:"response"`
	Solved    Opinion `json:"solved"`
	Satisfied Opinion `json:"satisfied"`
}

// Piece is what one office is to do of a case that is split.
type Piece struct {
	OrganisationID int64
	Clause         string
	Text           string
}

// Input is what an action carries. ClientRef may be empty; with one, a repeat of the same input answers the first
// result instead of a conflict.
type Input struct {
	Text      string
	Clause    string
	ToID      int64
	Into      string // number of the case to merge into
	On        *time.Time
	PostID    int64
	Pieces    []Piece
	Report    *Report
	Rating    *Rating
	FileIDs   []int64 // pictures of the actor's; every complainant sees those of an office
	ClientRef string
	InputHash string
}

func (in *Input) trim() {
	in.Text, in.Clause, in.Into = strings.TrimSpace(in.Text), strings.TrimSpace(in.Clause), strings.TrimSpace(in.Into)
	if in.Report != nil {
		r := *in.Report
		r.AcceptedOn, r.Contacted, r.Did, r.Next, r.Skip = strings.TrimSpace(r.AcceptedOn), strings.TrimSpace(r.Contacted), strings.TrimSpace(r.Did), strings.TrimSpace(r.Next), strings.TrimSpace(r.Skip)
		in.Report = &r
	}
}

// says are what a missing or overlong text is told, by action.
var says = map[Action]string{
	Refuse: "请写明退办理由", Transfer: "请写明转办理由", Arbitrate: "请写明裁定理由", Redirect: "请写明改派理由", Merge: "请写明为什么是同一件事", Ask: "请写明要投诉人补充什么",
	Supply: "请写明要补充的内容", Plan: "请写明怎么安排", Hold: "请写明暂缓的原因", Conclude: "请写明办理结果，下一个单位会看到", Return: "请写明哪里没有解决",
	Reopen: "请写明为什么要重新办理", ForceClose: "请写明强制办结的理由，投诉人会看到", Note: "请写明进展", Reveal: "请写明查看的原因，投诉人会看到",
}

// longTexts are the actions whose text may be as long as a complaint.
var longTexts = []Action{Supply, Conclude}

// check refuses an action that lacks what its rule needs, every field at once.
func (in *Input) check(a Action) error {
	var c fault.Checks
	limit := 500
	if slices.Contains(longTexts, a) {
		limit = 2000
	}
	c.Check(len([]rune(in.Text)) <= limit, "text", fmt.Sprintf("不超过%d个字", limit))
	c.Check(len(in.FileIDs) <= maxPhotos, "file_ids", "照片最多9张")
	c.Check(len(in.Clause) <= 64, "clause", "条款号太长，请写成“五(四)3”这样")
	for _, n := range ruleOf[a].Needs {
		switch n {
		case NeedText:
			c.Check(len([]rune(in.Text)) >= 2, "text", says[a]+"（至少2个字）")
		case NeedClause:
			c.Check(in.Clause != "", "clause", ActionNames[a]+"要引用职责清单的条款，例如“五(四)3”")
		case NeedTo:
			c.Check(in.ToID != 0, "to", "请选择哪个单位")
		case NeedOn:
			c.Check(in.On != nil, "on", "请选择日期")
		case NeedInto:
			c.Check(in.Into != "", "into", "请填写并入哪一件投诉的编号")
		case NeedPost:
			c.Check(in.PostID >= 0, "post", "请选择岗位")
		case NeedParts:
			c.Check(len(in.Pieces) >= 2 && len(in.Pieces) <= 10, "parts", "请分给2至10个单位")
		case NeedReport:
			in.Report.check(&c)
		case NeedOpinion:
			in.Rating.Check(&c)
		}
	}
	return c.Err()
}

// namesDay finds a day in what an office wrote, and overAndDone that there is nothing more to do.
var (
	namesDay    = regexp.MustCompile(`[\d０-９]|[一二三四五六七八九十]+[月日号]|[今昨前明后当][天日晚早]|本[周月]|下[周月]|[周月年]底|周[一二三四五六日末]|星期`)
	overAndDone = regexp.MustCompile(`办[完结]|完成|结束|没有|无|不需要|不用`)
)

func (r *Report) check(c *fault.Checks) {
	if r == nil {
		r = &Report{}
	}
	for _, f := range []struct{ path, value, say string }{
		{"report.accepted_on", r.AcceptedOn, "请写明何时受理"}, {"report.contacted", r.Contacted, "请写明联系了谁、怎么联系的"},
		{"report.did", r.Did, "请写明查了什么、做了什么"}, {"report.next", r.Next, "请写明下一步和时间；没有就写“已办完”"}} {
		n := len([]rune(f.value))
		c.Check(n >= 2, f.path, f.say)
		c.Check(n <= 500, f.path, "不超过500个字")
	}
	c.Check(r.AcceptedOn == "" || namesDay.MatchString(r.AcceptedOn), "report.accepted_on", "请写明哪一天受理，例如“3月2日上午”")
	c.Check(r.Next == "" || namesDay.MatchString(r.Next) || overAndDone.MatchString(r.Next), "report.next", "请写明下一步在哪一天，例如“3月10日前复查”；没有下一步就写“已办完”")
	c.Check(len([]rune(r.Skip)) <= 200, "report.skip", "不超过200个字")
}

// Check adds a fault for each question without an answer; nil is a rating without any.
func (r *Rating) Check(c *fault.Checks) {
	if r == nil {
		r = &Rating{}
	}
	for path, o := range map[string]Opinion{"rating.response": r.Response, "rating.solved": r.Solved, "rating.satisfied": r.Satisfied} {
		c.Check(o == Yes || o == Partly || o == No, path, "请选择是（yes）、部分（partly）或否（no）")
	}
}
