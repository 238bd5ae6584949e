package notify

import (
	"encoding/json"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// lanes is how many lanes a channel has for each priority. An estate keeps to one of them, so that a campaign in one does not
// hold up the others.
const lanes = 8

// laneLease is how long a lane stays with a sender that is not heard of.
const laneLease = 25 * time.Second

// laneName names a lane.
type laneName struct {
	Channel  plan.Channel
	Priority event.Priority
	Lane     int
}

// Lane is a queue of deliveries with the one process that sends from it. Launched are the ids in the air, written before they
// go and cleared with their outcome: after a crash they, and no others, are in doubt.
type Lane struct {
	Channel  plan.Channel   `gorm:"primaryKey"`
	Priority event.Priority `gorm:"primaryKey;autoIncrement:false"`
	Lane     int            `gorm:"primaryKey;autoIncrement:false"`
	Owner    string
	Until    time.Time `gorm:"column:ends_at"`
	Launched string
}

// TableName names the table.
func (Lane) TableName() string { return "send_lanes" }

func (n laneName) row(tx *store.Tx) *gorm.DB {
	return tx.Model(&Lane{}).Where("channel = ? AND priority = ? AND lane = ?", n.Channel, n.Priority, n.Lane)
}

// register makes the lane's row, by which senders find it.
func (d *Dispatcher) register(tx *store.Tx, n laneName) error {
	d.mu.Lock()
	known := d.known[n]
	d.mu.Unlock()
	if known {
		return nil
	}
	if err := n.register(tx); err != nil {
		return err
	}
	tx.Committed(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.known[n] = true
	})
	return nil
}

func (n laneName) register(tx *store.Tx) error {
	l := Lane{Channel: n.Channel, Priority: n.Priority, Lane: n.Lane, Until: tx.Now, Launched: "[]"}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&l).Error
}

// lock gives a lane to this transaction until its end; the zero one where it has no row. Whoever changes what waits there, or
// settles what comes back, locks it before anything else.
func (n laneName) lock(tx *store.Tx) (l Lane, err error) {
	err = tx.ForUpdate().Where("channel = ? AND priority = ? AND lane = ?", n.Channel, n.Priority, n.Lane).Limit(1).Find(&l).Error
	return l, err
}

// flying are the ids in the air.
func (l Lane) flying() (ids []int64, err error) {
	if l.Launched == "" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(l.Launched), &ids)
	return ids, err
}

// take gives the lane to owner unless another sender is alive in it. What a dead one had in the air is in doubt from now on; it is
// due from its launch and the hush after it.
func (n laneName) take(tx *store.Tx, owner string, hush time.Duration) (doubtful int64, held bool, err error) {
	l, err := n.lock(tx)
	if err != nil || l.Channel == "" || l.Owner != "" && l.Owner != owner && l.Until.After(tx.Now) {
		return 0, false, err
	}
	if err := n.row(tx).Updates(map[string]any{"owner": owner, "ends_at": tx.Now.Add(laneLease)}).Error; err != nil {
		return 0, false, err
	}
	ids, err := l.flying()
	if err != nil || len(ids) == 0 {
		return 0, true, err
	}
	due := l.Until.Add(hush - laneLease)
	res := tx.Model(&Delivery{}).Where("id IN ? AND state IN ?", ids, []State{Waiting, Paused}).Updates(map[string]any{"state": Unknown, "due_at": due, "attempts": gorm.Expr("attempts + 1"), "last_error": "the sender died while it was in the air"})
	if res.Error != nil {
		return 0, false, res.Error
	}
	return res.RowsAffected, true, n.row(tx).Update("launched", "[]").Error
}

// launch writes down what goes into the air, and that owner is alive; false when the lane is no longer owner's. Nothing in the
// air gives the lane back.
func (n laneName) launch(tx *store.Tx, owner string, ids []int64) (bool, error) {
	launched, err := json.Marshal(ids)
	if err != nil {
		return false, err
	}
	change := map[string]any{"launched": string(launched), "ends_at": tx.Now.Add(laneLease)}
	if len(ids) == 0 {
		change = map[string]any{"launched": "[]", "owner": "", "ends_at": tx.Now}
	}
	res := n.row(tx).Where("owner = ?", owner).Updates(change)
	return res.RowsAffected == 1, res.Error
}
