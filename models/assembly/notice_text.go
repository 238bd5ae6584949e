package assembly

import (
	"fmt"
	"strings"
	"time"

	"github.com/linli-city/linli/models/store"
)

const (
	mostWords  = 100 // of the convener's own
	mostNotice = 500 // what goes to many may be no longer
)

// noticeText writes the notice as it is served on each seat. What silence will mean stands in it by itself: the convener adds words and
// takes none away. Where all titles find no room the rest of them is read on the page.
func noticeText(m *Meeting, motions []Motion, t Terms, words string, opens, closes time.Time) string {
	when := func(at time.Time) string { return at.In(shanghai).Format("2006年1月2日15:04") }
	head := fmt.Sprintf("%s召集“%s”。投票时间：%s至%s。共%d个议题：", ConvenerNames[m.Convener], m.Title, when(opens), when(closes), len(motions))
	tail := "。全文、依据和投票办法请看会议通知。"
	for _, s := range []string{t.Warning(), words} {
		if s != "" {
			tail += "\n" + s
		}
	}
	titles := make([]string, len(motions))
	for i, q := range motions {
		titles[i] = fmt.Sprintf("%d. %s", q.Position, q.Title)
	}
	return head + short(strings.Join(titles, "；"), mostNotice-len([]rune(head+tail))) + tail
}

// foreseen is what the notice would say of silence by the law of today, for whoever is about to give it.
func (s *Service) foreseen(tx *store.Tx, m *Meeting) (string, error) {
	set, _, err := s.law(tx, m, tx.Now)
	if err != nil {
		return "", err
	}
	t, err := termsOf(set, m.Session == First)
	return t.Warning(), err
}
