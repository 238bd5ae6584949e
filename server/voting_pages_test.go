package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/linli-city/linli/models/assembly"
	"github.com/linli-city/linli/models/store"
)

// TestLinksInsideWeChatOnAPhone: the way by WeChat beside the code, the letter that leads to the vote, and a result with and without the
// ballots of debtors, in a browser that says it is WeChat's.
func TestLinksInsideWeChatOnAPhone(t *testing.T) {
	t.Parallel()
	ctx := browser(t, chromedp.UserAgent("Mozilla/5.0 (Linux; Android 12) MicroMessenger/8.0.49"))
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1], map[string]string{"ballot.silence_rule": "未投票的从多数", "ballot.silence_covers": "both", "voting.debtors_limited": "yes"}))
	link, letter := e.link(id, 2), ""
	e.must(200, "community", "POST", fmt.Sprintf("/office/v1/campaigns/%.0f/approval", e.noticed["next"].(m)["campaign_id"]), m{"version": 1})
	e.campaign(t)
	for _, text := range e.texts.Messages() {
		if text.Phone == demoPhone("demo-estate", 12) {
			letter = letterLink.FindString(text.Text)
		}
	}
	p := &phone{e, ctx}
	p.do("link", chromedp.EmulateViewport(390, 844), chromedp.Navigate(e.url+link))
	p.shows("w1-wechat", "用微信登录", "或者用短信验证码", "请注意：按“未投票的从多数”")
	p.do("letter", chromedp.Navigate(e.url+letter))
	p.shows("w2-letter", "看议题，去投票", "我已收到")
	p.press(`button[value="vote"]`)
	p.shows("w3-vote", "用微信登录", "1幢1单元")
	e.keep("notice.html", e.must(200, "committee_chair", "GET", fmt.Sprintf("/office/v1/meetings/%d/sheets/notice", id), nil).body)
	e.cast(id, 2, 60)
	err := e.db.InTx(t.Context(), func(tx *store.Tx) error {
		var seat assembly.Seat
		if err := tx.Where("meeting_id = ? AND no = 2", id).Take(&seat).Error; err != nil {
			return err
		}
		return tx.Create(&assembly.Debtor{MeetingID: id, EstateID: seat.EstateID, OwnerSetID: seat.HolderSetID, Owed: "2025年1月起的物业费", State: "confirmed", ConfirmedAt: &tx.Now, EnteredAt: tx.Now, ClientRef: "debt"}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	e.finish(id)
	p.do("result", chromedp.Navigate(fmt.Sprintf("%s/h5/meetings/%d", e.url, id)))
	p.shows("w4-result", "限制欠费业主表决", "名单上 1 份表决权")
	e.keep("result.html", e.must(200, "committee_chair", "GET", fmt.Sprintf("/office/v1/meetings/%d/sheets/result", id), nil).body)
}
