package disclosure

import (
	"regexp"
	"strings"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
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
	checkContent(&c, d.Form, len(d.FileIDs), d.Queries)
	if err := c.Err(); err != nil {
		return err
	}
	if d.Form == Repair {
		return nil
	}
	return d.Form.typed(d.Title, d.Body)
}

// identity finds the number of an identity card: its region, a day of birth, and four more. What is published is copied and never comes back.
var identity = regexp.MustCompile(`(^|[^0-9])[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]([^0-9]|$)`)

// mobile finds the number of a mobile phone, which is a person's, with the usual gaps.
var mobile = regexp.MustCompile(`(^|[^0-9])1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}([^0-9]|$)`)

func checkText(c *fault.Checks, title, body string) {
	c.Check(title != "" && len([]rune(title)) <= 60, "title", "请填写标题，不超过60个字")
	c.Check(body != "" && len([]rune(body)) <= 10000, "body", "请填写正文，不超过10000个字")
	for path, text := range map[string]string{"title": title, "body": body} {
		c.Check(!mobile.MatchString(text), path, "里面有手机号，公示栏上不能写个人的手机号；请删去，要留联系方式的写单位的固定电话")
		c.Check(!identity.MatchString(text), path, "里面有身份证号，公示栏上不能写；请删去，需要指明是哪一户的只写房号")
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
