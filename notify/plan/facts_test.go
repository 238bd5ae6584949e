package plan

import (
	"strings"
	"testing"
	"time"

	"github.com/linli-city/linli/models/event"
)

// TestWordings: times, places and ways are said as people say them, and what an event does not know leaves no gap.
func TestWordings(t *testing.T) {
	t.Parallel()
	hour, night := time.Date(2026, 3, 9, 7, 30, 0, 0, time.UTC), time.Date(2026, 3, 9, 15, 59, 59, 0, time.UTC)
	c := event.Case{Number: "T1", EstateName: "桂花苑", Matter: "油烟", LeadName: "执法局"}
	late := c
	late.Due = night
	soon := c
	soon.Due = hour
	for _, x := range []struct {
		e    event.Event
		to   To
		body string
	}{
		{&event.CaseAccepted{Case: c}, Complainant, "执法局已受理您的投诉（T1）。"},
		{&event.CaseAccepted{Case: soon}, Complainant, "执法局已受理您的投诉（T1），应于3月9日15:30前办结。"},
		{&event.CaseAccepted{Case: late}, Complainant, "执法局已受理您的投诉（T1），应于3月9日24时前办结。"},
		{&event.CaseReturned{Case: c, Returns: 2}, Complainant, "您的投诉（T1）已退回，由执法局重新办理。"},
		{&event.CaseReturned{Case: c, Returns: 2, Raised: true}, Complainant, "您的投诉（T1）第2次退回，改由上一级执法局办理。"},
		{&event.CaseMoved{Case: c, What: "plan", On: night}, Complainant, "执法局已安排办理您的投诉（T1），时间：3月9日，内容见办理记录。"},
		{&event.CaseMoved{Case: c, What: "plan"}, Complainant, "执法局已安排办理您的投诉（T1），内容见办理记录。"},
		{&event.CaseMoved{Case: c, What: "hold", On: night}, Complainant, "执法局暂缓办理您的投诉（T1），到3月9日为止，原因见办理记录。觉得不合理可以催办。"},
		{&event.Task{What: "given", GivenByName: "社区"}, Owing, "社区交给您单位一项任务（全市），内容见任务清单。"},
		{&event.Task{What: "given", GivenByName: "社区", EstateName: "桂花苑", Due: hour}, Owing, "社区交给您单位一项任务（桂花苑），应于3月9日15:30前办结，内容见任务清单。"},
		{&event.Conference{What: "called", Number: "L1", HolderName: "办事处", Place: "二楼会议室", On: hour}, Called, "办事处召集联席会议（L1），时间：3月9日15:30，地点：二楼会议室。"},
		{&event.Mediation{What: "fail", Number: "M1"}, Complainant, "调解（M1）不成，可以走司法程序。"},
		{&event.Mediation{What: "fail", Number: "M1", NextID: 9}, Complainant, "调解（M1）不成，可以转上一级调解，或走司法程序。"},
		{&event.ResidencyDecided{Residency: event.Residency{EstateName: "桂花苑", UnitName: "3幢2单元501"}, Reason: "材料不清楚"}, Complainant, "您在桂花苑3幢2单元501的住户认证没有通过，原因：材料不清楚。补充材料后可以再次申请。"},
		{&event.CalendarUnknown{Year: 2027}, Bureau, "系统还没有2027年的节假日和调休安排，投诉的办理时限暂按周一至周五计算，标为参考时限。请在“规则”里录入 calendar.days，并由另一个人确认。"},
	} {
		if got := byAudience(t, Default(), x.e)[x.to].Body; got != x.body {
			t.Errorf("%s:\n got %s\nwant %s", x.e.Kind(), got, x.body)
		}
	}
	title := strings.Repeat("长", 41)
	m := byAudience(t, Default(), &event.NoticePublished{Sort: "公告", Title: title, EstateName: "桂花苑", PublisherName: "业委会"})[Residents]
	if m.Title != "公告："+title[:39*len("长")]+"…" || !strings.Contains(m.Body, "《"+title+"》") {
		t.Errorf("%s / %s", m.Title, m.Body)
	}
}

// TestWhatAMessageOpens: each leads to its own page, and the office complained about is left out wherever an event knows it.
func TestWhatAMessageOpens(t *testing.T) {
	t.Parallel()
	home := event.Residency{ApplicationID: 6}
	for _, x := range []struct {
		e       event.Event
		subject string
		id      int64
		except  int64
	}{
		{&event.CaseTransferred{Case: event.Case{CaseID: 1, AboutID: 5}}, "case", 1, 5},
		{&event.CaseReview{Case: event.Case{CaseID: 1, AboutID: 5}}, "case", 1, 5},
		{&event.Whistle{What: "blown", WhistleID: 2, CaseID: 1, AboutID: 5}, "whistle", 2, 5},
		{&event.Task{What: "given", TaskID: 3, AboutID: 5}, "task", 3, 5},
		{&event.Conference{What: "called", ConferenceID: 4}, "conference", 4, 0},
		{&event.Mediation{What: "open", MediationID: 5}, "mediation", 5, 0},
		{&event.CalendarUnknown{}, "rule", 0, 0},
		{&event.NoticePublished{NoticeID: 8}, "notice", 8, 0},
		{&event.ResidencyRequested{Residency: home}, "application", 6, 0},
		{&event.ResidencyDecided{Residency: home}, "residency", 6, 0},
		{&event.ResidencyEnded{Residency: home}, "residency", 6, 0},
		{&event.AreaContested{Residency: home}, "area_claim", 0, 0},
		{&event.AreaDecided{Residency: home}, "residency", 6, 0},
	} {
		for to, m := range byAudience(t, Default(), x.e) {
			except := x.except
			if to.Personal() {
				except = 0
			}
			if m.SubjectKind != x.subject || m.SubjectID != x.id || m.Except != except {
				t.Errorf("%s → %s opens %s %d, leaves out %d", x.e.Kind(), to, m.SubjectKind, m.SubjectID, m.Except)
			}
		}
	}
}
