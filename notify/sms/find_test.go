package sms_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/linli-city/linli/notify/sms"
)

// TestFindReadsEveryPageAndDay: a text is found wherever in the list it stands, on the day in Shanghai that it was sent.
func TestFindReadsEveryPageAndDay(t *testing.T) {
	t.Parallel()
	s := newService(t)
	c := s.client()
	send := func(key string) {
		t.Helper()
		if _, err := c.Send(t.Context(), sms.NewNotice(key, phone, "停水通知", "凤凰树小区")); err != nil {
			t.Fatal(err)
		}
	}
	s.pass(14 * time.Hour) // 23:00 in Shanghai
	since := s.now()
	send("first")
	for i := range 120 {
		send(fmt.Sprintf("more-%d", i))
	}
	s.pass(2 * time.Hour) // the next day there, the same day in UTC
	send("tomorrow")
	for _, key := range []string{"first", "more-60", "more-119", "tomorrow"} {
		if _, found, said, err := c.Find(t.Context(), phone, key, since); !found || said != sms.Arrived || err != nil {
			t.Errorf("%s: %v, %v, %v", key, found, said, err)
		}
	}
	before := s.Pages()
	if _, found, _, err := c.Find(t.Context(), phone, "never", since); found || err != nil {
		t.Errorf("never sent: %v, %v", found, err)
	}
	if n := s.Pages() - before; n != 1+3 {
		t.Errorf("%d pages were read, of one text today and 121 yesterday", n)
	}
	if _, found, _, err := c.Find(t.Context(), "13900009999", "first", since); found || err != nil {
		t.Errorf("another phone's: %v, %v", found, err)
	}
	if _, found, _, err := c.Find(t.Context(), phone, "first", s.now()); found || err != nil {
		t.Errorf("before the time asked about: %v, %v", found, err)
	}
}

// TestFindAcrossMidnight: the provider's clock may stand a little before ours.
func TestFindAcrossMidnight(t *testing.T) {
	t.Parallel()
	s := newService(t)
	c := s.client()
	s.pass(15*time.Hour - time.Second) // 23:59:59 in Shanghai
	if _, err := c.Send(t.Context(), sms.NewNotice("k", phone, "停水通知", "凤凰树小区")); err != nil {
		t.Fatal(err)
	}
	s.pass(2 * time.Second)
	if _, found, _, err := c.Find(t.Context(), phone, "k", s.now()); !found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
}

// TestFindTellsWhatArrived: a text that waits for its receipt or failed was taken all the same.
func TestFindTellsWhatArrived(t *testing.T) {
	t.Parallel()
	s := newService(t)
	c := s.client()
	since := s.now()
	for range 2 { // sent twice: one of them may arrive
		if _, err := c.Send(t.Context(), sms.NewNotice("k", phone, "停水通知", "凤凰树小区")); err != nil {
			t.Fatal(err)
		}
	}
	for status, want := range map[int]sms.Receipt{1: sms.Awaited, 2: sms.Failed, 3: sms.Arrived, 9: sms.Awaited} {
		s.Settle("k", status)
		if _, found, said, err := c.Find(t.Context(), phone, "k", since); !found || said != want || err != nil {
			t.Errorf("status %d: %v, %v, %v", status, found, said, err)
		}
	}
}

// TestFindKnowsItsBounds: what cannot be known is an error and not "not found".
func TestFindKnowsItsBounds(t *testing.T) {
	t.Parallel()
	s := newService(t)
	c := s.client()
	if _, err := c.Send(t.Context(), sms.NewNotice("old", phone, "停水通知", "凤凰树小区")); err != nil {
		t.Fatal(err)
	}
	since := s.now()
	s.pass(29 * 24 * time.Hour)
	if _, found, _, err := c.Find(t.Context(), phone, "old", since); !found || err != nil {
		t.Errorf("on the last day that is remembered: %v, %v", found, err)
	}
	s.pass(24 * time.Hour)
	before := s.Pages()
	if _, found, _, err := c.Find(t.Context(), phone, "old", since); found || err == nil {
		t.Errorf("forgotten by the provider: %v, %v", found, err)
	}
	if n := s.Pages() - before; n != 30 {
		t.Errorf("%d days were asked about", n)
	}
	for i := range 501 {
		if _, err := c.Send(t.Context(), sms.NewNotice(fmt.Sprint("k", i), phone, "停水通知", "凤凰树小区")); err != nil {
			t.Fatal(err)
		}
	}
	if _, found, _, err := c.Find(t.Context(), phone, "never", s.now()); found || err == nil {
		t.Errorf("more than is looked through: %v, %v", found, err)
	}
	for _, bad := range [][2]string{{"139", "k"}, {phone, ""}, {phone, "k k"}} {
		if _, found, _, err := c.Find(t.Context(), bad[0], bad[1], since); found || !sms.Permanent(err) {
			t.Errorf("%v: %v, %v", bad, found, err)
		}
	}
}

// TestFindBelievesNoHalfList: a list without a count, or shorter than its count, says nothing about a text that is not on it.
func TestFindBelievesNoHalfList(t *testing.T) {
	t.Parallel()
	const row = `{"OutId":"k","SendStatus":"3"}`
	for body, want := range map[string]struct{ found, fails bool }{
		`{"Code":"OK","TotalCount":1,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[` + row + `]}}`:                              {found: true},
		`{"Code":"OK","TotalCount":2,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[` + row + `,{"OutId":"k","SendStatus":2}]}}`: {found: true}, // sent twice
		`{"Code":"OK","TotalCount":"0","SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}`:                                       {},
		`{"Code":"OK","TotalCount":0}`:                                                                            {},
		`{"Code":"OK","TotalCount":3,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}`:                                {fails: true},
		`{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}`:                                               {fails: true},
		`{"Code":"OK","TotalCount":"many"}`:                                                                       {fails: true},
		`{"Code":"OK","TotalCount":1,"SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"OutId":"k","SendStatus":"ja"}]}}`: {fails: true},
		`{"Code":"isv.INVALID_PARAMETERS"}`:                                                                       {fails: true},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
		_, found, said, err := clientOf(srv.URL).Find(t.Context(), phone, "k", time.Now())
		srv.Close()
		if found != want.found || (said == sms.Arrived) != want.found || (err != nil) != want.fails {
			t.Errorf("%s: %v, %v, %v", body, found, said, err)
		}
	}
}
