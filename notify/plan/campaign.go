package plan

import (
	"strings"

	"github.com/linli-city/linli/models/event"
)

// CampaignTemplate is the template by which a campaign about a topic goes to WeChat.
func CampaignTemplate(name string) string {
	for _, r := range Default().rows {
		if r.Event == (event.CampaignSent{}).Kind() && (r.When == "" || r.When == topic(name)) {
			return r.Template
		}
	}
	return ""
}

// chosen narrows a campaign's message to the channels that its office chose, in its order. Other events keep the table's.
func chosen(e event.Event, m Message) Message {
	c, ok := e.(*event.CampaignSent)
	if !ok {
		return m
	}
	m.Channels = nil
	for name := range strings.SplitSeq(c.Channels, ",") {
		if ch := Channel(name); ch == Mini || ch == SMS {
			m.Channels = append(m.Channels, ch)
		}
	}
	if len(m.Channels) == 0 {
		m.Template, m.Values = "", nil
	}
	return m
}
