package assembly

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// Visit is what a browser has begun or proved on a voting link. A stranger who holds the link, or knows an owner's phone, gets nowhere
// with what another browser began, and takes nothing from it.
type Visit struct {
	ID         int64 `gorm:"primaryKey"`
	LinkID     int64
	Way        string // code: asked for a phone's code; wechat: left for WeChat; person: came back as somebody
	SecretHash string
	ClientHash string // of the browser
	PersonID   int64
	UsedAt     *time.Time
	ExpiresAt  time.Time
}

// TableName names the table.
func (Visit) TableName() string { return "link_visits" }

const (
	codeVisit   = 10 * time.Minute // as long as a code lives
	wechatVisit = 10 * time.Minute
	// PersonVisit is how long somebody stays proved on a link.
	PersonVisit = 30 * time.Minute
)

// Faults of proving who somebody is on a link.
var (
	ErrOtherBrowser = fault.New(fault.Conflict, "link.other_browser", "这个验证码不是在这个页面要的。请点“再发一次短信”，填新收到的数字；刚要过的，请过一分钟再点")
	ErrWeChatStale  = fault.New(fault.Conflict, "link.wechat_stale", "微信登录已经过期或者用过了，请再点一次“用微信登录”，或者用短信验证码")
	ErrWeChatOwner  = fault.New(fault.Forbidden, "link.wechat_owner", "这个微信没有绑定这套房屋的业主。请用业主登记的手机号收短信验证码，或者用纸质表决票")
)

// CodeAsked notes which browser had a code sent to a phone: it alone may try the code, so that nobody else uses its tries up.
// Fault: ErrNoLink.
func (s *Service) CodeAsked(ctx context.Context, token, phone, client string) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		l, _, _, err := byLink(tx, token)
		if err != nil {
			return err
		}
		v := Visit{LinkID: l.ID, Way: "code", SecretHash: s.phoneSecret(l, phone), ClientHash: tokenHash(client), ExpiresAt: tx.Now.Add(codeVisit)}
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "secret_hash"}}, DoUpdates: clause.AssignmentColumns([]string{"client_hash", "expires_at"})}).Create(&v).Error
	})
}

func (s *Service) phoneSecret(l *Link, phone string) string {
	return tokenHash(fmt.Sprint(l.ID, " ", s.o.Vault.Index("phone", phone)))
}

// MayTryCode refuses a browser that did not ask for the code of a phone.
// Faults: ErrNoLink, ErrOtherBrowser.
func (s *Service) MayTryCode(ctx context.Context, token, phone, client string) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		l, _, _, err := byLink(tx, token)
		if err != nil {
			return err
		}
		var v Visit
		err = tx.Where("secret_hash = ? AND client_hash = ? AND expires_at > ?", s.phoneSecret(l, phone), tokenHash(client), tx.Now).Take(&v).Error
		return store.NotFound(err, ErrOtherBrowser)
	})
}

// LeaveForWeChat gives the state with which a browser goes to WeChat and comes back: of this link and this browser, for ten minutes, once.
// Faults: ErrNoLink, ErrLinkOver.
func (s *Service) LeaveForWeChat(ctx context.Context, token, client string) (state string, err error) {
	state = rand.Text()
	return state, s.db.InTx(ctx, func(tx *store.Tx) error {
		l, m, _, err := byLink(tx, token)
		if err != nil {
			return err
		}
		if l.over(m, tx.Now) {
			return ErrLinkOver
		}
		return tx.Create(&Visit{LinkID: l.ID, Way: "wechat", SecretHash: tokenHash(state), ClientHash: tokenHash(client), ExpiresAt: tx.Now.Add(wechatVisit)}).Error
	})
}

// BackFromWeChat spends a state.
// Faults: ErrNoLink, ErrWeChatStale.
func (s *Service) BackFromWeChat(ctx context.Context, token, client, state string) error {
	return s.db.InTx(ctx, func(tx *store.Tx) error {
		l, _, _, err := byLink(tx, token)
		if err != nil {
			return err
		}
		res := tx.Model(&Visit{}).Where("secret_hash = ? AND way = 'wechat' AND link_id = ? AND client_hash = ? AND used_at IS NULL AND expires_at > ?", tokenHash(state), l.ID, tokenHash(client), tx.Now).Update("used_at", tx.Now)
		if res.Error == nil && res.RowsAffected == 0 {
			return ErrWeChatStale
		}
		return res.Error
	})
}

// OpenAs gives the ticket by which a person whom WeChat named is known on a link, where they are an owner of its seat.
// Faults: ErrNoLink, ErrWeChatOwner.
func (s *Service) OpenAs(ctx context.Context, token, client string, person int64) (ticket string, err error) {
	ticket = rand.Text() + rand.Text()
	return ticket, s.db.InTx(ctx, func(tx *store.Tx) error {
		l, _, seat, err := byLink(tx, token)
		if err != nil {
			return err
		}
		if err := owns(tx, seat, person); err != nil {
			return err
		}
		return tx.Create(&Visit{LinkID: l.ID, Way: "person", SecretHash: tokenHash(ticket), ClientHash: tokenHash(client), PersonID: person, ExpiresAt: tx.Now.Add(PersonVisit)}).Error
	})
}

// PersonOf gives whose ticket it is, for as long as it lives and they own the seat.
// Faults: ErrNoLink, ErrWeChatStale, ErrWeChatOwner.
func (s *Service) PersonOf(ctx context.Context, token, client, ticket string) (person int64, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		l, _, seat, err := byLink(tx, token)
		if err != nil {
			return err
		}
		var v Visit
		err = tx.Where("secret_hash = ? AND way = 'person' AND link_id = ? AND client_hash = ? AND expires_at > ?", tokenHash(ticket), l.ID, tokenHash(client), tx.Now).Take(&v).Error
		if err != nil {
			return store.NotFound(err, ErrWeChatStale)
		}
		person = v.PersonID
		return owns(tx, seat, person)
	})
	return person, err
}

func owns(tx *store.Tx, seat *Seat, person int64) error {
	all, err := holdings(tx, []int64{seat.HolderSetID})
	if err != nil {
		return err
	}
	if h := all[seat.HolderSetID]; person == 0 || !slices.Contains(h.persons, person) {
		return ErrWeChatOwner
	}
	return nil
}

// PurgeVisits deletes what is over for an hour, at most 5,000 rows at a time.
func (s *Service) PurgeVisits(ctx context.Context) (int64, error) {
	var n int64
	err := s.db.InTx(ctx, func(tx *store.Tx) error {
		var ids []int64
		if err := tx.Model(&Visit{}).Where("expires_at < ?", tx.Now.Add(-time.Hour)).Limit(5000).Pluck("id", &ids).Error; err != nil {
			return err
		}
		n = int64(len(ids))
		for part := range slices.Chunk(ids, 900) {
			if err := tx.Where("id IN ?", part).Delete(&Visit{}).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
