package sandbox

import (
	"errors"
	"strconv"
	"time"
)

var errTap = errors.New("sandbox: a consent needs a template and a count of at least 1")

// Consent adds count consents of a person to be sent a template once each.
func (s *Sandbox) Consent(who, templateID string, count int) error {
	return s.ConsentTo(who, count, templateID)
}

// ConsentTo is a person tapping "allow" count times, each time for all of the templates.
func (s *Sandbox) ConsentTo(who string, count int, templateIDs ...string) error {
	return s.answer(who, count, "accept", templateIDs)
}

// Refuse is a person tapping "cancel" for the templates. What they allowed before stays.
func (s *Sandbox) Refuse(who string, templateIDs ...string) error {
	return s.answer(who, 1, "reject", templateIDs)
}

// answer is a person answering the dialog, which WeChat then pushes.
func (s *Sandbox) answer(who string, count int, status string, templateIDs []string) error {
	if !named(templateIDs) || count <= 0 || count > mostPeople {
		return errTap
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.consents) >= mostPeople {
		return ErrFull
	}
	tag, p, err := s.meet(who)
	if err != nil {
		return err
	}
	list := make([]choice, len(templateIDs))
	for i, id := range templateIDs {
		list[i] = choice{TemplateID: id, Status: status, Scene: "0"}
		if status != "accept" {
			continue
		}
		if err := s.book.write(line{Kind: kindConsent, At: s.now(), Tag: tag, Name: p.name, Template: id, Count: count}); err != nil {
			return err
		}
		s.consents[tag+id] += count
	}
	for range min(count, mostPushes) {
		s.tell(push{from: miniMark + tag, event: "subscribe_msg_popup_event", at: s.tap(p), list: list})
	}
	return nil
}

// Block is a person switching templates off in WeChat's settings.
func (s *Sandbox) Block(who string, templateIDs ...string) error {
	if !named(templateIDs) {
		return errTap
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tag, p, err := s.meet(who)
	if err != nil {
		return err
	}
	list := make([]choice, len(templateIDs))
	for i, id := range templateIDs {
		list[i] = choice{TemplateID: id, Status: "reject"}
		if err := s.book.write(line{Kind: kindBlock, At: s.now(), Tag: tag, Name: p.name, Template: id}); err != nil {
			return err
		}
		delete(s.consents, tag+id)
	}
	s.tell(push{from: miniMark + tag, event: "subscribe_msg_change_event", at: s.tap(p), list: list})
	return nil
}

// named reports that there are templates and each has an id.
func named(templateIDs []string) bool {
	for _, id := range templateIDs {
		if id == "" {
			return false
		}
	}
	return len(templateIDs) > 0
}

// tap is when a person next taps: nobody taps twice in a second, and WeChat tells taps apart by it.
func (s *Sandbox) tap(p *person) time.Time {
	at := s.now().Truncate(time.Second)
	if !at.After(p.tapped) {
		at = p.tapped.Add(time.Second)
	}
	p.tapped = at
	return at
}

// received tells that a message came to a phone.
func (s *Sandbox) received(m *Message) {
	s.tell(push{from: m.OpenID, event: "subscribe_msg_sent_event", at: m.At, list: []choice{{TemplateID: m.TemplateID, MsgID: strconv.FormatInt(m.MsgID, 10), ErrorCode: "0", ErrorStatus: "success"}}})
}

// Consents tells how many messages of a template a person still takes.
func (s *Sandbox) Consents(who, templateID string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.consents[tagOf(who)+templateID]
}
