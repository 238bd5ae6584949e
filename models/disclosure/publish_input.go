package disclosure

import (
	"strings"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/wording"
)

// Draft is what an organisation wants to publish.
type Draft struct {
	EstateID    int64
	Kind        Sort
	Audience    Audience
	Form        Form
	Scope       event.Scope // the buildings and units that it is about; empty for the whole estate
	Title       string
	Body        string
	FileIDs     []int64
	Papers      []int64  // of the act that is published, which stay tied to it, such as an audit's report; attachments like the others
	Queries     []Query  // the figures, of forms about money
	DaysKey     string   // the rule for how long a posting stands, from domains with one of their own; empty for the general one
	Duties      []int64  // what it fulfils
	Contents    []string // what has to be in it, as far as its writer confirms that it is: see answers
	NotNames    []string // words that are nobody's name here, of a draft: a second person looks at that
	ConfirmedBy int64    // the second person, from domains that have asked one
	ClientRef   string
	InputHash   string
}

// Bounds of a notice.
const (
	mostSums  = 120 // ten years by months
	mostFiles = 20
)

func (d *Draft) check() error {
	d.Title, d.Body = strings.TrimSpace(d.Title), strings.TrimSpace(d.Body)
	if d.Form == noForm {
		d.Form = FreeText
	}
	var c fault.Checks
	c.Check(SortNames[d.Kind] != "", "kind", "请选择公示、公告或通知")
	c.Check(d.Audience == Everyone || d.Audience == Residents, "audience", "请选择公开（public）或仅本小区（residents）")
	c.Check(FormNames[d.Form] != "", "form", "请选择内容的种类")
	c.Check(len(d.Scope.Buildings)+len(d.Scope.Units) <= mostParts, "scope", "一次最多选200幢或户；更多的请选整个小区")
	c.Check(len(d.Duties) <= mostDuties, "duty_ids", "一份公示最多用来公开20项")
	c.Check(d.ClientRef != "" && len(d.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
	checkText(&c, d.Title, d.Body)
	if !strings.HasPrefix(d.ClientRef, "project:") {
		checkDebtors(&c, d.Title, d.Body)
	}
	checkContent(&c, d.Form, len(d.FileIDs), d.Queries)
	if err := c.Err(); err != nil {
		return err
	}
	if d.Form == Repair {
		return nil
	}
	return d.Form.typed(d.Title, d.Body)
}

// checkText refuses what nobody may read of a person: what is published is copied and never comes back.
func checkText(c *fault.Checks, title, body string) {
	c.Check(title != "" && len([]rune(title)) <= 60, "title", "请填写标题，不超过60个字")
	c.Check(body != "" && len([]rune(body)) <= 10000, "body", "请填写正文，不超过10000个字")
	for _, part := range []struct{ path, text string }{{"title", title}, {"body", body}} {
		c.Check(!wording.HasMobile(part.text), part.path, "里面有手机号，公示栏上不能写个人的手机号；请删去，要留联系方式的写单位的固定电话")
		c.Check(!wording.HasIdentity(part.text), part.path, "里面有身份证号，公示栏上不能写；请删去，需要指明是哪一户的只写房号")
	}
	all := title + "\n" + body
	if w := wording.Pressure(all); w != "" {
		c.Check(false, "body", "欠费不能影响用水用电用气和进出，也不能公布名单，请删去“"+w+"”；检修停水停电的通知请单独发一份，不和欠费写在一起")
	}
}

// checkDebtors refuses a door beside a debt. What each home bears of a project is named by law, and its text was read by others before.
func checkDebtors(c *fault.Checks, title, body string) {
	if door := wording.Debtor(title + "\n" + body); door != "" {
		c.Check(false, "body", "欠费不能公布到户：写了欠费，就不能写“"+door+"”这样的房号；请改成按幢合计，向本人催交的在“催交”里办")
	}
}

// checkContent says what a form asks for.
func checkContent(c *fault.Checks, f Form, files int, queries []Query) {
	c.Check(files <= mostFiles, "file_ids", "附件不超过20份")
	c.Check(f != AuditForm || files > 0, "file_ids", "请上传审计报告")
	c.Check(!counted[f] || len(queries) > 0, "figures", "请至少写一行要从账簿取的数")
	c.Check(f.shows() || len(queries) == 0, "figures", "只有收支、维修资金、决算、审计和工作报告的公示可以取数")
	c.Check(len(queries) <= mostSums, "figures", "一份公示最多取120个数")
	seen := map[string]bool{}
	for i := range queries {
		queries[i].check(c, i)
		c.Check(!seen[queries[i].Label], path(i, "label"), "这个名称用过了，请换一个")
		seen[queries[i].Label] = true
	}
	checkPairs(c, queries)
}
