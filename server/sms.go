package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/notify"
	"github.com/linli-city/linli/notify/sms"
	"github.com/linli-city/linli/server/session"
	"github.com/linli-city/linli/server/web"
)

// texter is what sends short messages and knows what became of them.
type texter interface {
	sms.Sender
	sms.Finder
}

// openTexts opens the provider of short messages that is configured. Without one a sandbox plays it, and with the real WeChat
// there are none.
func (a *app) openTexts(context.Context) error {
	switch {
	case a.cfg.SMS():
		a.texter = sms.New(sms.Config{KeyID: a.cfg.SMSKeyID, Secret: a.cfg.SMSKeySecret.Value(), Sign: a.cfg.SMSSign, Templates: a.cfg.SMSTemplates.IDs(),
			Endpoint: a.cfg.SMSEndpoint, Logger: a.log})
	case a.cfg.Sandbox():
		box, err := sms.OpenSandbox(sms.SandboxOptions{Now: a.db.Now, Book: filepath.Join(a.cfg.Data, "sandbox-texts.jsonl")})
		if err != nil {
			return err
		}
		a.closers = append(a.closers, func() { _ = box.Close() })
		a.texts, a.texter = box, box
	}
	return nil
}

// newCodes has codes sent by whatever sends short messages, if anything does.
func (a *app) newCodes() *session.Codes {
	if a.texter == nil {
		return session.NewCodes(a.db, a.vault, nil)
	}
	return session.NewCodes(a.db, a.vault, codeTexts{a.texter, a.db.Now})
}

// codeTexts sends codes as short messages.
type codeTexts struct {
	texter
	now clock
}

// Code sends one. Where the answer is lost, the provider is asked what became of it: nobody is told to ask for another code
// when the first is on its way.
func (t codeTexts) Code(ctx context.Context, key, phone, code string) error {
	since := t.now()
	_, err := t.Send(ctx, sms.NewCode(key, phone, code))
	if !sms.Uncertain(err) {
		return err
	}
	if _, found, _, looked := t.Find(ctx, phone, key, since); looked == nil && found {
		return nil
	}
	return fmt.Errorf("%w: %w", session.ErrTextUnsure, err)
}

// smsWay reaches people by a short message that says what it is about and where, nil where there is no provider.
func (a *app) smsWay() *notify.Way {
	if a.texter == nil {
		return nil
	}
	return &notify.Way{Channel: noticeTexts{a.texter}, Addresses: a.org.Phones, Shifts: complaint.DutyPhones, PerMinute: a.cfg.SMSPerMinute.N, PerDay: a.cfg.SMSPerDay.N}
}

// noticeTexts sends notices as short messages.
type noticeTexts struct{ texter }

// Send sends one.
func (t noticeTexts) Send(ctx context.Context, out notify.Outgoing) (string, error) {
	text := sms.NewNotice(out.Key, out.To, out.Title, out.Place)
	if out.Letter != "" {
		text = sms.NewLetter(out.Key, out.To, out.Title, out.Place, out.Letter)
	}
	id, err := t.texter.Send(ctx, text)
	if err != nil {
		// One phone that has had enough is no reason to let the channel rest.
		err = &notify.Failure{Permanent: sms.Permanent(err), Limited: sms.Limited(err) && !sms.OnePhone(err), Uncertain: sms.Uncertain(err), Err: err}
	}
	return id, err
}

// Find asks what became of one.
func (t noticeTexts) Find(ctx context.Context, out notify.Outgoing, since time.Time) (string, bool, error) {
	id, found, _, err := t.texter.Find(ctx, out.To, out.Key, since)
	return id, found, err
}

// Track asks whether one has arrived.
func (t noticeTexts) Track(ctx context.Context, out notify.Outgoing, since time.Time) (notify.Fate, error) {
	_, _, said, err := t.texter.Find(ctx, out.To, out.Key, since)
	if err != nil {
		return "", &notify.Failure{Limited: sms.Limited(err), Err: err}
	}
	return map[sms.Receipt]notify.Fate{sms.Arrived: notify.Arrived, sms.Failed: notify.Lost}[said], nil
}

// mountTexts shows what phones received in the sandbox, and lets it misbehave.
func mountTexts(site *web.Site, box *sms.Sandbox) {
	site.Unlisted(http.MethodGet, "/sandbox-texts", "the sandbox's short messages; never mounted with the real WeChat", func(c *gin.Context) {
		c.JSON(http.StatusOK, box.Messages())
	})
	// A page elsewhere must not be able to press this button.
	faults := http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var f sms.Fault
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&f)
		if err == nil {
			err = box.SetFault(f)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	site.Unlisted(http.MethodPost, "/sandbox-texts/faults", "makes the sandbox's short messages fail; never mounted with the real WeChat", func(c *gin.Context) {
		faults.ServeHTTP(c.Writer, c.Request)
	})
}
