package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"regexp"
	"time"
	"unicode/utf8"
)

// person is somebody with a phone. Their ids differ in one letter around the same tag.
type person struct {
	name      string
	active    time.Time // last sign-in, for the content check
	following bool
	key       []byte    // session key of the last sign-in; not kept over a restart
	tapped    time.Time // the last answer or change
}

const (
	miniMark    = "oSBXm"
	serviceMark = "oSBXs"
	unionMark   = "oSBXu"
	// mostPeople bounds the people that are remembered.
	mostPeople = 1_000_000
)

var (
	shape = regexp.MustCompile(`^oSBX[msu]([A-Za-z0-9_-]{23})$`)
	// ErrPerson refuses a name that is empty or longer than 64 characters.
	ErrPerson = errors.New("sandbox: a person needs a name of at most 64 characters, or an openid of the sandbox")
	// ErrFull refuses more people than the sandbox remembers.
	ErrFull = errors.New("sandbox: too many people")
)

// OpenID is the mini-program openid of a person, by name or by any of their ids.
func OpenID(who string) string { return miniMark + tagOf(who) }

// ServiceOpenID is the service-account openid of a person.
func ServiceOpenID(who string) string { return serviceMark + tagOf(who) }

// UnionID is the unionid of a person, the same for both accounts.
func UnionID(who string) string { return unionMark + tagOf(who) }

// PartAccounts has WeChat tell no union ids from now on, as where the accounts are not bound to one open platform.
func (s *Sandbox) PartAccounts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apart = true
}

func (s *Sandbox) union(tag string) string {
	if s.apart {
		return ""
	}
	return unionMark + tag
}

func tagOf(who string) string {
	if m := shape.FindStringSubmatch(who); m != nil {
		return m[1]
	}
	sum := sha256.Sum256([]byte("linli sandbox person " + who))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:23]
}

// meet finds or makes a person.
func (s *Sandbox) meet(who string) (tag string, p *person, err error) {
	if who == "" || utf8.RuneCountInString(who) > 64 {
		return "", nil, ErrPerson
	}
	tag = tagOf(who)
	if p = s.people[tag]; p != nil {
		return tag, p, nil
	}
	if len(s.people) >= mostPeople {
		return "", nil, ErrFull
	}
	p = &person{}
	if !shape.MatchString(who) {
		p.name = who
	}
	s.people[tag] = p
	return tag, p, nil
}

// known finds a person by an openid of one account.
func (s *Sandbox) known(openID, mark string) *person {
	if m := shape.FindStringSubmatch(openID); m != nil && openID[:len(mark)] == mark {
		return s.people[m[1]]
	}
	return nil
}

// Follow has a person follow the service account.
func (s *Sandbox) Follow(who string) error { return s.follow(who, kindFollow) }

// Unfollow ends it.
func (s *Sandbox) Unfollow(who string) error { return s.follow(who, kindUnfollow) }

// Scan has a person scan a code of the service account, and follow it if they do not yet.
func (s *Sandbox) Scan(who, scene string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tag, p, err := s.meet(who)
	if err != nil {
		return err
	}
	e := push{service: true, from: serviceMark + tag, event: "SCAN", key: scene}
	if !p.following {
		if err := s.book.write(line{Kind: kindFollow, At: s.now(), Tag: tag, Name: p.name}); err != nil {
			return err
		}
		p.following, e.event, e.key = true, "subscribe", "qrscene_"+scene
	}
	e.at = s.tap(p)
	s.tell(e)
	return nil
}

// Write has a person write to the service account.
func (s *Sandbox) Write(who, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tag, p, err := s.meet(who)
	if err != nil {
		return err
	}
	s.tell(push{service: true, from: serviceMark + tag, text: text, at: s.tap(p)})
	return nil
}

// sceneCode makes a code of the service account.
func (s *Sandbox) sceneCode(c call) reply {
	var in struct {
		Expire int    `json:"expire_seconds"`
		Action string `json:"action_name"`
		Info   struct {
			Scene struct {
				Text string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}
	if !c.body(&in) {
		return badJSON
	}
	if in.Action != "QR_STR_SCENE" || in.Info.Scene.Text == "" || len(in.Info.Scene.Text) > 64 || in.Expire < 60 || in.Expire > 2592000 {
		return refuse(40053, "invalid action info")
	}
	return reply{"ticket": "sandbox-ticket", "expire_seconds": in.Expire, "url": "http://weixin.qq.com/q/sandbox-" + in.Info.Scene.Text}
}

func (s *Sandbox) follow(who, kind string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tag, p, err := s.meet(who)
	if err != nil {
		return err
	}
	if err := s.book.write(line{Kind: kind, At: s.now(), Tag: tag, Name: p.name}); err != nil {
		return err
	}
	p.following = kind == kindFollow
	s.tell(push{service: true, from: serviceMark + tag, event: map[bool]string{true: "subscribe", false: "unsubscribe"}[p.following], at: s.tap(p)})
	return nil
}

// replay takes one line of the book up again.
func (s *Sandbox) replay(l line) {
	if l.Kind == kindMessage {
		if l.Message.Channel == Mini {
			s.spend(tagOf(l.Message.OpenID), l.Message.TemplateID)
		}
		return
	}
	p := s.people[l.Tag]
	if p == nil {
		p = &person{}
		s.people[l.Tag] = p
	}
	if l.Name != "" {
		p.name = l.Name
	}
	switch l.Kind {
	case kindLogin:
		p.active = l.At
	case kindConsent:
		s.consents[l.Tag+l.Template] += l.Count
	case kindBlock:
		delete(s.consents, l.Tag+l.Template)
	case kindFollow, kindUnfollow:
		p.following = l.Kind == kindFollow
	}
}

// spend uses up one consent.
func (s *Sandbox) spend(tag, template string) {
	if s.consents[tag+template]--; s.consents[tag+template] <= 0 {
		delete(s.consents, tag+template)
	}
}
