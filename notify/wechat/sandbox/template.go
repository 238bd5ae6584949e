package sandbox

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The rules of each type of template key, as WeChat's guide to subscribe messages lists them; the number behind the
// type only tells keys apart.
var keyRules = map[string]func(string) bool{
	"thing":            upTo(20),
	"short_thing":      upTo(5),
	"const":            upTo(20),
	"phrase":           matches(`^\p{Han}{1,5}$`),
	"name":             matches(`^(\p{Han}{1,10}|[A-Za-z ]{1,20})$`),
	"character_string": matches(`^[\x21-\x7e]{1,32}$`),
	"number":           matches(`^[0-9]{1,32}(\.[0-9]+)?$`),
	"letter":           matches(`^[A-Za-z]{1,32}$`),
	"symbol":           matches(`^[^\p{L}\p{N}]{1,5}$`),
	"amount":           matches(`^[^0-9]?[0-9]{1,10}(\.[0-9]+)?元?$`),
	"phone_number":     matches(`^[0-9+() -]{1,17}$`),
	"car_number":       matches(`^\p{Han}?[A-Z0-9\p{Han}]{1,8}$`),
	"time":             matches(`^` + moment + `(~` + moment + `)?$`),
	"date":             matches(`^` + day + `(~` + day + `)?$`),
}

const (
	day    = `\d{4}(-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|年\d{1,2}月\d{1,2}日)`
	moment = `(` + day + ` ?)?(\d{1,2}:\d{2}(:\d{2})?)`
)

var keyName = regexp.MustCompile(`^([a-z_]+)[0-9]+$`)

func upTo(n int) func(string) bool {
	return func(v string) bool { return utf8.RuneCountInString(v) <= n }
}

func matches(pattern string) func(string) bool {
	return regexp.MustCompile(pattern).MatchString
}

// wellFormed checks template, page and data; nil means fine.
func (s *Sandbox) wellFormed(in posted, page string) reply {
	keys, known := s.o.Templates[in.TemplateID]
	if in.TemplateID == "" || len(s.o.Templates) > 0 && !known {
		return refuse(40037, "invalid template_id")
	}
	if strings.Contains(page, "://") || strings.ContainsAny(page, " \n") || len(page) > 1024 {
		return refuse(41030, "invalid page")
	}
	if len(in.Data) == 0 || len(in.Data) > 20 {
		return refuse(47003, "argument invalid! data is empty or too large")
	}
	for _, k := range keys {
		if _, ok := in.Data[k]; !ok {
			return refuse(47003, fmt.Sprintf("argument invalid! data.%s.value is empty", k))
		}
	}
	if known && len(in.Data) > len(keys) {
		return refuse(47003, "argument invalid! data has keys that the template lacks")
	}
	for k, v := range in.Data {
		m := keyName.FindStringSubmatch(k)
		if m == nil || keyRules[m[1]] == nil {
			return refuse(47003, fmt.Sprintf("argument invalid! data.%s is no key", clip(k)))
		}
		if v.Value == "" || !keyRules[m[1]](v.Value) {
			return refuse(47003, fmt.Sprintf("argument invalid! data.%s.value invalid", k))
		}
	}
	return nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40]
	}
	return s
}
