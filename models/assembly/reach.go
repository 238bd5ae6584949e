package assembly

import (
	"strings"

	"gorm.io/gorm"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/models/store"
)

// reach narrows a query to the estates on whose meetings the actor may act: those of their homes or post, and for a person whom an
// officer's review entrusted with somebody's vote the estate of that seat as well.
func reach(tx *store.Tx, actor org.Actor, action org.Action, column string) func(*gorm.DB) *gorm.DB {
	if actor.Post != nil || actor.PersonID == 0 || (action != org.JoinMeeting && action != org.ReadMeetings) {
		return actor.Within(action, column)
	}
	entrusted := inForce(tx).Select("estate_id").Where("person_id = ?", actor.PersonID)
	ids := []int64{0}
	for _, h := range actor.Homes {
		if _, may := actor.HomeIn(action, h.UnitID); may {
			ids = append(ids, h.EstateID)
		}
	}
	return func(q *gorm.DB) *gorm.DB {
		return q.Where("("+column+" IN ? OR "+column+" IN (?))", ids, entrusted)
	}
}

// estateFor finds an estate on whose meetings the actor may do the action.
func estateFor(tx *store.Tx, actor org.Actor, action org.Action, id int64) (*org.Estate, error) {
	if err := actor.Must(action); err != nil {
		return nil, err
	}
	var e org.Estate
	err := tx.Scopes(reach(tx, actor, action, "estates.id")).Where("id = ?", id).Take(&e).Error
	return &e, store.NotFound(err, org.ErrEstateNotFound)
}

// earlier finds what the same person sent under the same reference. Fault: ErrRefReused, where that was something else.
func earlier[T any](tx *store.Tx, column string, person int64, ref, hash string, hashOf func(*T) string) (*T, error) {
	var had []T
	if err := tx.Where(column+" = ? AND client_ref = ?", person, ref).Limit(1).Find(&had).Error; err != nil || len(had) == 0 {
		return nil, err
	}
	if hashOf(&had[0]) != hash {
		return nil, ErrRefReused
	}
	return &had[0], nil
}

func checkRef(c *fault.Checks, ref string) {
	c.Check(ref != "" && len(ref) <= 64, "client_ref", "提交编号要有，且不超过64个字节")
}

// checkText trims a text and holds it to its bounds.
func checkText(c *fault.Checks, path string, text *string, least, most int, say string) {
	*text = strings.TrimSpace(*text)
	n := len([]rune(*text))
	c.Check(n >= least && n <= most, path, say)
}

// record writes down who did what to something that is prepared.
func record(tx *store.Tx, actor audit.Actor, kind string, id, estate int64, verb string, detail any) error {
	return audit.Append(tx, actor, kind+"."+verb, audit.Subject{Kind: kind, ID: id, Estate: estate}, detail)
}

// announce tells what happened before a meeting.
func announce(tx *store.Tx, e event.Preparing) error {
	names, err := org.EstateNames(tx, []int64{e.EstateID})
	if err != nil {
		return err
	}
	e.EstateName, e.At = names[e.EstateID], tx.Now
	return outbox.Append(tx, e)
}

// newest pages backwards from a row.
func newest(tx *store.Tx, before int64) *gorm.DB {
	q := tx.Order("id DESC")
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	return q
}
