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
	EventFinished = "TEMPLATESENDJOBFINISH" // what became of a template message
	EventScan     = "SCAN"                  // a follower scanned a code of ours
)

// Event is what WeChat pushes. From is the openid of the person, List the templates a consent or delivery is about.
type Event struct {
	To, From string
	At       time.Time
	Type     string // "event" for events
	Name     string
	List     []Choice
	// MsgID is the template message that an EventFinished is about, and Status how it ended: "success", or "failed:" and why.
	MsgID, Status string
	// Key is what stands in the code that somebody scanned, to follow or as a follower.
	Key string
	// Text is what somebody wrote, of a message that is no event.
	Text string
}

// Choice is one template of an event. Where the person chose, Status is "accept" or "reject" and Scene says where the
// dialog was, "0" for a page of the mini-program. Of a sent message it has MsgID and ErrorCode, "0" when it arrived, which
// ErrorText words.
type Choice struct {
	TemplateID, Status, Scene   string
	MsgID, ErrorCode, ErrorText string
}

// mostChoices bounds the list of one event; WeChat asks for at most five templates at once.
const mostChoices = 20

type pushed struct {
	ToUserName, FromUserName, MsgType, Event string
	CreateTime                               text
	MsgID                                    text `json:"MsgID" xml:"MsgID"`
	Status, EventKey, Content                string
	List                                     choices `xml:"-"`
	// WeChat's own examples have a change inside the popup's element, so the name of the element decides nothing.
	Popup  nest `json:"SubscribeMsgPopupEvent" xml:"SubscribeMsgPopupEvent"`
	Change nest `json:"SubscribeMsgChangeEvent" xml:"SubscribeMsgChangeEvent"`
	Sent   nest `json:"SubscribeMsgSentEvent" xml:"SubscribeMsgSentEvent"`
}

// nest is the list as XML has it, one element inside another.
type nest struct {
	List choices `xml:"List"`
}

type item struct {
	TemplateID text `json:"TemplateId" xml:"TemplateId"`
	Status     text `json:"SubscribeStatusString" xml:"SubscribeStatusString"`
	Scene      text `json:"PopupScene" xml:"PopupScene"`
	MsgID      text `json:"MsgID" xml:"MsgID"`
	ErrorCode  text `json:"ErrorCode" xml:"ErrorCode"`
	ErrorText  text `json:"ErrorStatus" xml:"ErrorStatus"`
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
	e := Event{To: p.ToUserName, From: p.FromUserName, At: time.Unix(at, 0).UTC(), Type: p.MsgType, Name: p.Event, MsgID: string(p.MsgID), Status: p.Status, Key: strings.TrimPrefix(p.EventKey, "qrscene_")}
	if p.MsgType == "text" {
		e.Text = p.Content
	}
	for _, list := range []choices{p.List, p.Popup.List, p.Change.List, p.Sent.List} {
		for _, i := range list {
			if len(e.List) == mostChoices {
				return Event{}, ErrPush
			}
			e.List = append(e.List, i.choice())
		}
	}
	return e, nil
}

func (i item) choice() Choice {
	return Choice{TemplateID: string(i.TemplateID), Status: string(i.Status), Scene: string(i.Scene),
		MsgID: string(i.MsgID), ErrorCode: string(i.ErrorCode), ErrorText: string(i.ErrorText)}
}
