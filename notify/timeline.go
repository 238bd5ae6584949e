package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/inbox"
)

// Cases says who may read a complaint; the complaints satisfy it. A body that a complaint is about may not.
type Cases interface {
	MayRead(tx *store.Tx, actor org.Actor, id int64) error
}

// Timeline shows which offices were told what about a complaint, and whether they have read it.
type Timeline struct {
	db    *store.DB
	cases Cases
}

// NewTimeline wires it.
func NewTimeline(db *store.DB, cases Cases) *Timeline { return &Timeline{db: db, cases: cases} }

// Told is one message in the inbox of one post. Who holds the post is not in it, and neither is who complained.
type Told struct {
	ID           int64
	Title        string
	Organisation string
	Post         string
	At           time.Time
	ReadAt       *time.Time
	// State is the ack's; "" where nobody waits for the message to be read.
	State AckState
	DueAt *time.Time // until when it is to be read
	// Says is how it stands, in words.
	Says string
}

// covered are the messages of which only those are to know who decide: an appeal tells that somebody was restricted.
var covered = []string{"complaint.appealed"}

// List pages through what offices were told about a complaint, newest first. Faults: org.ErrForbidden, and those of Cases.
func (t *Timeline) List(ctx context.Context, actor org.Actor, caseID, before int64, limit int) ([]Told, error) {
	if err := actor.Must(org.ReadComplaints); err != nil {
		return nil, err
	}
	var list []Told
	err := t.db.View(ctx, func(tx *store.Tx) error {
		if err := t.cases.MayRead(tx, actor, caseID); err != nil {
			return err
		}
		var rows []struct {
			inbox.Item
			Title          string
			Post           string
			OrganisationID int64
		}
		q := tx.Table("outbox_messages m").Select("i.*, t.title, p.title AS post, p.organisation_id").
			Joins("JOIN inbox_items i ON i.message_id = m.id AND i.recipient_kind = 'post'").Joins("JOIN message_texts t ON t.id = i.text_id").Joins("JOIN posts p ON p.id = i.recipient_id").
			Where("m.case_id = ? AND m.kind NOT IN ?", caseID, covered)
		if before > 0 {
			q = q.Where("i.id < ?", before)
		}
		if err := q.Order("i.id DESC").Limit(limit).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		items, offices := make([]inbox.Item, len(rows)), []int64{}
		for i, r := range rows {
			items[i], offices = r.Item, append(offices, r.OrganisationID)
		}
		acks, err := acksOf(tx, items)
		if err != nil {
			return err
		}
		names, err := org.Organisations(tx, offices)
		if err != nil {
			return err
		}
		held, err := staffedPosts(tx, items)
		if err != nil {
			return err
		}
		for _, r := range rows {
			one := Told{ID: r.ID, Title: r.Title, Organisation: names[r.OrganisationID].Name, Post: r.Post, At: r.CreatedAt, ReadAt: r.ReadAt}
			if a := acks[place{r.MessageID, r.RecipientID}]; a != nil {
				one.State, one.DueAt = a.State, &a.DueAt
			}
			one.Says = says(r.Item, acks[place{r.MessageID, r.RecipientID}], tx.Now)
			if one.Says == delivered && !held[r.RecipientID] {
				one.Says += "，岗位现在没有人"
			}
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// staffedPosts tells at which posts there is somebody now, of their own or as a deputy.
func staffedPosts(tx *store.Tx, items []inbox.Item) (map[int64]bool, error) {
	posts := make([]int64, len(items))
	for i, it := range items {
		posts[i] = it.RecipientID
	}
	var ids []int64
	err := tx.Model(&org.Post{}).Where("id IN ?", posts).
		Where("EXISTS (SELECT 1 FROM post_holders h WHERE h.holding IS NOT NULL AND (h.post_id = posts.id OR h.post_id = posts.deputy_post_id))").Pluck("id", &ids).Error
	held := map[int64]bool{}
	for _, id := range ids {
		held[id] = true
	}
	return held, err
}

// delivered is how a message stands that nobody has read.
const delivered = "已送达"

// place is where a message stands.
type place struct{ message, post int64 }

// acksOf finds how items stand, the last step of each.
func acksOf(tx *store.Tx, items []inbox.Item) (map[place]*Ack, error) {
	var messages, posts []int64
	for _, i := range items {
		messages, posts = append(messages, i.MessageID), append(posts, i.RecipientID)
	}
	var rows []Ack
	if err := tx.Where("message_id IN ? AND post_id IN ?", messages, posts).Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	last := map[place]*Ack{}
	for i := range rows {
		last[place{rows[i].MessageID, rows[i].PostID}] = &rows[i]
	}
	return last, nil
}

// says words how a message stands with a post.
func says(i inbox.Item, a *Ack, now time.Time) string {
	switch {
	case a == nil && i.ReadAt == nil:
		return delivered
	case a == nil:
		return "已读"
	}
	unread := a.lasting(a.Step + 1)
	if a.MessageID != a.SourceID { // how long the ones before it waited is said there
		unread = a.lasting(1)
	}
	late := ""
	switch a.State {
	case AckRerouted:
		late = unread + a.left() + "已转报"
	case AckExhausted:
		late = unread + a.left() + "，没有可以再转报的单位"
	case AckOpen:
		if i.ReadAt == nil && !now.Before(a.DueAt) {
			return "已送达，" + unread + a.left() + "，正在转报"
		}
		if i.ReadAt == nil && a.Step > 0 && a.MessageID == a.SourceID {
			return a.lasting(a.Step) + a.left() + "，已再次提醒"
		}
	case AckActed:
		if i.ReadAt == nil {
			return "已送达，单位已办理"
		}
	case AckRead:
		if i.ReadAt == nil {
			return "已送达，已有人看过"
		}
	}
	switch {
	case i.ReadAt != nil && late != "":
		return fmt.Sprintf("%s，%s已读", late, i.ReadAt.In(org.Shanghai).Format("15:04"))
	case i.ReadAt != nil:
		return "已读"
	case late != "":
		return late
	}
	return delivered
}
