package disclosure

import (
	"regexp"
	"slices"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// functions are what people are named for in public: whoever holds one is named with it. A member is one of a body, not of a family.
const functions = `主任|副主任|委员|候选人|候补|当选|组长|(?:会|组|队)成员|经理|负责人|监票人|计票人|监督员|会计|出纳|秘书|书记|网格员|调解员|楼长|栋长|单元长|召集人|主持人`

// The function touches the name, with no more than a colon, a bracket or a space between: what is said about somebody is no function.
var (
	before = regexp.MustCompile(`(?:` + functions + `)[：:（( ]?$`)
	behind = regexp.MustCompile(`^[（( ]?(?:为|任|担任|当选为?)?(?:` + strings.Replace(functions, "委员", "委员(?:[^会]|$)", 1) + `)`)
)

// unnamed refuses the full names of the estate's owners and residents in what an office writes, unless they stand beside the function for
// which they are named: what is published is copied and never comes back. words are those of which the writer says that they are nobody's
// name here; a second person looks at that.
func (s *Service) unnamed(tx *store.Tx, estate int64, title, body string, queries []Query, words []string) error {
	if s.o.Named == nil {
		return nil
	}
	labels := make([]string, len(queries))
	for i := range queries {
		labels[i] = queries[i].Label
	}
	label := strings.Join(labels, "\n")
	names, err := s.o.Named(tx, estate, title+"\n"+body+"\n"+label)
	if err != nil {
		return err
	}
	for _, part := range []struct{ path, text string }{{"title", title}, {"body", body}, {"figures", label}} {
		for _, name := range names {
			if slices.Contains(words, name) || len(private(part.text, name)) == 0 {
				continue
			}
			return namedError{fault.ErrInvalid.With(fault.Field{Path: part.path, Reason: "里面有住户的姓名“" + name + "”，公示栏上不能写全名；请改成“" + masked(name) + "”，或者只写房号。以职务公布的，请写成“主任" + name + "”这样；不是人名的，请存成草稿，把这个词填进“不是人名的词”，由另一个人核对发布"})}
		}
	}
	return nil
}

// namedError is a refusal that tells somebody that a name is a resident's.
type namedError struct{ error }

func (e namedError) Unwrap() error { return e.error }

// blotted masks the full names in what an act elsewhere has published, which nobody could write anew: the act stands. Those whom it names
// for what they stand for, such as the candidates of an election, are named.
func (s *Service) blotted(tx *store.Tx, estate int64, title, body string, named []string) (string, string, error) {
	if s.o.Named == nil {
		return title, body, nil
	}
	names, err := s.o.Named(tx, estate, title+"\n"+body)
	for _, name := range names {
		if !slices.Contains(named, name) {
			title, body = blot(title, name), blot(body, name)
		}
	}
	return title, body, err
}

func blot(text, name string) string {
	for _, at := range slices.Backward(private(text, name)) {
		text = text[:at] + masked(name) + text[at+len(name):]
	}
	return text
}

func masked(name string) string { return string([]rune(name)[:1]) + "*" }

// private gives where a name stands in a text without a function beside it; of a list the first carries it.
func private(text, name string) (at []int) {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return at
		}
		i += from
		if from = i + len(name); !before.MatchString(head(text[:i])) && !behind.MatchString(text[from:]) {
			at = append(at, i)
		}
	}
}

// head takes the earlier names of a list off what stands before a name: 委员：甲、乙、丙.
func head(lead string) string {
	for {
		cut, ok := strings.CutSuffix(lead, "、")
		if !ok {
			return lead
		}
		j := strings.LastIndexAny(cut, "、：:，, （(\n")
		if j < 0 || len([]rune(cut[j:])) > 6 {
			return lead
		}
		size := len(string([]rune(cut[j:])[:1]))
		if lead = cut[:j+size]; !strings.HasSuffix(lead, "、") {
			return lead
		}
	}
}
