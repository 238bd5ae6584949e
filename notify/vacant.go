package notify

import (
	"context"
	"errors"
	"fmt"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/inbox"
)

// passVacant ends what has waited too long for somebody to come to a post, and tells the level above.
func (d *Dispatcher) passVacant(ctx context.Context) error {
	var ids []int64
	err := d.o.DB.View(ctx, func(tx *store.Tx) error {
		return tx.Model(&Delivery{}).Where("state = ? AND created_at <= ?", Vacant, tx.Now.Add(-vacantFor)).Order("id").Limit(chaseBatch).Pluck("id", &ids).Error
	})
	errs := []error{err}
	for _, id := range ids {
		var told []inbox.Item
		err := d.o.DB.InTx(ctx, func(tx *store.Tx) (err error) {
			told, err = d.passUp(tx, id)
			return err
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("delivery %d to a vacant post: %w", id, err))
			continue
		}
		d.announce(told)
	}
	return errors.Join(errs...)
}

// passUp ends one of them. Where the message was to be read in time, the level above has it since that time.
func (d *Dispatcher) passUp(tx *store.Tx, id int64) ([]inbox.Item, error) {
	res := tx.Model(&Delivery{}).Where("id = ? AND state = ?", id, Vacant).Updates(map[string]any{"state": Unreachable, "last_error": "nobody came to the post"})
	if res.Error != nil || res.RowsAffected == 0 {
		return nil, res.Error
	}
	var v Delivery
	if err := tx.Where("id = ?", id).Take(&v).Error; err != nil {
		return nil, err
	}
	var asked int64
	if err := tx.Model(&Ack{}).Where("message_id = ? AND post_id = ?", v.MessageID, v.RecipientID).Count(&asked).Error; err != nil || asked > 0 {
		return nil, err
	}
	var post org.Post
	if err := tx.Where("id = ?", v.RecipientID).Take(&post).Error; err != nil {
		return nil, err
	}
	r := &reroute{writer: &writer{Dispatcher: d}, tx: tx, rows: []Ack{{SourceID: v.MessageID, TextID: v.TextID}}}
	if err := r.find(); err != nil {
		return nil, err
	}
	to, err := r.upward([]int64{post.OrganisationID})
	if err != nil || len(heldPosts(to)) == 0 {
		return nil, err
	}
	names, err := org.Organisations(tx, []int64{post.OrganisationID})
	if err != nil {
		return nil, err
	}
	_, err = r.tell(to, names[post.OrganisationID].Name+"的"+post.Title+"岗位没有人，转报您单位。", "岗位没有人："+names[post.OrganisationID].Name)
	return r.items, err
}
