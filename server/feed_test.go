package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
)

// TestAFeedIsSentOnce: a reader that has a feed is told so, in each of the ways in which it may say what it has, until something is on the board, a
// version is new, or one is taken off; the tag of one estate or format is no other's.
func TestAFeedIsSentOnce(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	estate := e.town.actors["owner"].Estate
	post := func(ref string) int64 {
		return e.must(201, "committee_chair", "POST", "/office/v1/notices", m{"estate_id": estate, "kind": "announcement", "audience": "public", "title": "停水通知" + ref, "body": "周三停水", "client_ref": ref}).int("id")
	}
	first := post("a")
	tags := map[string]bool{}
	for _, as := range []string{"rss", "json"} {
		path := fmt.Sprintf("/public/v1/estates/%d/feed.%s", estate, as)
		was := ""
		changed := func(what string) {
			t.Helper()
			tag, status := e.fetch(path, was)
			if status != http.StatusOK || len(tag) != 66 || tags[tag] {
				t.Errorf("%s after %s: %d %s", as, what, status, tag)
			}
			for _, known := range []string{tag, "W/" + tag, `"old", ` + tag, "*"} {
				if again, status := e.fetch(path, known); status != http.StatusNotModified || again != tag {
					t.Errorf("%s after %s, known as %s: %d %s", as, what, known, status, again)
				}
			}
			tags[tag], was = true, tag
		}
		changed("the first look")
		post(as)
		changed("a notice")
		e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/notices/%d/versions", first), m{"title": "停水通知", "body": "周四停水 " + as, "reason": "改期"})
		changed("a version")
		res := e.must(200, "", "GET", path, nil)
		if as == "json" && !json.Valid([]byte(res.body)) {
			t.Error(res.body)
		}
	}
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/notices/%d/withdrawal", first), m{"reason": "不停水了"})
	for tag := range tags {
		if _, status := e.fetch(fmt.Sprintf("/public/v1/estates/%d/feed.rss", estate), tag); status != http.StatusOK {
			t.Errorf("withdrawn, and %s is still what there is", tag)
		}
	}
}
