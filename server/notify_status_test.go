package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestTheNotifierOnThePageAndInTheMetrics: what the channels do, what waits and which campaigns are under way.
func TestTheNotifierOnThePageAndInTheMetrics(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	ids := map[string]int64{}
	for _, ref := range []string{"draft", "runs", "paused"} {
		ids[ref] = e.must(201, "committee_member", "POST", "/office/v1/campaigns", campaignOf(estate, "停水", ref)).int("id")
	}
	for _, ref := range []string{"runs", "paused"} {
		e.must(200, "committee_member", "POST", fmt.Sprintf("/office/v1/campaigns/%d/submission", ids[ref]), nil)
		e.must(200, "community", "POST", fmt.Sprintf("/office/v1/campaigns/%d/approval", ids[ref]), m{"version": 1})
	}
	if _, err := e.campaigns.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/campaigns/%d/pause", ids["paused"]), m{"reason": "写错了"})
	e.drain()
	page := e.must(200, "bureau", "GET", "/office/v1/notify/status", nil)
	for _, want := range []string{`"rates":[{"channel":"wechat_mini","sent_per_minute":`, `"state":"draft","state_name":"草稿","count":1`, `"state":"paused"`, `"state":"running"`, `"seats":70`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %s: %s", want, page.body)
		}
	}
	metrics := e.must(200, "", "GET", "/metrics", nil).body
	for _, want := range []string{`linli_campaigns{state="running"} 1`, `linli_campaigns{state="paused"} 1`, `linli_campaigns{state="approved"} 0`, `linli_campaign_seats{state="running"} 70`,
		`linli_deliveries_total{channel="wechat_mini",state="sent"}`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	e.must(403, "community", "GET", "/office/v1/notify/status", nil)
}
