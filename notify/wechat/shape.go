package wechat

import (
	"bytes"
	"encoding/json"
	"io"
)

// members are the objects that encrypted user data may be: each has all of need and nothing outside need and may.
type members struct {
	need, may []string
}

var (
	profile   = members{need: []string{"openId", "watermark"}, may: []string{"unionId", "nickName", "gender", "language", "city", "province", "country", "avatarUrl", "is_demote"}}
	phone     = members{need: []string{"phoneNumber", "purePhoneNumber", "countryCode", "watermark"}}
	watermark = members{need: []string{"timestamp", "appid"}}
)

// exactShape reports that plain is one object with exactly the members of a profile or a phone number. The JSON
// decoder alone would not do: it takes names in any case, and the last of two equal ones.
func exactShape(plain []byte) bool {
	top, ok := object(plain)
	if !ok || !profile.fit(top) && !phone.fit(top) {
		return false
	}
	mark, ok := object(top["watermark"])
	return ok && watermark.fit(mark)
}

func (m members) fit(o map[string]json.RawMessage) bool {
	known := 0
	for _, name := range m.need {
		if o[name] == nil {
			return false
		}
		known++
	}
	for _, name := range m.may {
		if o[name] != nil {
			known++
		}
	}
	return known == len(o)
}

// object splits one JSON object into its members, refusing a member twice and anything behind the object.
func object(text []byte) (map[string]json.RawMessage, bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, false
	}
	o := map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, false
		}
		key, ok := name.(string)
		var val json.RawMessage
		if !ok || o[key] != nil || d.Decode(&val) != nil {
			return nil, false
		}
		o[key] = val
	}
	if _, err := d.Token(); err != nil {
		return nil, false
	}
	_, err := d.Token()
	return o, err == io.EOF
}
