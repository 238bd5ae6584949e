package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/linli-city/linli/models/event"
)

// facts are what an event gives to the table.
type facts struct {
	subject string // what the message opens
	id      int64
	about   int64             // the organisation that is never told
	words   map[string]string // the variables, worded
	choice  choice
	holds   string  // the condition that holds
	asked   subject // of the messages that the event answers, where that is another
}

// subject is what a message is about.
type subject struct {
	kind string
	id   int64
}

// choice are conditions of which exactly one holds. They are what the event's JSON field says; of two, the first is what a field
// of its name says if it is true.
type choice struct {
	field string
	names []string
}

var (
	ifUrgent  = choice{"urgent", []string{"urgent", "ordinary"}} // 紧急危险 or not
	ifRaised  = choice{"raised", []string{"raised", "again"}}    // the level above leads from now on, or the same office again
	ifGranted = choice{"accepted", []string{"accepted", "refused"}}
	ifScoped  = choice{"scoped", []string{"scoped", "whole"}} // for some buildings or units, or for the whole estate
	byTopic   = choice{"topic", event.Topics}
)

// example is what an event's JSON holds where a condition does.
func (c choice) example(condition string) map[string]any {
	switch {
	case len(c.names) != 2:
		return map[string]any{c.field: condition}
	case condition == c.names[0]:
		return map[string]any{c.field: true}
	}
	return nil
}

// factsOf reads an event; false for one of a type that this program does not know.
func factsOf(e event.Event) (*facts, bool) {
	switch e := e.(type) {
	case *event.CaseTransferred:
		return caseFacts(e.Case).with("to", e.ToName), true
	case *event.CaseReturned:
		return caseFacts(e.Case).with("returns", strconv.Itoa(e.Returns)).either(ifRaised, e.Raised), true
	case *event.CaseMoved:
		return caseFacts(e.Case).with("to", e.ToName).with("on", day("，时间：", e.On, "")).with("until", day("，到", e.On, "为止")), true
	case interface{ Base() event.Case }:
		return caseFacts(e.Base()), true
	case *event.Whistle:
		return &facts{subject: "whistle", id: e.WhistleID, about: e.AboutID, words: map[string]string{
			"number": e.Number, "estate": e.EstateName, "place": e.Place, "to": e.ToName, "due": by(e.Due), "at": clock(e.At)}}, true
	case *event.Task:
		estate := e.EstateName
		if estate == "" {
			estate = "全市"
		}
		return &facts{subject: "task", id: e.TaskID, about: e.AboutID, words: map[string]string{
			"estate": estate, "office": e.OfficeName, "giver": e.GivenByName, "due": by(e.Due), "at": clock(e.At)}}, true
	case *event.Conference:
		return &facts{subject: "conference", id: e.ConferenceID, words: map[string]string{
			"number": e.Number, "holder": e.HolderName, "place": e.Place, "on": clockOf(e.On), "at": clock(e.At)}}, true
	case *event.Mediation:
		way := "可以走司法程序"
		if e.NextID != 0 {
			way = "可以转上一级调解，或走司法程序"
		}
		return &facts{subject: "mediation", id: e.MediationID, words: map[string]string{
			"number": e.Number, "estate": e.EstateName, "host": e.HostName, "way": way, "on": clockOf(e.On), "at": clock(e.At)}}, true
	case *event.Committee:
		return &facts{subject: e.SubjectKind, id: e.SubjectID, words: map[string]string{
			"number": e.Number, "estate": e.EstateName, "title": e.Title, "due": by(e.Due), "until": day("，到", e.Due, "为止"), "on": clockOf(e.On), "at": clock(e.At)}}, true
	case *event.Duty:
		return &facts{subject: e.SubjectKind, id: e.SubjectID, words: map[string]string{
			"estate": e.EstateName, "title": e.Title, "owner": e.OfficeName, "number": e.Number, "deadline": day("，应在", e.Due, "以前公开"), "until": day("，到", e.Due, "为止"), "at": clock(e.At)}}, true
	case *event.Fee:
		return &facts{subject: e.SubjectKind, id: e.SubjectID, words: map[string]string{"estate": e.EstateName, "until": day("，到", e.Due, "为止"), "at": clock(e.At)}}, true
	case *event.FeeBilled:
		return &facts{subject: "fee_bill", id: e.BillID, words: map[string]string{
			"estate": e.EstateName, "unit": e.UnitName, "title": e.Title, "charge": e.Charge, "formula": e.Formula, "hotline": e.Hotline, "at": clock(e.At)}}, true
	case *event.CalendarUnknown:
		return &facts{subject: "rule", words: map[string]string{"year": strconv.Itoa(e.Year), "at": clock(e.At)}}, true
	case *event.NotifierBehind:
		return &facts{subject: "notify", words: map[string]string{"waiting": strconv.FormatInt(e.Waiting, 10), "minutes": strconv.FormatInt(e.Minutes, 10), "at": clock(e.At)}}, true
	case *event.NoticePublished:
		return (&facts{subject: "notice", id: e.NoticeID, words: map[string]string{
			"estate": e.EstateName, "sort": e.Sort, "title": e.Title, "headline": cut(e.Title, 40), "publisher": e.PublisherName, "at": clock(e.At)}}).either(ifScoped, e.Scoped), true
	case interface{ Meeting() event.Assembly }:
		m := e.Meeting()
		f := &facts{subject: "meeting", id: m.MeetingID, words: map[string]string{
			"number": m.Number, "estate": m.EstateName, "title": m.Title, "due": by(m.Due), "on": clockOf(m.Due), "at": clock(m.At)}}
		if moved, ok := e.(*event.MeetingMoved); ok {
			f.words["warning"] = moved.Warning
		}
		return f, true
	case *event.Preparing:
		return &facts{subject: e.Subject(), id: e.SubjectID, words: map[string]string{
			"number": e.Number, "estate": e.EstateName, "reason": e.Reason, "due": by(e.Due), "at": clock(e.At)}}, true
	case *event.CampaignSent:
		return &facts{subject: "campaign", id: e.CampaignID, choice: byTopic, holds: topic(e.Topic), words: map[string]string{
			"estate": e.EstateName, "title": e.Title, "body": e.Body, "publisher": e.PublisherName, "at": clock(e.At)}}, true
	case *event.ResidencyRequested:
		return homeFacts("application", e.ApplicationID, e.Residency), true
	case *event.ResidencyDecided:
		return homeFacts("residency", e.ApplicationID, e.Residency).answering("application", e.ApplicationID).with("reason", e.Reason).either(ifGranted, e.Accepted), true
	case *event.ResidencyBegan:
		return homeFacts("residency", e.ApplicationID, e.Residency), true
	case *event.ResidencyEnded:
		return homeFacts("residency", e.ApplicationID, e.Residency).with("cause", e.Cause), true
	case *event.AreaContested:
		return homeFacts("area_claim", e.ClaimID, e.Residency), true
	case *event.AreaDecided:
		return homeFacts("residency", e.ApplicationID, e.Residency).answering("area_claim", e.ClaimID).with("reason", e.Reason).either(ifGranted, e.Accepted), true
	}
	return nil, false
}

