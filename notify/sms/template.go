package sms

import (
	"strings"
	"unicode/utf8"
)

// Param is a variable of a template.
type Param struct {
	Name   string
	Most   int  // characters
	Digits bool // nothing else
}

// Template is a text as it is registered with the provider, which puts the signature in front.
type Template struct {
	Name   string
	Kind   string // the provider's kind of template
	Words  string
	Params []Param
	// Spare is one that may be left out of the configuration: what it says more than another is then not said.
	Spare bool
}

// The names of the templates.
const (
	Code   = "code"
	Notice = "notice"
	Letter = "letter"
)

// Templates are all that linli sends; their codes come from configuration. The provider's own bounds are wider: 35 characters
// for a variable of a notice, six for a code.
var Templates = []Template{
	{Name: Code, Kind: "验证码", Words: "验证码${code}，10分钟内有效。本人办理业务用，请不要告诉别人。", Params: []Param{{Name: "code", Most: 6, Digits: true}}},
	{Name: Notice, Kind: "通知短信", Words: "${title}（${place}）。请打开小程序查看。", Params: []Param{{Name: "title", Most: 20}, {Name: "place", Most: 20}}},
	// The address is registered as fixed words, the variable is its end: the provider takes no whole address in a variable.
	{Name: Letter, Kind: "通知短信", Words: "${title}（${place}）。请打开 https://您的网址/h5/letters/${letter} 查看，看过请点“我已收到”。", Params: []Param{{Name: "title", Most: 20}, {Name: "place", Most: 20}, {Name: "letter", Most: 35}}, Spare: true},
}

// NewCode is the text with a code that proves a phone.
func NewCode(key, phone, code string) Message {
	return Message{Key: key, Phone: phone, Template: Code, Params: map[string]string{"code": code}}
}

// nowhere stands for the place of a message that has none: the provider refuses an empty variable.
const nowhere = "邻里"

// NewNotice is the text that a message waits in the mini-program. Title and place are shortened to what the template holds.
func NewNotice(key, phone, title, place string) Message {
	fit := func(s string) string { return clip(plain.Replace(strings.Join(strings.Fields(s), " ")), 20) }
	if place = fit(place); place == "" {
		place = nowhere
	}
	return Message{Key: key, Phone: phone, Template: Notice, Params: map[string]string{"title": fit(title), "place": place}}
}

// NewLetter is NewNotice for somebody without an account: it leads to the page of a letter, by its token.
func NewLetter(key, phone, title, place, token string) Message {
	m := NewNotice(key, phone, title, place)
	m.Template, m.Params["letter"] = Letter, token
	return m
}

// Text is the message as a phone shows it, without the signature.
func (m Message) Text() string {
	t, _ := template(m.Template)
	words := t.Words
	for _, p := range t.Params {
		words = strings.ReplaceAll(words, "${"+p.Name+"}", m.Params[p.Name])
	}
	return words
}

// plain takes away what would look like a second signature; the provider refuses it.
var plain = strings.NewReplacer("【", "", "】", "")

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

func template(name string) (Template, bool) {
	for _, t := range Templates {
		if t.Name == name {
			return t, true
		}
	}
	return Template{}, false
}

// text is the message as a phone shows it.
func (m Message) text(sign string) string {
	return "【" + sign + "】" + m.Text()
}

// check refuses, with the provider's own codes, what the provider would refuse: nobody is asked and nothing is paid.
func (m Message) check() error {
	no := func(code, why string) error { return refusal(opSend, code, 0, "", why) }
	if !mobile.MatchString(m.Phone) {
		return no("isv.MOBILE_NUMBER_ILLEGAL", "not a mobile number")
	}
	if !keyShape.MatchString(m.Key) {
		return no("isv.INVALID_PARAMETERS", "a key has 1 to 64 letters, digits, - and _")
	}
	t, ok := template(m.Template)
	if !ok {
		return no("isv.SMS_TEMPLATE_ILLEGAL", "no template of linli")
	}
	if len(m.Params) > len(t.Params) {
		return no("isv.TEMPLATE_PARAMS_ILLEGAL", "more variables than template "+t.Name+" has")
	}
	for _, p := range t.Params {
		switch v := m.Params[p.Name]; {
		case v == "":
			return no("isv.TEMPLATE_MISSING_PARAMETERS", "variable "+p.Name+" of template "+t.Name+" is empty")
		case utf8.RuneCountInString(v) > p.Most:
			return no("isv.PARAM_LENGTH_LIMIT", "variable "+p.Name+" of template "+t.Name+" is too long")
		case p.Digits && strings.Trim(v, "0123456789") != "":
			return no("isv.TEMPLATE_PARAMS_ILLEGAL", "variable "+p.Name+" of template "+t.Name+" takes digits only")
		}
	}
	return nil
}
