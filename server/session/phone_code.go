package session

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// PhoneCode is a code that was sent to a phone. A right one gives a ticket, which stands for the phone for a short time.
type PhoneCode struct {
	ID          int64 `gorm:"primaryKey"`
	PhoneIndex  string
	PhoneSealed string
	CodeDigest  string
	Tries       int
	TicketHash  *string
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

// Texter sends a code to a phone. The key is that of this one code, for providers that can tell what became of a text. Its error
// is ErrTextUnsure where the text may have gone out all the same.
type Texter interface {
	Code(ctx context.Context, key, phone, code string) error
}

// Codes prove that somebody without an account holds a phone.
type Codes struct {
	db     *store.DB
	vault  *vault.Vault
	texter Texter
}

// NewCodes makes the store of codes; texter is nil where the city has no text messages.
func NewCodes(db *store.DB, v *vault.Vault, texter Texter) *Codes {
	return &Codes{db: db, vault: v, texter: texter}
}

// How long a code and a ticket live, how often a code may be tried, and how many a phone gets.
const (
	codeFor   = 10 * time.Minute
	TicketFor = 30 * time.Minute
	maxTries  = 5
	pause     = time.Minute
	perHour   = 5
	perDay    = 10
)

// Faults of codes.
var (
	ErrNoTexts     = fault.New(fault.Closed, "phone.no_texts", "本市还没有开通短信验证，请到社区窗口办理")
	ErrManyCodes   = fault.New(fault.Limited, "phone.many_codes", "验证码要得太频繁了，请稍后再试；收不到短信时请到社区窗口办理")
	ErrCodeSent    = fault.New(fault.Limited, "phone.code_sent", "验证码已发出，请查收；一分钟后还没有收到的，可以再要一次")
	ErrTextUnsure  = fault.New(fault.Unavailable, "phone.text_unsure", "短信可能没有发出去。收到了可以直接填；一分钟后还没有收到的，请再要一次，或者到社区窗口办理")
	ErrTextFailed  = fault.New(fault.Unavailable, "phone.text_failed", "短信没有发出去，请稍后再试，或者到社区窗口办理")
	ErrCode        = fault.New(fault.Invalid, "phone.wrong_code", "验证码不对或已过期，请核对；错了5次请重新获取")
	ErrPhoneTicket = fault.New(fault.Unauthenticated, "phone.ticket", "手机验证已过期，请重新获取验证码")
)

// Send sends a new code, which takes the place of an earlier one.
// Faults: ErrNoTexts, ErrManyCodes, ErrCodeSent, ErrTextFailed, ErrTextUnsure, fault.ErrInvalid.
func (c *Codes) Send(ctx context.Context, phone string) error {
	if !org.ValidPhone(phone) {
		return fault.ErrInvalid.With(fault.Field{Path: "phone", Reason: "请填写11位手机号"})
	}
	if c.texter == nil {
		return ErrNoTexts
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("phone code: %w", err)
	}
	code := fmt.Sprintf("%06d", n)
	row := PhoneCode{PhoneIndex: c.vault.Index("phone", phone), PhoneSealed: c.vault.Seal(phone, "phone_codes.phone"), CodeDigest: c.vault.Index("phone.code", phone+" "+code)}
	err = c.db.InTx(ctx, func(tx *store.Tx) error {
		// One at a time: twenty taps at once must not all find that nothing was sent. A few hundred gates serve all phones.
		if err := store.Gate(tx, "phone-code."+row.PhoneIndex[len(row.PhoneIndex)-2:]); err != nil {
			return err
		}
		var sent []PhoneCode
		err := tx.Where("phone_index IN ? AND created_at > ?", c.vault.Indexes("phone", phone), tx.Now.Add(-24*time.Hour)).Order("id DESC").Limit(perDay).Find(&sent).Error
		if err != nil {
			return err
		}
		within := func(d time.Duration) (n int) {
			for _, code := range sent {
				if tx.Now.Sub(code.CreatedAt) < d {
					n++
				}
			}
			return n
		}
		if within(pause) > 0 && sent[0].TicketHash == nil && sent[0].Tries < maxTries {
			return ErrCodeSent.After(int(pause.Seconds())) // a double tap: the first one's code still works
		}
		if len(sent) >= perDay || within(time.Hour) >= perHour || within(pause) > 0 {
			return ErrManyCodes.After(int(pause.Seconds()))
		}
		row.ID, row.CreatedAt, row.ExpiresAt = 0, tx.Now, tx.Now.Add(codeFor)
		return tx.Create(&row).Error
	})
	if err != nil {
		return err
	}
	err = c.texter.Code(ctx, fmt.Sprintf("linli-code-%d", row.ID), phone, code)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrTextUnsure):
		return err
	}
	return errors.Join(fmt.Errorf("%w: %w", ErrTextFailed, err), c.unsend(ctx, row.ID))
}

