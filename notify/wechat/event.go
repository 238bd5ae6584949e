package wechat

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strconv"
	"strings"
	"time"
)

// Event names that linli acts on.
const (
	EventFollow   = "subscribe"   // somebody follows the service account
	EventUnfollow = "unsubscribe" // or no longer
	EventPopup    = "subscribe_msg_popup_event"
	EventChange   = "subscribe_msg_change_event"
	EventSent     = "subscribe_msg_sent_event"
)

// Event is what WeChat pushes. From is the openid of the person, List the templates a consent or delivery is about.
type Event struct {
	To, From string
	At       time.Time
	Type     string // "event" for events
	Name     string
	List     []Choice
}

// Choice is one template of an event: Status is "accept" or "reject" where the person chose, and for a sent message
// MsgID with ErrorCode, "0" when it arrived.
type Choice struct {
	TemplateID, Status, MsgID, ErrorCode string
}

// mostChoices bounds the list of one event; WeChat asks for at most five templates at once.
const mostChoices = 20

type pushed struct {
	ToUserName, FromUserName, MsgType, Event string
	CreateTime                               text
	List                                     choices `xml:"-"`
	Popup                                    []item  `json:"-" xml:"SubscribeMsgPopupEvent>List"`
	Change                                   []item  `json:"-" xml:"SubscribeMsgChangeEvent>List"`
	Sent                                     []item  `json:"-" xml:"SubscribeMsgSentEvent>List"`
}

type item struct {
	TemplateID text `json:"TemplateId" xml:"TemplateId"`
	Status     text `json:"SubscribeStatusString" xml:"SubscribeStatusString"`
	MsgID      text `json:"MsgID" xml:"MsgID"`
	ErrorCode  text `json:"ErrorCode" xml:"ErrorCode"`
}

// text is a string that WeChat sometimes writes as a number.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*t = text(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return err
	}
	*t = text(n)
	return nil
}

// choices is a list that WeChat writes as a single object when there is one.
type choices []item

func (c *choices) UnmarshalJSON(raw []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		return json.Unmarshal(raw, (*[]item)(c))
	}
	var one item
	if err := json.Unmarshal(raw, &one); err != nil {
		return err
	}
	*c = choices{one}
	return nil
}

// ParseEvent reads a verified push, JSON or XML.
func ParseEvent(plain []byte) (Event, error) {
	var p pushed
	var err error
	if bytes.HasPrefix(bytes.TrimSpace(plain), []byte("<")) {
		err = xml.Unmarshal(plain, &p)
	} else {
		err = json.Unmarshal(plain, &p)
	}
	at, bad := strconv.ParseInt(strings.TrimSpace(string(p.CreateTime)), 10, 64)
	if err != nil || bad != nil || p.FromUserName == "" {
		return Event{}, ErrPush
	}
	e := Event{To: p.ToUserName, From: p.FromUserName, At: time.Unix(at, 0).UTC(), Type: p.MsgType, Name: p.Event}
	for _, list := range [][]item{p.List, p.Popup, p.Change, p.Sent} {
		for _, i := range list {
			if len(e.List) == mostChoices {
				return Event{}, ErrPush
			}
			e.List = append(e.List, Choice{TemplateID: string(i.TemplateID), Status: string(i.Status), MsgID: string(i.MsgID), ErrorCode: string(i.ErrorCode)})
		}
	}
	return e, nil
}
