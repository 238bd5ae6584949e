package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// Letter is a line of the list of letters: what a message says to owners whom nothing else has reached, by their door. All behind
// one door share it.
type Letter struct {
	ID        int64 `gorm:"primaryKey"`
	EstateID  int64
	AboutID   int64 // as in outbox.Message
	SenderID  int64 // the organisation whose notice it is, 0 where it is nobody's
	MessageID int64
	TextID    int64
	UnitID    int64
	Open      bool // somebody still has to post it or go there
	Result    LetterResult
	PersonID  int64 // who said so, for which post
	PostID    int64
	At        *time.Time
	CreatedAt time.Time
}

// LetterResult is what became of a letter.
type LetterResult string

// The results. Nobody at home leaves the letter on the list.
const (
	LetterPosted  LetterResult = "posted"    // into the letter-box or by mail
	LetterHanded  LetterResult = "delivered" // to somebody at the door
	LetterRefused LetterResult = "refused"
	LetterNotHome LetterResult = "absent"
)

// LetterResults are the results as people read them.
var LetterResults = map[LetterResult]string{LetterPosted: "已投递", LetterHanded: "已当面送达", LetterRefused: "拒收", LetterNotHome: "家中无人"}

// ErrLetters says that something is not on the list of letters of the actor's estates.
var ErrLetters = fault.New(fault.NotFound, "letters.not_found", "没有找到这些信件，请刷新清单再选")

// ErrLetterMarked says that the result of a letter stands.
var ErrLetterMarked = fault.New(fault.Conflict, "letters.marked", "有的信件已经登记过结果，这次一封都没有登记；请刷新清单再选")

