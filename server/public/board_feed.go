package public

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/server/hall"
	"github.com/linli-city/linli/server/web"
)

func feedRoutes(g *web.Group, d Deps) {
	web.HandleOpen(g, web.Op{ID: "publicBoardRSS", Method: http.MethodGet, Path: "/estates/{id}/feed.rss", Summary: "订阅小区公示栏（RSS 2.0）：公开的公示，和应公开未公开的事项", Rate: readRate}, feedRSS(d))
	web.HandleOpen(g, web.Op{ID: "publicBoardFeed", Method: http.MethodGet, Path: "/estates/{id}/feed.json", Summary: "订阅小区公示栏（JSON Feed 1.1）", Rate: readRate}, feedJSON(d))
}

// entry is one item of a feed: a public notice, or what is late. It names offices, no person.
type entry struct {
	id, title, link, text string
	at                    time.Time
}

// feedItems bounds a feed.
const feedItems = 50

func (d Deps) feed(ctx context.Context, estate int64) (name string, list []entry, err error) {
	r, err := d.Board.RegisterPublic(ctx, estate)
	if err != nil {
		return "", nil, err
	}
	notices, err := d.Board.ListPublic(ctx, estate, 0, feedItems)
	if err != nil {
		return "", nil, err
	}
	for _, v := range r.Late {
		x := hall.ViewDuty(v)
		at := v.Due().Add(1).Start()
		list = append(list, entry{id: fmt.Sprintf("duty-%d", x.ID), title: "应公开未公开：" + x.Title + x.Period + bracketed(x.What), link: fmt.Sprintf("%s/h5/estates/%d/duties", d.PublicURL, estate),
			text: fmt.Sprintf("应由%s在%s以前公开，还没有公开。", x.OwedBy, x.Due), at: at})
	}
	for _, n := range notices {
		list = append(list, noticeEntry(&n, fmt.Sprintf("%s/h5/notices/%d", d.PublicURL, n.ID)))
	}
	return r.Estate + "公示栏", list, nil
}

// bracketed is which of several alike it is; nothing where nobody has said.
func bracketed(what string) string {
	if what == "" {
		return ""
	}
	return "（" + what + "）"
}

// noticeEntry is a notice as it stands. A new version and a withdrawal are entries of their own, with their own time: readers leave out what
// they have shown before.
func noticeEntry(n *disclosure.View, link string) entry {
	e := entry{id: fmt.Sprintf("notice-%d-%d", n.ID, n.CurrentVersion), title: disclosure.SortNames[n.Kind] + "：" + n.Title, link: link, text: n.Body, at: web.Time(n.RevisedAt)}
	if n.CurrentVersion > 1 {
		e.title += fmt.Sprintf("（第%d版，已修改）", n.CurrentVersion)
	}
	if n.WithdrawnAt != nil {
		e.id, e.title, e.text, e.at = e.id+"-withdrawn", e.title+"（已撤回）", "已撤回，原因："+n.WithdrawReason, web.Time(*n.WithdrawnAt)
	}
	return e
}

type rss struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Channel channel  `xml:"channel"`
}

type channel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	Items       []rssItem `xml:"item"`
}

type rssItem struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	Description string `xml:"description"`
	GUID        guid   `xml:"guid"`
	Date        string `xml:"pubDate"`
}

type guid struct {
	Permanent bool   `xml:"isPermaLink,attr"`
	ID        string `xml:",chardata"`
}

// FeedInput names an estate's feed, and what the reader has of it already.
type FeedInput struct {
	EstatePath
	IfNoneMatch string `header:"If-None-Match" maxLength:"1000" doc:"上次读到的 ETag；没有变化时答复304"`
}

// FeedOutput is a feed, or the answer that the reader has it.
type FeedOutput struct {
	Status       int
	ContentType  string `header:"Content-Type"`
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// answer sends a feed under a mark made of its bytes: programs ask again every few minutes, and most of the time nothing is new.
func (in *FeedInput) answer(kind string, body []byte) *FeedOutput {
	sum := sha256.Sum256(body)
	out := &FeedOutput{Status: http.StatusOK, ContentType: kind, ETag: `"` + hex.EncodeToString(sum[:]) + `"`, CacheControl: "public, max-age=300", Body: body}
	if has(in.IfNoneMatch, out.ETag) {
		out.Status, out.ContentType, out.Body = http.StatusNotModified, "", nil
	}
	return out
}

// has reports whether a list of entity tags has one, by the weak comparison that If-None-Match asks for (RFC 9110, 13.1.2).
func has(list, tag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}

func feedRSS(d Deps) func(context.Context, *FeedInput) (*FeedOutput, error) {
	return func(ctx context.Context, in *FeedInput) (*FeedOutput, error) {
		name, list, err := d.feed(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out := rss{Version: "2.0", Channel: channel{Title: name, Link: fmt.Sprintf("%s/h5/estates/%d/board", d.PublicURL, in.ID), Description: name + "：公开的公示，和应公开未公开的事项", Language: "zh-CN"}}
		for _, e := range list {
			out.Channel.Items = append(out.Channel.Items, rssItem{Title: e.title, Link: e.link, Description: e.text, GUID: guid{ID: e.id}, Date: e.at.Format(time.RFC1123Z)})
		}
		body, err := xml.MarshalIndent(out, "", "  ")
		if err != nil {
			return nil, err
		}
		return in.answer("application/rss+xml; charset=utf-8", append([]byte(xml.Header), body...)), nil
	}
}

type jsonFeed struct {
	Version string     `json:"version"`
	Title   string     `json:"title"`
	Home    string     `json:"home_page_url"`
	Feed    string     `json:"feed_url"`
	Lang    string     `json:"language"`
	Items   []jsonItem `json:"items"`
}

type jsonItem struct {
	ID    string `json:"id"`
	URL   string `json:"url"`
	Title string `json:"title"`
	Text  string `json:"content_text"`
	Date  string `json:"date_published"`
}

func feedJSON(d Deps) func(context.Context, *FeedInput) (*FeedOutput, error) {
	return func(ctx context.Context, in *FeedInput) (*FeedOutput, error) {
		name, list, err := d.feed(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		out := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: name, Home: fmt.Sprintf("%s/h5/estates/%d/board", d.PublicURL, in.ID), Feed: fmt.Sprintf("%s/public/v1/estates/%d/feed.json", d.PublicURL, in.ID), Lang: "zh-CN", Items: []jsonItem{}}
		for _, e := range list {
			out.Items = append(out.Items, jsonItem{ID: e.id, URL: e.link, Title: e.title, Text: e.text, Date: e.at.Format(time.RFC3339)})
		}
		body, err := json.Marshal(out)
		if err != nil {
			return nil, err
		}
		return in.answer("application/feed+json; charset=utf-8", body), nil
	}
}
