package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/audit"
	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/notify/plan"
)

// Mode is what somebody wants of a kind of message outside the app. The inbox has everything.
type Mode string

// The modes.
const (
	On       Mode = "on"     // each at once
	Digested Mode = "digest" // all together once a day
	Off      Mode = "off"    // in the inbox alone
)

// Modes are all of them.
var Modes = []Mode{On, Digested, Off}

// Preference is what a person wants of one kind, at a post or, with post 0, as a resident.
type Preference struct {
	PersonID  int64  `gorm:"primaryKey;autoIncrement:false"`
	PostID    int64  `gorm:"primaryKey;autoIncrement:false"`
	Kind      string `gorm:"primaryKey"`
	Mode      Mode
	UpdatedAt time.Time
}

// DigestHour is when a person's digest goes out, in Shanghai.
type DigestHour struct {
	PersonID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Hour      int
	UpdatedAt time.Time
}

// usualHour is when a digest goes out unless its person chose another hour.
const usualHour = 18

// Preferences lets people choose what reaches their phones.
type Preferences struct {
	db    *store.DB
	night night
}

// NewPreferences wires them with the quiet hours, in which no digest goes out.
func NewPreferences(db *store.DB, q plan.Quiet) *Preferences {
	return &Preferences{db: db, night: night{q}}
}

// Choice is one kind with what somebody wants of it. Why is set where it cannot be switched off: the clause in words.
type Choice struct {
	Kind string
	Name string
	Mode Mode
	Why  string
}

// Choices are all kinds that may reach somebody, and when their digest goes out.
type Choices struct {
	Hour  int
	Kinds []Choice
}

// postOf is the post that somebody acts in, 0 for a resident.
func postOf(a org.Actor) int64 {
	if a.Post == nil {
		return 0
	}
	return a.Post.PostID
}

// kindsFor are the kinds that the plan tells residents of, or holders of posts.
func kindsFor(a org.Actor) []plan.Kind {
	told := map[string]bool{}
	for _, r := range plan.Default().Rows() {
		told[r.Kind] = told[r.Kind] || (len(r.To) > 0 && r.To[0].Personal() == (a.Post == nil))
	}
	return slices.DeleteFunc(plan.Default().Kinds(), func(k plan.Kind) bool { return !told[k.Code] })
}

func why(k plan.Kind) string {
	if !k.IsFixed() {
		return ""
	}
	return k.Fixed.Clause + "：" + k.Fixed.Reason
}

// Find shows what somebody chose, for the post they act in or as a resident. Faults: org.ErrForbidden.
func (p *Preferences) Find(ctx context.Context, a org.Actor) (*Choices, error) {
	if err := a.Must(org.UseInbox); err != nil {
		return nil, err
	}
	var found *Choices
	err := p.db.View(ctx, func(tx *store.Tx) (err error) { found, err = choices(tx, a); return err })
	return found, err
}

// Export gives everything that a person chose, at home and at every post, for that person (PIPL art. 45).
func (p *Preferences) Export(ctx context.Context, a org.Actor) (rows []Preference, hour int, err error) {
	if err := a.Must(org.ManageSelf); err != nil {
		return nil, 0, err
	}
	err = p.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.Where("person_id = ?", a.PersonID).Order("post_id, kind").Limit(1000).Find(&rows).Error; err != nil {
			return err
		}
		hour, err = hourOf(tx, a.PersonID)
		return err
	})
	return rows, hour, err
}

func hourOf(tx *store.Tx, person int64) (int, error) {
	var hours []int
	if err := tx.Model(&DigestHour{}).Where("person_id = ?", person).Pluck("hour", &hours).Error; err != nil || len(hours) == 0 {
		return usualHour, err
	}
	return hours[0], nil
}

func choices(tx *store.Tx, a org.Actor) (*Choices, error) {
	var rows []Preference
	if err := tx.Where("person_id = ? AND post_id = ?", a.PersonID, postOf(a)).Limit(100).Find(&rows).Error; err != nil {
		return nil, err
	}
	hour, err := hourOf(tx, a.PersonID)
	if err != nil {
		return nil, err
	}
	c := &Choices{Hour: hour}
	for _, k := range kindsFor(a) {
		choice := Choice{Kind: k.Code, Name: k.Name, Mode: On, Why: why(k)}
		for _, r := range rows {
			if r.Kind == k.Code && !k.IsFixed() {
				choice.Mode = r.Mode
			}
		}
		c.Kinds = append(c.Kinds, choice)
	}
	return c, nil
}

