package sandbox

import (
	"strconv"
	"strings"
	"time"
)

// firstMsgID is where message ids begin: the id of a message follows from its number in the book.
const firstMsgID int64 = 2_800_000_000_000_000

type posted struct {
	ToUser     string `json:"touser"`
	TemplateID string `json:"template_id"`
	Page       string `json:"page"`
	Data       map[string]struct {
		Value string `json:"value"`
	} `json:"data"`
	ClientMsgID string `json:"client_msg_id"`
	MiniProgram struct {
		AppID string `json:"appid"`
		Page  string `json:"pagepath"`
	} `json:"miniprogram"`
}

func (s *Sandbox) subscribeSend(c call) reply {
	var in posted
	if !c.body(&in) {
		return badJSON
	}
	p := s.known(in.ToUser, miniMark)
	if p == nil {
		return refuse(40003, "invalid openid")
	}
	if bad := s.wellFormed(in, in.Page); bad != nil {
		return bad
	}
	tag := tagOf(in.ToUser)
	if s.refusing(c.URL.Path) || s.consents[tag+in.TemplateID] <= 0 {
		return refuse(43101, "user refuse to accept the msg")
	}
	return s.deliver(c, in, Mini, in.Page)
}

func (s *Sandbox) templateSend(c call) reply {
	var in posted
	if !c.body(&in) {
		return badJSON
	}
	if m := shape.FindStringSubmatch(in.ToUser); m == nil || !strings.HasPrefix(in.ToUser, serviceMark) {
		return refuse(40003, "invalid openid")
	}
	if bad := s.wellFormed(in, in.MiniProgram.Page); bad != nil {
		return bad
	}
	if in.MiniProgram.Page != "" && !s.isMini(in.MiniProgram.AppID) {
		return refuse(40013, "invalid appid")
	}
	p := s.known(in.ToUser, serviceMark)
	if s.refusing(c.URL.Path) || p == nil || !p.following {
		return refuse(43004, "require subscribe")
	}
	return s.deliver(c, in, Service, in.MiniProgram.Page)
}

func (s *Sandbox) isMini(id string) bool {
	for _, a := range s.o.MiniApps {
		if a.ID == id {
			return true
		}
	}
	return false
}

func (s *Sandbox) deliver(c call, in posted, channel, page string) reply {
	if s.over("send minute "+c.app, time.Minute, s.o.Limits.SendsPerMinute) || s.over("send day "+c.app, 24*time.Hour, s.o.Limits.SendsPerDay) {
		return refuse(45009, "reach max api daily quota limit")
	}
	m := &Message{At: s.now(), Channel: channel, OpenID: in.ToUser, TemplateID: in.TemplateID, Page: page, ClientMsgID: in.ClientMsgID, Data: map[string]string{}}
	for k, v := range in.Data {
		m.Data[k] = v.Value
	}
	if err := s.book.write(line{Kind: kindMessage, Message: m}); err != nil {
		return refuse(-1, "system error")
	}
	if channel == Mini {
		s.spend(tagOf(in.ToUser), in.TemplateID)
		s.received(m)
	} else {
		s.tell(push{service: true, from: m.OpenID, event: "TEMPLATESENDJOBFINISH", at: m.At, msgID: strconv.FormatInt(m.MsgID, 10), status: "success"})
	}
	if s.use(c.URL.Path, Lies) == Lies {
		return refuse(40001, "invalid credential")
	}
	return accept(reply{"msgid": m.MsgID})
}

// Messages pages through what phones received, oldest first: up to limit (at most 500) after an id, of one openid
// or of all for "". next is the id to go on after, 0 at the end.
func (s *Sandbox) Messages(openID string, after int64, limit int) (items []Message, next int64, err error) {
	if limit <= 0 || limit > 500 {
		limit = 500
	}
	items = []Message{}
	err = s.book.scan(after, func(m Message) bool {
		if openID != "" && m.OpenID != openID {
			return true
		}
		if len(items) == limit {
			next = items[limit-1].ID
			return false
		}
		items = append(items, m)
		return true
	})
	return items, next, err
}

func (s *Sandbox) userInfo(c call) reply {
	openID := c.URL.Query().Get("openid")
	if m := shape.FindStringSubmatch(openID); m == nil || !strings.HasPrefix(openID, serviceMark) {
		return refuse(40003, "invalid openid")
	}
	p := s.known(openID, serviceMark)
	if p == nil || !p.following {
		return reply{"subscribe": 0, "openid": openID}
	}
	return reply{"subscribe": 1, "openid": openID, "unionid": s.union(tagOf(openID)), "language": "zh_CN", "subscribe_scene": "ADD_SCENE_QR_CODE"}
}
