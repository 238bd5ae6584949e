package main

import (
	"testing"
	"time"

	"github.com/linli-city/linli/models/disclosure"
	"github.com/linli-city/linli/models/modelstest"
	"github.com/linli-city/linli/models/store"
)

// A posting whose text was changed stands since then: the days in which owners read it do not count from a text that they did not see.
func TestARevisedPostingOpensNothing(t *testing.T) {
	t.Parallel()
	clock := modelstest.NewClock()
	db := modelstest.OpenAt(t, clock)
	first := clock.Now()
	second := first.Add(13 * 24 * time.Hour)
	n := disclosure.Notice{Number: "G-standing", EstateID: 1, OrganisationID: 1, Kind: disclosure.Posting, Audience: disclosure.Everyone, CurrentVersion: 2, PublishedBy: 1, PublishedAt: first, ClientRef: "standing"}
	err := db.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.Create(&n).Error; err != nil {
			return err
		}
		for i, at := range []time.Time{first, second} {
			if err := tx.Create(&disclosure.Version{NoticeID: n.ID, Version: i + 1, Title: "方案", Body: "正文", At: at}).Error; err != nil {
				return err
			}
		}
		if since, stands, err := (fundBoard{}).Standing(tx, n.ID); err != nil || stands {
			t.Errorf("rewritten by hand it stands %v since %s, %v", stands, since, err)
		}
		if err := tx.Model(&disclosure.Notice{}).Where("id = ?", n.ID).Update("current_version", 1).Error; err != nil {
			return err
		}
		since, stands, err := (fundBoard{}).Standing(tx, n.ID)
		if err == nil && (!stands || !since.Equal(first)) {
			t.Errorf("as the fund put it up it stands %v since %s", stands, since)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
