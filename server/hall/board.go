package hall

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/server/web"
)

// Spoken is an estate's board as somebody reads it aloud: whole sentences, no tables, no addresses.
func Spoken(name string, r RegisterView, meetings []BoardMeeting, notices []disclosure.View) string {
	var b strings.Builder
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format+"\n", args...) }
	say("%s公示栏。今天是%s。", name, spokenDay(r.Today))
	if len(r.Late) == 0 {
		say("没有到期没有公开的事项。")
	} else {
		say("有%d项应当公开、到现在还没有公开：", len(r.Late))
	}
	for i, d := range r.Late {
		say("第%d项：%s，%s应当由%s在%s以前公开，已经晚了%d天。", i+1, d.Title, cmp.Or(d.Period, d.What), d.OwedBy, spokenDay(d.Due), d.DaysLate)
	}
	if len(meetings) == 0 {
		say("现在没有业主大会，一年里也没有开过。")
	} else {
		say("业主大会有%d次，没有结束的在前：", len(meetings))
	}
	for i := range meetings {
		say("第%d次：%s", i+1, meetings[i].spoken())
	}
	if len(meetings) > 0 {
		say("名册、表决记录和公钥的指纹太长，这里不读，写在公示栏页面的“业主大会”一栏里。")
	}
	if len(notices) == 0 {
		say("还没有公开的公示。")
		return b.String()
	}
	say("下面是最近的公示，新的在前：")
	for i, n := range notices {
		gone := ""
		if n.WithdrawnAt != nil {
			gone = "这一份已经撤回。"
		}
		say("第%d份：%s，%s，由%s在%s发布。%s", i+1, disclosure.SortNames[n.Kind], n.Title, n.Publisher, web.Time(n.PublishedAt).Format("2006年1月2日"), gone)
	}
	return b.String()
}

// SpokenNotice is one notice as somebody reads it aloud.
func SpokenNotice(n disclosure.View) string {
	if n.WithdrawnAt != nil {
		return fmt.Sprintf("%s的%s：%s。\n这一份已经撤回，原因是：%s。\n", n.Publisher, disclosure.SortNames[n.Kind], n.Title, n.WithdrawReason)
	}
	return fmt.Sprintf("%s的%s：%s。\n%s发布。\n%s\n读完了。\n", n.Publisher, disclosure.SortNames[n.Kind], n.Title, web.Time(n.PublishedAt).Format("2006年1月2日"), strings.TrimSpace(n.Body+"\n"+n.Spoken()))
}

// spokenDay is 2026年3月2日 of 2026-03-02.
func spokenDay(day string) string {
	var y, m, d int
	if n, err := fmt.Sscanf(day, "%d-%d-%d", &y, &m, &d); err != nil || n != 3 {
		return "期限未定的日子"
	}
	return fmt.Sprintf("%d年%d月%d日", y, m, d)
}
