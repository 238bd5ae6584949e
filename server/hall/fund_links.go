package hall

import (
	"fmt"

	"github.com/linli-city/linli/models/fund"
)

// FundLink is something that a line of a statement hangs on, and where whoever reads the statement opens it.
type FundLink struct {
	Kind   string `json:"kind" doc:"project 项目；meeting 业主的决定；notice 公示；contract 合同；invoice 决算书和发票"`
	Name   string `json:"name"`
	URL    string `json:"url"`
	SHA256 string `json:"sha256,omitempty" doc:"文件内容的校验值"`
}

// FundLinksOf are the links of a charge on a surface.
func FundLinksOf(prefix string, c fund.Charge) []FundLink {
	p := c.Project
	links := []FundLink{{Kind: "project", Name: "项目" + p.Number, URL: fmt.Sprintf("%s/fund-projects/%d", prefix, p.ID)}}
	if p.MeetingID != 0 {
		name := "业主的决定：" + p.Resolution
		if c.Decided != "" {
			name += "（公示" + c.Decided + "）"
		}
		links = append(links, FundLink{Kind: "meeting", Name: name, URL: fmt.Sprintf("%s/meetings/%d", prefix, p.MeetingID)})
	}
	for _, n := range []struct {
		id           int64
		what, number string
	}{{p.ProposalNotice, "使用方案公示", p.ProposalNumber}, {p.FinalNotice, "决算公示", p.FinalNumber}} {
		if n.id != 0 {
			links = append(links, FundLink{Kind: "notice", Name: n.what + n.number, URL: fmt.Sprintf("%s/notices/%d", prefix, n.id)})
		}
	}
	files := func(kind, name string, list []fund.Paper) {
		for i, f := range list {
			links = append(links, FundLink{Kind: kind, Name: fmt.Sprintf("%s（第%d份）", name, i+1), URL: fmt.Sprintf("%s/files/%d/link", prefix, f.FileID), SHA256: f.SHA256})
		}
	}
	files("contract", "合同"+p.Contract, c.Contract)
	files("invoice", "决算书和发票", c.Final)
	return links
}