// Set changes the kinds that are named, and with an hour when the digest goes out; the rest stays. It shows what is chosen then.
// Faults: org.ErrForbidden, fault.ErrInvalid.
func (p *Preferences) Set(ctx context.Context, a org.Actor, hour *int, want map[string]Mode) (*Choices, error) {
	if err := a.Must(org.UseInbox); err != nil {
		return nil, err
	}
	if err := p.check(a, hour, want); err != nil {
		return nil, err
	}
	var found *Choices
	err := p.db.InTx(ctx, func(tx *store.Tx) error {
		var rows []Preference
		for _, k := range kindsFor(a) { // in one order, so that two who write at once do not wait for each other
			if mode, ok := want[k.Code]; ok {
				rows = append(rows, Preference{PersonID: a.PersonID, PostID: postOf(a), Kind: k.Code, Mode: mode, UpdatedAt: tx.Now})
			}
		}
		if len(rows) > 0 {
			if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&rows).Error; err != nil {
				return err
			}
		}
		detail := map[string]any{"kinds": want}
		if hour != nil {
			detail["hour"] = *hour
			if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&DigestHour{PersonID: a.PersonID, Hour: *hour, UpdatedAt: tx.Now}).Error; err != nil {
				return err
			}
		}
		if err := audit.Append(tx, a, "preference.set", audit.Subject{Kind: "person", ID: a.PersonID}, detail); err != nil {
			return err
		}
		var err error
		found, err = choices(tx, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("set preferences: %w", err)
	}
	return found, nil
}

func (p *Preferences) check(a org.Actor, hour *int, want map[string]Mode) error {
	var c fault.Checks
	if hour != nil {
		at := time.Date(2026, 1, 1, *hour, 0, 0, 0, org.Shanghai)
		c.Check(*hour >= 0 && *hour <= 23 && p.night.After(at).Equal(at), "digest_hour", "请选择0点至23点之间、不在夜间安静时段里的整点")
	}
	known := map[string]plan.Kind{}
	for _, k := range kindsFor(a) {
		known[k.Code] = k
	}
	for code, mode := range want {
		k, ok := known[code]
		c.Check(ok, "kinds."+code, "没有这一类消息")
		c.Check(slices.Contains(Modes, mode), "kinds."+code, "只能是 on、digest 或 off")
		c.Check(!ok || mode == On || !k.IsFixed(), "kinds."+code, fmt.Sprintf("“%s”不能关闭，也不能合并：%s", k.Name, why(k)))
	}
	return c.Err()
}

// wish is what somebody wants of a kind, and when their digest goes out.
type wish struct {
	Mode Mode
	Hour int
}

type wisher struct{ person, post int64 }

// wishes asks once what the people of some deliveries want. Whoever is missing wants each at once.
func wishes(tx *store.Tx, kind string, sends []Delivery) (map[wisher]wish, error) {
	people := make([]int64, len(sends))
	for i, s := range sends {
		people[i] = s.PersonID
	}
	var rows []struct {
		PersonID, PostID int64
		Mode             Mode
		Hour             int
	}
	err := tx.Table("preferences p").Select("p.person_id, p.post_id, p.mode, COALESCE(h.hour, ?) AS hour", usualHour).
		Joins("LEFT JOIN digest_hours h ON h.person_id = p.person_id").
		Where("p.person_id IN ? AND p.kind = ? AND p.mode <> ?", people, kind, On).Find(&rows).Error
	all := map[wisher]wish{}
	for _, r := range rows {
		all[wisher{r.PersonID, r.PostID}] = wish{r.Mode, r.Hour}
	}
	return all, err
}

// suit fits deliveries about a kind to what their people want, and to the quiet hours: some are left out, some wait for a digest.
// What presses, because somebody else did not read it, waits for no digest; an alarm reaches whoever holds a post.
func (n night) suit(tx *store.Tx, kind string, sends []Delivery, presses bool) ([]Delivery, error) {
	if len(sends) == 0 {
		return nil, nil
	}
	wants := map[wisher]wish{}
	if mayChoose(kind) {
		var err error
		if wants, err = wishes(tx, kind, sends); err != nil {
			return nil, err
		}
	}
	var kept []Delivery
	for _, s := range sends {
		who := wisher{person: s.PersonID}
		if s.RecipientKind == "post" {
			who.post = s.RecipientID
		}
		w := wants[who]
		if who.post != 0 && s.Priority == event.Alarm {
			w.Mode = On
		}
		switch {
		case w.Mode == Off:
			continue
		case w.Mode == Digested && !presses && slices.Contains(digestible, s.Channel):
			s.State, s.DueAt = Digest, nextDigest(tx.Now, w.Hour)
		default:
			s.DueAt = n.calm(s.Priority, s.RecipientID, s.DueAt)
		}
		kept = append(kept, s)
	}
	return kept, nil
}

// mayChoose reports whether people choose how a kind reaches them. One that was fixed since they chose is not theirs to choose.
func mayChoose(kind string) bool {
	return slices.ContainsFunc(plan.Default().Kinds(), func(k plan.Kind) bool { return k.Code == kind && !k.IsFixed() })
}

// ErasePreferences forgets what an erased person wanted.
func ErasePreferences(tx *store.Tx, person int64) error {
	if err := tx.Where("person_id = ?", person).Delete(&Preference{}).Error; err != nil {
		return err
	}
	return tx.Where("person_id = ?", person).Delete(&DigestHour{}).Error
}