// topic is what a campaign is about, as the table names it.
func topic(name string) string {
	if slices.Contains(event.Topics, name) {
		return name
	}
	return "other"
}

func caseFacts(c event.Case) *facts {
	f := &facts{subject: "case", id: c.CaseID, about: c.AboutID, words: map[string]string{
		"number": c.Number, "estate": c.EstateName, "matter": c.Matter, "clause": c.Clause, "lead": c.LeadName, "due": by(c.Due), "at": clock(c.At)}}
	return f.either(ifUrgent, c.Urgent)
}

func homeFacts(subject string, id int64, r event.Residency) *facts {
	return &facts{subject: subject, id: id, words: map[string]string{"estate": r.EstateName, "unit": r.UnitName, "at": clock(r.At)}}
}

func (f *facts) with(variable, text string) *facts {
	f.words[variable] = text
	return f
}

func (f *facts) either(c choice, chosen bool) *facts {
	f.choice, f.holds = c, c.names[1]
	if chosen {
		f.holds = c.names[0]
	}
	return f
}

func (f *facts) answering(kind string, id int64) *facts {
	f.asked = subject{kind, id}
	return f
}

// shape is what the table may use of a kind of event.
type shape struct {
	words  map[string]string // its variables, without values
	choice choice
	own    map[string]event.Priority // by condition; "" where there is no choice
}

// conditions are those that a row of the kind may name, without the empty one.
func (s *shape) conditions() []string { return s.choice.names }

// pressing is how much the event presses at most under a condition, and whether it always presses so.
func (s *shape) pressing(when string) (most event.Priority, always bool) {
	if p, ok := s.own[when]; ok {
		return p, true
	}
	all := slices.Sorted(maps.Values(s.own))
	return all[0], all[0] == all[len(all)-1]
}

// shapes are the shapes of all kinds of events: read from the events themselves, so that the two cannot differ.
var shapes = sync.OnceValue(func() map[string]*shape {
	all := map[string]*shape{}
	for _, kind := range event.Kinds() {
		s := &shape{own: map[string]event.Priority{}}
		e, f := blank(kind, nil)
		s.words, s.choice = f.words, f.choice
		s.own[f.holds] = event.PriorityOf(e)
		for _, condition := range s.conditions() {
			e, f = blank(kind, s.choice.example(condition))
			s.own[f.holds] = event.PriorityOf(e)
		}
		all[kind] = s
	}
	return all
})

// blank is an event of the kind without anything in it but the condition. Every kind that event lists has facts: a test
// reads them all.
func blank(kind string, example map[string]any) (event.Event, *facts) {
	body, err := json.Marshal(example)
	if err != nil {
		panic("plan: " + err.Error())
	}
	e, err := event.Decode(kind, body)
	if err != nil {
		panic("plan: " + err.Error())
	}
	f, ok := factsOf(e)
	if !ok {
		panic(fmt.Sprintf("plan: %s has no facts", kind))
	}
	return e, f
}
