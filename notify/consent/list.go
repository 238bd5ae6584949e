package consent

import (
	"context"
	"fmt"

	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
)

// Held says in words what still comes to the person's phone.
type Held struct {
	Template string // the plan's name
	Name     string
	Says     string
	Stock    int
}

// List says of each template what the actor still takes. Fault: ErrNoAccount.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Held, error) {
	if err := actor.Must(org.UseInbox); err != nil {
		return nil, err
	}
	rows, _, err := s.rows(ctx, actor)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	list := make([]Held, len(s.templates))
	for i := range s.templates {
		t := &s.templates[i]
		r := rows[t.name]
		list[i] = Held{Template: t.name, Name: t.title, Says: says(r, t), Stock: r.Stock}
	}
	return list, nil
}

func says(r Subscription, t *template) string {
	switch {
	case r.Keeps == KeepsNothing:
		return t.title + "：您在微信里关闭了本小程序的通知，不会发到微信；消息都在“我的消息”里。要收到，请在小程序右上角“…”的“设置”里打开"
	case r.Keeps == KeepsReject, r.ClosedWhy == ByPerson:
		return t.title + "：您在微信里设为不接收，不会发到微信；消息都在“我的消息”里。要收到，请在小程序右上角“…”的“设置”里打开"
	case r.ClosedWhy == ByBan:
		return t.title + "：微信暂时停用了这类通知；消息都在“我的消息”里"
	case r.ClosedAt == nil && r.endless(t):
		return t.title + "：一直可以收到"
	case r.ClosedAt == nil && r.Stock > 0:
		return fmt.Sprintf("%s：还可以收到%d条", t.title, r.Stock)
	}
	return t.title + "：现在不会发到微信；消息都在“我的消息”里。需要时请在小程序里再点一次同意"
}

// Kept is everything that the ledger has about a person.
type Kept struct {
	Subscriptions []Subscription
	Entries       []Entry // newest first, at most 1,000
}

// Export gives the actor what is kept about them (PIPL art. 45).
func (s *Service) Export(ctx context.Context, actor org.Actor) (*Kept, error) {
	if err := actor.Must(org.ManageSelf); err != nil {
		return nil, err
	}
	k := &Kept{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.Where("person_id = ?", actor.PersonID).Order("open_id, template").Find(&k.Subscriptions).Error; err != nil || len(k.Subscriptions) == 0 {
			return err
		}
		return tx.Where("open_id IN (?)", accountsOf(tx, actor.PersonID)).Order("id DESC").Limit(1000).Find(&k.Entries).Error
	})
	if err != nil {
		return nil, fmt.Errorf("export consents: %w", err)
	}
	return k, nil
}
