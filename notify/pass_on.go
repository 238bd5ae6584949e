package notify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/outbox"
	"github.com/linli-city/linli/notify/inbox"
)

// upward gives who is at the level above some organisations, up to the first with somebody there, and never the body that the message
// is about.
func (r *reroute) upward(from []int64) ([]recipient, error) {
	except, err := org.OneBody(r.tx, r.source.AboutID)
	if errors.Is(err, org.ErrOrganisationNotFound) { // closed since
		except, err = []int64{r.source.AboutID}, nil
	}
	if err != nil {
		return nil, err
	}
	var next []int64
	for _, o := range from {
		levels, err := org.Above(r.tx, o)
		if err != nil {
			return nil, err
		}
		levels = slices.DeleteFunc(levels, func(id int64) bool { return slices.Contains(except, id) })
		if len(levels) > 0 && !slices.Contains(next, levels[0]) {
			next = append(next, levels[0])
		}
	}
	return holders(r.tx, next, except, nil)
}

// passOn puts the message into further inboxes, with why it comes there. Posts that were asked before are left out.
func (r *reroute) passOn(step int, to []recipient, what string) (bool, error) {
	a := &r.rows[0]
	var asked []int64
	if err := r.tx.Model(&Ack{}).Where("source_id = ? AND office_id = ?", a.SourceID, a.OfficeID).Pluck("post_id", &asked).Error; err != nil {
		return false, err
	}
	to = slices.DeleteFunc(to, func(x recipient) bool { return slices.Contains(asked, x.id) })
	if len(heldPosts(to)) == 0 {
		return false, nil
	}
	who, since, err := r.unread()
	if err != nil {
		return false, err
	}
	// WeChat cuts what is long, and the name is: how long comes first there.
	text, err := r.tell(to, who+since+"，"+what, since+"："+who)
	if err != nil {
		return false, err
	}
	return true, r.askNext(r.m.ID, step, text, to)
}

// tell puts the message into inboxes anew, with why it comes there, and on to phones.
func (r *reroute) tell(to []recipient, why, brief string) (*Text, error) {
	text, err := r.carry(why, brief)
	if err != nil {
		return nil, err
	}
	boxed := map[int64]bool{}
	for _, x := range to {
		if !boxed[x.id] {
			boxed[x.id] = true
			r.items = append(r.items, inbox.Item{MessageID: r.m.ID, TextID: text.ID, RecipientKind: x.kind, RecipientID: x.id, EstateID: r.m.EstateID, CreatedAt: r.tx.Now})
		}
	}
	if err := r.tx.Create(&r.items).Error; err != nil {
		return nil, err
	}
	_, err = r.deliver(text, to, text.next(""))
	return text, err
}

// carry makes the message that passes the other one on. The same post may have had the first already, so it is one of its own.
func (r *reroute) carry(why, brief string) (*Text, error) {
	tx, s := r.tx, &r.source
	r.m = outbox.Message{EstateID: s.EstateID, AboutID: s.AboutID, CaseID: s.CaseID, Kind: Rerouted, Body: "{}", Priority: s.Priority, State: outbox.Done, DueAt: tx.Now, CreatedAt: tx.Now, DoneAt: &tx.Now}
	if slices.Contains(covered, s.Kind) {
		r.m.CaseID = 0 // as little to be seen in the case as what it passes on
	}
	if err := tx.Create(&r.m).Error; err != nil {
		return nil, err
	}
	text := r.text
	text.ID, text.MessageID, text.Position, text.CreatedAt = 0, r.m.ID, 0, tx.Now
	text.Body = r.night.words(short(why+strings.TrimSuffix(text.Body, byNight), maxBody), text.Priority, text.Channels, tx.Now)
	data, err := remark(text.Template, text.Data, brief)
	if err != nil {
		return nil, err
	}
	text.Data = data
	return &text, tx.Create(&text).Error
}

// unread says which office has not read for how long.
func (r *reroute) unread() (who, since string, err error) {
	a := &r.rows[0]
	names, err := org.Organisations(r.tx, r.organisations())
	if err != nil {
		return "", "", err
	}
	var list []string
	for _, id := range r.organisations() {
		list = append(list, names[id].Name)
	}
	var first int
	err = r.tx.Model(&Ack{}).Select("MIN(step)").Where("source_id = ? AND office_id = ? AND organisation_id = ?", a.SourceID, a.OfficeID, a.OrganisationID).Scan(&first).Error
	return strings.Join(list, "、"), a.lasting(a.Step-first+1) + a.left(), err
}

// left words what the office has not done.
func (a *Ack) left() string {
	if a.MustAct {
		return "未办"
	}
	return "未读"
}

// lasting words how long so many steps of an ack are.
func (a *Ack) lasting(steps int) string {
	words := lasting(time.Duration(a.Patience*steps) * time.Second)
	if a.Working {
		return "上班时间" + words
	}
	return words
}

// lasting words a time.
func lasting(d time.Duration) string {
	switch hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute); {
	case hours == 0:
		return fmt.Sprintf("%d分钟", minutes)
	case minutes == 0:
		return fmt.Sprintf("%d小时", hours)
	default:
		return fmt.Sprintf("%d小时%d分钟", hours, minutes)
	}
}
