package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/linli-city/linli/server/hall"
)

// TestVotersAreToldWhoSeesTheirBallot: the owners' edition of a bundle opens each counted ballot beside its unit, so the privacy notice, the
// voting page, the mini-program and the paper form say so before anybody votes, and none promises more.
func TestVotersAreToldWhoSeesTheirBallot(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	id := e.open(e.assembly(voteMotions()[:1]))
	notice := e.must(200, "", "GET", "/public/v1/privacy-notice", nil).json["text"].(string)
	for _, want := range []string{"表决票是记名的", "下载业主版的核对文件", "房号、面积和计票的选择，没有姓名", "谁下载过都有记录"} {
		if !strings.Contains(notice, want) {
			t.Errorf("the privacy notice lacks %q", want)
		}
	}
	if strings.Contains(notice, "其他业主看不到是谁写的、谁怎么投的") {
		t.Error("the privacy notice promises that no owner sees how another voted")
	}
	link := e.link(id, 1)
	_, page := e.proved(link, demoPhones("demo-estate")[0]).get(link)
	if !strings.Contains(page, hall.WhoSees) {
		t.Errorf("the voting page does not say who sees a ballot: %s", page)
	}
	e.must(200, "committee_chair", "POST", fmt.Sprintf("/office/v1/meetings/%d/forms", id), m{"seats": []int{5}})
	for who, path := range map[string]string{"owner": "/miniapp/v1/meetings/%d/seats", "committee_chair": "/office/v1/meetings/%d/sheets/forms"} {
		if got := e.must(200, who, "GET", fmt.Sprintf(path, id), nil).body; !strings.Contains(got, hall.WhoSees) {
			t.Errorf("%s does not say who sees a ballot", path)
		}
	}
}