// onPaper takes out of deliveries those that go by letter, and puts them on the list. Whoever has no door in the estate is known as
// not reached.
func onPaper(tx *store.Tx, sends []Delivery) ([]Delivery, error) {
	by := map[int64][]Delivery{} // by estate
	rest := slices.DeleteFunc(slices.Clone(sends), func(s Delivery) bool {
		if s.Channel == plan.Letter {
			by[s.EstateID] = append(by[s.EstateID], s)
		}
		return s.Channel == plan.Letter
	})
	senders := map[int64]int64{}
	for estate, list := range by {
		var people, owners []int64
		for _, s := range list {
			if s.RecipientKind == rosterOwner {
				owners = append(owners, s.RecipientID)
			} else {
				people = append(people, s.PersonID)
			}
		}
		byPerson, byOwner, err := org.Doors(tx, estate, people, owners)
		if err != nil {
			return nil, err
		}
		var letters []Letter
		for _, s := range list {
			door, ok := byPerson[s.PersonID]
			if s.RecipientKind == rosterOwner {
				door, ok = byOwner[s.RecipientID]
			}
			if !ok {
				s.State, s.LastError = Unreachable, "no door in the estate"
				rest = append(rest, s)
				continue
			}
			letters = append(letters, Letter{EstateID: estate, AboutID: s.AboutID, MessageID: s.MessageID, TextID: s.TextID, UnitID: door.UnitID, Open: true, CreatedAt: tx.Now})
		}
		if len(letters) == 0 {
			continue
		}
		for i := range letters {
			if letters[i].SenderID, err = sender(tx, letters[i].MessageID, senders); err != nil {
				return nil, err
			}
		}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&letters, 200).Error; err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// sender is the organisation whose notice a message is; known remembers it, for a batch is of one message or few.
func sender(tx *store.Tx, message int64, known map[int64]int64) (int64, error) {
	if id, ok := known[message]; ok {
		return id, nil
	}
	var m outbox.Message
	if err := tx.Where("id = ?", message).Take(&m).Error; err != nil {
		return 0, err
	}
	var n event.NoticePublished
	if m.Kind == n.Kind() {
		if err := json.Unmarshal([]byte(m.Body), &n); err != nil {
			return 0, fmt.Errorf("message %d: %w", message, err)
		}
	}
	known[message] = n.OrganisationID
	return n.OrganisationID, nil
}

// ownLetters narrows to the letters that the actor may post and mark. A committee and a company have their own alone: what the other
// tells the owners may be about them.
func ownLetters(actor org.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB {
		q = actor.NotAbout("letters.about_id")(actor.Within(org.RunCampaigns, "letters.estate_id")(q))
		if actor.Post != nil && (actor.Post.OrgKind == org.Committee || actor.Post.OrgKind == org.Company) {
			q = q.Where("letters.sender_id = ?", actor.OrganisationID())
		}
		return q
	}
}

// LetterView is a letter with what it says and where it goes.
type LetterView struct {
	Letter
	Title       string
	Body        string
	SubjectKind string
	SubjectID   int64
	Door        string
	Building    string
	Estate      string
}

// MostLetters is how many letters one page holds.
const MostLetters = 500

// ListLetters pages through the letters that are still to be posted in the estates of an office, door by door: of one message, or
// with 0 of all. after is the last letter seen. Fault: org.ErrForbidden.
func ListLetters(ctx context.Context, db *store.DB, actor org.Actor, message, after int64, limit int) ([]LetterView, error) {
	if err := actor.Must(org.RunCampaigns); err != nil {
		return nil, err
	}
	var list []LetterView
	err := db.View(ctx, func(tx *store.Tx) error {
		q := tx.Model(&Letter{}).Select("letters.*, t.title, t.body, t.subject_kind, t.subject_id, b.name AS building, e.name AS estate").
			Joins("JOIN message_texts t ON t.id = letters.text_id").Joins("JOIN units u ON u.id = letters.unit_id").Joins("JOIN buildings b ON b.id = u.building_id").Joins("JOIN estates e ON e.id = letters.estate_id").
			Scopes(ownLetters(actor)).Where("letters.open = ?", true)
		if message != 0 {
			q = q.Where("letters.message_id = ?", message)
		}
		if after != 0 {
			var last Letter
			if err := tx.Where("id = ?", after).Limit(1).Find(&last).Error; err != nil {
				return err
			}
			q = q.Where("(letters.unit_id > ? OR (letters.unit_id = ? AND letters.id > ?))", last.UnitID, last.UnitID, after)
		}
		if err := q.Order("letters.unit_id, letters.id").Limit(min(limit, MostLetters+1)).Scan(&list).Error; err != nil {
			return err
		}
		units := make([]int64, len(list))
		for i, l := range list {
			units[i] = l.UnitID
		}
		doors, err := org.UnitNames(tx, units)
		for i := range list {
			list[i].Door, list[i].Building = doors[list[i].UnitID], org.PrintUnit(list[i].Building, "", "")
		}
		return err
	})
	return list, err
}

// MarkLetters records what became of letters; it gives how many that were. All or none: a list that is out of date changes nothing.
// Faults: org.ErrForbidden, ErrLetters, ErrLetterMarked, fault.ErrInvalid.
func MarkLetters(ctx context.Context, db *store.DB, actor org.Actor, ids []int64, result LetterResult) (int64, error) {
	if err := actor.Must(org.RunCampaigns); err != nil {
		return 0, err
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if LetterResults[result] == "" || len(ids) == 0 || len(ids) > MostLetters {
		return 0, fault.ErrInvalid.With(fault.Field{Path: "result", Reason: "请选择结果：已投递、已当面送达、拒收或家中无人，一次最多500封"})
	}
	err := db.InTx(ctx, func(tx *store.Tx) error {
		var rows []Letter
		err := tx.ForUpdate().Scopes(ownLetters(actor)).Where("id IN ?", ids).Order("id").Find(&rows).Error
		if err != nil {
			return err
		}
		if len(rows) != len(ids) {
			return ErrLetters
		}
		// What is settled stays as it was said: a page that is out of date, or a second clerk, must not turn a refusal into a service.
		if slices.ContainsFunc(rows, func(r Letter) bool { return !r.Open }) {
			return ErrLetterMarked
		}
		change := map[string]any{"open": result == LetterNotHome, "result": result, "person_id": actor.PersonID, "post_id": actor.Post.PostID, "at": tx.Now}
		if err := tx.Model(&Letter{}).Where("id IN ?", ids).Updates(change).Error; err != nil {
			return err
		}
		by := map[int64][]int64{}
		for _, r := range rows {
			by[r.EstateID] = append(by[r.EstateID], r.ID)
		}
		for estate, list := range by {
			if err := audit.Append(tx, actor, "letter."+string(result), audit.Subject{Kind: "letter", ID: list[0], Estate: estate}, map[string]any{"letters": list}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("mark letters: %w", err)
	}
	return int64(len(ids)), nil
}
