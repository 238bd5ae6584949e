package sms_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/linli-city/linli/notify/channeltest"
	"github.com/linli-city/linli/notify/sms"
	"github.com/linli-city/linli/notify/sms/smstest"
)

// impatient is how long a client waits for a host that says nothing.
const impatient = time.Second

// TestContractClient holds the real client to what every channel promises, before a provider that checks each signature.
func TestContractClient(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{Find: true, Open: openClient})
}

func openClient(t *testing.T) *channeltest.World {
	p := smstest.New(time.Now)
	front := channeltest.NewFront(t, channeltest.FrontOptions{Provider: p, Quote: func(text string) string {
		raw, _ := json.Marshal(map[string]string{"Code": "isv.ACCOUNT_ABNORMAL", "Message": text, "RequestId": text})
		return string(raw)
	}})
	client := func(timeout time.Duration) *sms.Client {
		return sms.New(sms.Config{KeyID: p.KeyID, Secret: p.Secret, Sign: "邻里", Templates: p.Codes(), Endpoint: front.URL, Timeout: timeout})
	}
	w := worldOf(client(20 * time.Second))
	w.Waiting = front.Waiting()
	w.Secrets = func() []string { return []string{p.KeyID, p.Secret, phone} }
	w.Arrived = func() (all []channeltest.Arrival) {
		for _, m := range p.Texts() {
			all = append(all, channeltest.Arrival{To: m.Phone, Words: fmt.Sprint(m.Params)})
		}
		return all
	}
	w.Play = func(k channeltest.Trouble) bool {
		switch k {
		case channeltest.Limited:
			p.Refuse("isv.BUSINESS_LIMIT_CONTROL")
			return true
		case channeltest.None:
			p.Refuse("")
		case channeltest.Silent:
			hasty := worldOf(client(impatient))
			w.Send, w.Find = hasty.Send, hasty.Find
		}
		return front.Play(k)
	}
	return w
}

// TestContractSandbox holds the sandbox to the same.
func TestContractSandbox(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Subject{Find: true, Open: openSandbox})
}

func openSandbox(t *testing.T) *channeltest.World {
	box := openBox(t, sms.SandboxOptions{Now: time.Now, Patience: 100 * time.Millisecond})
	w := worldOf(box)
	w.Secrets = func() []string { return []string{phone} }
	w.Arrived = func() (all []channeltest.Arrival) {
		for _, m := range box.Messages() {
			all = append(all, channeltest.Arrival{To: m.Phone, Words: m.Text})
		}
		return all
	}
	w.Play = func(k channeltest.Trouble) bool {
		mode, can := map[channeltest.Trouble]string{channeltest.None: sms.Fine, channeltest.Dead: sms.Down, channeltest.Silent: sms.Slow, channeltest.Garbage: sms.Garbage,
			channeltest.Broken: sms.Busy, channeltest.Lost: sms.Lost, channeltest.Limited: sms.Limit}[k]
		return can && box.SetFault(sms.Fault{Mode: mode}) == nil
	}
	return w
}

// worldOf is a channel as the notifier will have it: any message goes as a notice with its title and place.
func worldOf(s interface {
	sms.Sender
	sms.Finder
}) *channeltest.World {
	notice := func(to string, n int) channeltest.Outgoing {
		title := fmt.Sprintf("停水通知%02d", n)
		return channeltest.Outgoing{Key: fmt.Sprintf("linli-%d", n), To: to, Title: title, Body: "凤凰树小区", Data: map[string]string{"title": title, "place": "凤凰树小区"}}
	}
	return &channeltest.World{
		Send: func(ctx context.Context, out channeltest.Outgoing) (string, error) {
			return s.Send(ctx, sms.NewNotice(out.Key, out.To, out.Title, out.Body))
		},
		Find: func(ctx context.Context, out channeltest.Outgoing, since time.Time) (string, bool, error) {
			id, found, _, err := s.Find(ctx, out.To, out.Key, since)
			return id, found, err
		},
		Good: func(n int) channeltest.Outgoing { return notice(phone, n) },
		Bad:  notice("1390000", 1),
		Classify: func(err error) channeltest.Verdict {
			return channeltest.Verdict{Permanent: sms.Permanent(err), Limited: sms.Limited(err), Uncertain: sms.Uncertain(err)}
		},
	}
}
