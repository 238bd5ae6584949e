package main

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var letterLink = regexp.MustCompile(`/h5/letters/[a-z2-7]{26}`)

// TestANoticeServesItself: giving the notice drafts what serves it on each seat, with the frozen words; nothing goes out before another
// person lets it. An owner without an account is led by a short message to the vote of their own seat, the same link each time.
func TestANoticeServesItself(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.assembly(voteMotions()[:1], map[string]string{"ballot.silence_rule": "未投票的从多数", "ballot.silence_covers": "both"})
	next := e.noticed["next"].(m)
	if next["state"] != "submitted" || !strings.Contains(next["text"].(string), "另一个人") {
		t.Fatalf("next: %v", next)
	}
	campaign := int64(next["campaign_id"].(float64))
	a := e.must(200, "committee_chair", "GET", fmt.Sprintf("/office/v1/campaigns/%d", campaign), nil)
	notice := e.must(200, "owner", "GET", fmt.Sprintf("/miniapp/v1/meetings/%d", id), nil).json
	warning, _ := notice["silence_warning"].(string)
	if a.json["body"] != notice["notice"] || warning == "" || !strings.Contains(a.json["body"].(string), warning) || a.json["needs_proof"] != true {
		t.Errorf("the campaign says %v, the notice %v", a.json["body"], notice["notice"])
	}
	e.campaign(t)
	if n := len(e.texts.Messages()); n != 0 {
		t.Errorf("%d texts before anybody let them go", n)
	}
	e.must(403, "committee_chair", "POST", fmt.Sprintf("/office/v1/campaigns/%d/approval", campaign), m{"version": 1})
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/campaigns/%d/approval", campaign), m{"version": 1})
	e.campaign(t)
	phone := demoPhone("demo-estate", 11) // of seat 2, without an account
	letter := ""
	for _, text := range e.texts.Messages() {
		if text.Phone == phone {
			letter = letterLink.FindString(text.Text)
		}
	}
	p := e.plain()
	_, page := p.get(letter)
	if letter == "" || !strings.Contains(page, warning) || !strings.Contains(page, "看议题，去投票") {
		t.Fatalf("the short message leads to %q: %s", letter, page)
	}
	e.open(id)
	status, page := p.post(letter, url.Values{"step": {"vote"}})
	if status != 200 || !strings.Contains(page, "1幢1单元102") || !strings.Contains(page, "发短信验证码") || !strings.Contains(page, warning) {
		t.Fatalf("the vote: %d %s", status, page)
	}
	link := regexp.MustCompile(`action="(/v/[^"]+)"`).FindStringSubmatch(page)[1]
	if _, page = p.post(letter, url.Values{"step": {"vote"}}); !strings.Contains(page, `action="`+link+`"`) {
		t.Error("the same letter leads to another link")
	}
	e.must(204, "committee_chair", "DELETE", fmt.Sprintf("/office/v1/meetings/%d/links/2", id), nil)
	if status, _ = p.post(letter, url.Values{"step": {"vote"}}); status != 404 {
		t.Errorf("a letter opens a link that was revoked: %d", status)
	}
}

// TestLinksByText: the convener texts those who were neither reached nor have voted; without a template for it the answer says so.
func TestLinksByText(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1]))
	at := fmt.Sprintf("/office/v1/meetings/%d/link-texts", id)
	a := e.must(201, "committee_chair", "POST", at, m{"client_ref": "links"})
	if b := e.must(201, "committee_chair", "POST", at, m{"client_ref": "links"}); b.int("campaign_id") != a.int("campaign_id") || a.json["state"] != "submitted" {
		t.Errorf("asked twice: %s, %s", a.body, b.body)
	}
	e.must(403, "community", "POST", at, m{"client_ref": "links"})
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/campaigns/%d/approval", a.int("campaign_id")), m{"version": 1})
	e.campaign(t)
	led := 0
	for _, text := range e.texts.Messages() {
		if letterLink.MatchString(text.Text) && strings.Contains(text.Text, "投票链接") {
			led++
		}
	}
	if led == 0 {
		t.Errorf("no text leads to a vote: %v", e.texts.Messages())
	}
}

// TestNoLinksByTextWithoutATemplate: the convener is told at once, and what to do instead.
func TestNoLinksByTextWithoutATemplate(t *testing.T) {
	t.Parallel()
	e := engineOf(t, testConfig(t), func(a *app) { a.texts = nil })
	id := e.assembly(voteMotions()[:1])
	if next := e.noticed["next"].(m); !strings.Contains(next["text"].(string), "信件、上门") || next["state"] != "submitted" {
		t.Errorf("next: %v", next)
	}
	a := e.call("committee_chair", "POST", fmt.Sprintf("/office/v1/meetings/%d/link-texts", id), m{"client_ref": "links"})
	if a.status != 409 && a.status != 410 && a.status != 403 || a.json["code"] != "link.no_texts" {
		t.Errorf("%d %s", a.status, a.body)
	}
}
