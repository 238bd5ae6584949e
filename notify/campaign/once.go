package campaign

import (
	"encoding/json"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Once says that something is asked for once, however often a phone sends it.
type Once struct{ ClientRef, InputHash string }

func (o Once) check(c *fault.Checks) {
	c.Check(o.ClientRef != "" && len(o.ClientRef) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
}

// Ref is something that was asked for, with its answer for whoever asks again.
type Ref struct {
	ID         int64 `gorm:"primaryKey"`
	PersonID   int64
	ClientRef  string
	CampaignID int64
	Action     Action
	InputHash  string
	Answer     string // as JSON
	At         time.Time
}

// TableName names the table.
func (Ref) TableName() string { return "campaign_refs" }

// answered gives the first answer where the same was asked before. Fault: ErrRefReused.
func (o Once) answered(tx *store.Tx, actor org.Actor, campaign int64, a Action, answer any) (bool, error) {
	var before []Ref
	if err := tx.Where("person_id = ? AND client_ref = ?", actor.PersonID, o.ClientRef).Limit(1).Find(&before).Error; err != nil || len(before) == 0 {
		return false, err
	}
	if r := before[0]; r.CampaignID != campaign || r.Action != a || r.InputHash != o.InputHash {
		return false, ErrRefReused
	}
	return true, json.Unmarshal([]byte(before[0].Answer), answer)
}

// keep keeps an answer. Of two taps at the same moment one is faster, and the other finds its answer.
func (o Once) keep(tx *store.Tx, actor org.Actor, campaign int64, a Action, answer any) error {
	text, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return store.Raced(tx.Create(&Ref{PersonID: actor.PersonID, ClientRef: o.ClientRef, CampaignID: campaign, Action: a, InputHash: o.InputHash, Answer: string(text), At: tx.Now}).Error)
}