// unsendPatience bounds what is put right for a caller who may have left.
const unsendPatience = 5 * time.Second

// unsend forgets a code that certainly never left: the next tap must not hear that it was sent, and the phone has had none.
func (c *Codes) unsend(ctx context.Context, id int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unsendPatience)
	defer cancel()
	return c.db.InTx(ctx, func(tx *store.Tx) error {
		return tx.Where("id = ? AND ticket_hash IS NULL", id).Delete(&PhoneCode{}).Error
	})
}

// Check gives a ticket for the last code that was sent to a phone. A code works once.
// Fault: ErrCode.
func (c *Codes) Check(ctx context.Context, phone, code string) (string, error) {
	return c.check(ctx, phone, code, func(int64) string {
		raw := make([]byte, 32)
		_, _ = rand.Read(raw)
		return "lp_" + base64.RawURLEncoding.EncodeToString(raw)
	})
}

// CheckForm is Check for a page's form: the same form sent again, by a double tap or a reload, gets the same ticket for as
// long as it lives; for any other form the code is spent. ref is the form's own random number.
// Fault: ErrCode.
func (c *Codes) CheckForm(ctx context.Context, phone, code, ref string) (string, error) {
	if len(ref) < minRef {
		return c.Check(ctx, phone, code)
	}
	return c.check(ctx, phone, code, func(row int64) string {
		digest := c.vault.Index("phone.ticket", fmt.Sprint(row, " ", phone, " ", code, " ", ref))
		return "lp_" + digest[len(digest)-48:]
	})
}

// minRef is how long a form's number must be to be nobody's guess.
const minRef = 20

func (c *Codes) check(ctx context.Context, phone, code string, ticketOf func(row int64) string) (string, error) {
	ticket, right := "", false
	// A wrong try is kept, so the transaction commits either way.
	err := c.db.InTx(ctx, func(tx *store.Tx) error {
		right = false
		var rows []PhoneCode
		if err := tx.ForUpdate().Where("phone_index IN ?", c.vault.Indexes("phone", phone)).Order("id DESC").Limit(1).Find(&rows).Error; err != nil {
			return err
		}
		if len(rows) == 0 || !rows[0].ExpiresAt.After(tx.Now) {
			return nil
		}
		ticket = ticketOf(rows[0].ID)
		if spent := rows[0].TicketHash; spent != nil {
			right = *spent == hash(ticket)
			return nil
		}
		res := tx.Model(&PhoneCode{}).Where("id = ? AND tries = ? AND tries < ? AND ticket_hash IS NULL", rows[0].ID, rows[0].Tries, maxTries).Update("tries", rows[0].Tries+1)
		if res.Error != nil || res.RowsAffected == 0 || !slices.Contains(c.vault.Indexes("phone.code", phone+" "+code), rows[0].CodeDigest) {
			return res.Error
		}
		h := hash(ticket)
		res = tx.Model(&PhoneCode{}).Where("id = ? AND ticket_hash IS NULL", rows[0].ID).Updates(map[string]any{"ticket_hash": &h, "expires_at": tx.Now.Add(TicketFor)})
		if right = res.RowsAffected == 1; right || res.Error != nil {
			return res.Error
		}
		return nil
	})
	if err == nil && !right {
		err = ErrCode.With(fault.Field{Path: "code", Reason: ErrCode.Message})
	}
	if err != nil {
		return "", err
	}
	return ticket, nil
}

// Holder gives the phone that a ticket stands for.
// Fault: ErrPhoneTicket.
func (c *Codes) Holder(ctx context.Context, ticket string) (string, error) {
	var row PhoneCode
	err := c.db.View(ctx, func(tx *store.Tx) error {
		return store.NotFound(tx.Where("ticket_hash = ? AND expires_at > ?", hash(ticket), tx.Now).Take(&row).Error, ErrPhoneTicket)
	})
	if err != nil {
		return "", err
	}
	return c.vault.Open(row.PhoneSealed, "phone_codes.phone")
}

// Purge deletes codes that are two days old, at most 5,000 at a time: the limits look back one day.
func (c *Codes) Purge(ctx context.Context) (int64, error) {
	var n int64
	err := c.db.InTx(ctx, func(tx *store.Tx) error {
		var ids []int64
		if err := tx.Model(&PhoneCode{}).Where("expires_at < ?", tx.Now.Add(-48*time.Hour)).Limit(5000).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
			return err
		}
		res := tx.Where("id IN ?", ids).Delete(&PhoneCode{})
		n = res.RowsAffected
		return res.Error
	})
	return n, err
}
