package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/linli-city/linli/models/fault"
)

// How long a message may wait to be read before the next step.
const (
	minAck = time.Minute
	maxAck = 7 * 24 * time.Hour
)

// checkRow checks one row; at names it. The reasons are Chinese: an office that changes a row reads them too.
func (t *Table) checkRow(c *fault.Checks, at string, r *Row) {
	s := shapes()[r.Event]
	if s == nil {
		c.Check(false, at+".event", "没有事件“"+r.Event+"”")
		return
	}
	c.Check(r.When == "" || slices.Contains(s.conditions(), r.When), at+".when", when(r.When, s))
	r.checkAudience(c, at)
	_, known := t.kind(r.Kind)
	c.Check(known, at+".kind", "没有类别“"+r.Kind+"”")
	c.Check(slices.Contains(sights, r.Sight), at+".sight", "只能是full、masked或aggregate")
	c.Check(r.Repeat == resend || r.Repeat == hold, at+".repeat", "只能是resend或hold")
	if r.Priority != "" {
		p, ok := priority(r.Priority)
		own, _ := s.pressing(r.When)
		c.Check(ok, at+".priority", "只能是alarm、urgent、normal或bulk")
		c.Check(!ok || p >= own, at+".priority", fmt.Sprintf("不能比事件本身（%s）更急", own))
	}
	r.checkText(c, at+".title", r.Title, s, 2, 60)
	r.checkText(c, at+".body", r.Body, s, 2, 400)
	c.Check(between(r.Why, 1, 100), at+".why", "请写明条款或原因，不超过100个字")
	t.checkTemplate(c, at, r, s)
	r.checkAck(c, at)
}

func when(name string, s *shape) string {
	if len(s.conditions()) == 0 {
		return "这个事件不分情况，不能写“" + name + "”"
	}
	return "没有情况“" + name + "”，只有" + strings.Join(s.conditions(), "、")
}

func (r *Row) checkAudience(c *fault.Checks, at string) {
	c.Check(len(r.To) > 0, at+".to", "请写明告诉谁")
	for i, to := range r.To {
		c.Check(slices.Contains(audiences, to), at+".to", "没有对象“"+string(to)+"”")
		c.Check(!slices.Contains(r.To[:i], to), at+".to", "“"+string(to)+"”写了两次")
		c.Check(to.Personal() == r.personal(), at+".to", "居民和单位要分两行写：渠道不同")
	}
}

// checkText checks words and the variables in them. The bounds are of what is written; names come on top and are cut where
// the inbox ends.
func (r *Row) checkText(c *fault.Checks, at, text string, s *shape, low, high int) {
	c.Check(between(text, low, high), at, fmt.Sprintf("请填写%d至%d个字", low, high))
	c.Check(!strings.ContainsAny(literal(text), "{}\r\n\t"), at, "花括号没有成对，或有换行")
	for _, v := range variables(text) {
		_, ok := s.words[v]
		c.Check(ok, at, "这个事件没有{"+v+"}")
		c.Check(!ok || r.Sight.allows(v), at, fmt.Sprintf("%s的一行不能用{%s}", r.Sight, v))
	}
}

func (t *Table) checkTemplate(c *fault.Checks, at string, r *Row, s *shape) {
	for i, ch := range r.Channels {
		c.Check(slices.Contains(channels, ch), at+".channels", "没有渠道“"+string(ch)+"”")
		c.Check(!slices.Contains(r.Channels[:i], ch), at+".channels", "“"+string(ch)+"”写了两次")
		c.Check(ch != Mini || r.personal(), at+".channels", "wechat_mini只能发给居民")
		c.Check(ch != Service || !r.personal(), at+".channels", "wechat_service只能发给单位")
		c.Check((ch != Mini && ch != Service) || r.Template != "", at+".template", "微信要有模板")
		c.Check(ch != Visit, at+".channels", "上门由拿到信件清单的单位决定")
		c.Check(ch != Letter || (i == len(r.Channels)-1 && !slices.ContainsFunc(r.To, func(to To) bool { return to != Owners })), at+".channels", "信件只寄给业主，写在最后；别的信会被家里人拆看")
	}
	if r.Template == "" {
		c.Check(len(r.Fields) == 0, at+".fields", "没有模板，不能有字段")
		return
	}
	x := t.template(r.Template)
	if x == nil {
		c.Check(false, at+".template", "没有模板“"+r.Template+"”")
		return
	}
	c.Check(x.Staff != r.personal(), at+".template", "居民的模板和单位的模板不能混用")
	if len(r.Fields) != len(x.Fields) {
		c.Check(false, at+".fields", fmt.Sprintf("模板有%d个字段，写了%d个", len(x.Fields), len(r.Fields)))
		return
	}
	for i, v := range r.Fields {
		place := fmt.Sprintf("%s.fields[%d]", at, i)
		r.checkText(c, place, v, s, 1, 100)
		why := misfit(x.Fields[i], v, r.Sight)
		c.Check(why == "", place, x.Fields[i]+why)
	}
}

func (r *Row) checkAck(c *fault.Checks, at string) {
	if r.Ack == nil {
		return
	}
	c.Check(!r.personal(), at+".ack", "只有发给单位的才能催看")
	c.Check(r.Sight == Full, at+".ack", "要催看的得能打开，不能是masked或aggregate")
	after, err := time.ParseDuration(r.Ack.After)
	c.Check(err == nil && after >= minAck && after <= maxAck, at+".ack.after", "多久没有看，写成15m或2h，1分钟至7天")
	c.Check(len(r.Ack.Then) > 0, at+".ack.then", "请写明没有看时怎么办")
	c.Check(!r.Ack.Act || len(r.Ack.Until) > 0, at+".ack.until", "看了还不算的，要写明什么事发生了才算")
	for _, kind := range r.Ack.Until {
		c.Check(shapes()[kind] != nil && kind != r.Event, at+".ack.until", "没有事件“"+kind+"”")
	}
	for i, s := range r.Ack.Then {
		c.Check(slices.Contains(steps, s), at+".ack.then", "只能是sms、deputy或above")
		c.Check(!slices.Contains(r.Ack.Then[:i], s), at+".ack.then", "“"+string(s)+"”写了两次")
	}
}

func between(s string, low, high int) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(s))
	return n >= low && n <= high
}
