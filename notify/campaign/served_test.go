package campaign_test

import (
	"testing"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/campaign"
)

// TestOnlyWordsThatSayItServe: service of a notice that leaves a sentence out proves nothing about that sentence.
func TestOnlyWordsThatSayItServe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.crowd(2)
	from := w.clock.Now()
	about := func(body string) {
		w.launch(func(x *campaign.Words) {
			x.Kind, x.SubjectKind, x.SubjectID, x.Body = "assembly", event.AssemblySubject, 77, body
		})
	}
	about("请投票。")
	w.drain()
	w.read(a[0])
	served := func(words string) (got map[int64]string) {
		w.tx(func(tx *store.Tx) (err error) {
			got, err = w.svc.Served(tx, 77, words, from, w.clock.Now().AddDate(0, 0, 1))
			return err
		})
		return got
	}
	if all, said := served(""), served("没有投票的从多数"); len(all) != 2 || len(said) != 0 {
		t.Errorf("served %v, with the warning %v", all, said)
	}
	about("请投票。没有投票的从多数。")
	w.drain()
	items, err := w.inbox.List(t.Context(), a[1], 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.inbox.MarkRead(t.Context(), a[1], []int64{items[0].ID}); err != nil { // opened alone
		t.Fatal(err)
	}
	proven := 0
	for _, how := range served("没有投票的从多数") {
		if how == "proven" {
			proven++
		}
	}
	if proven != 1 {
		t.Errorf("%d seats were told with proof, want the one who read the notice that warns", proven)
	}
}
