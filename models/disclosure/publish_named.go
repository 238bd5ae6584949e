package disclosure

import (
	"regexp"
	"strings"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/store"
)

// functions are what people are named for in public: whoever holds one is named with it.
const functions = `主任|副主任|委员|候选人|候补|组长|成员|经理|负责人|监票人|计票人|监督员|会计|出纳|秘书|书记|网格员|调解员|楼长|栋长|单元长|召集人|主持人`

var (
	before = regexp.MustCompile(`(` + functions + `)[^。；！？\n]{0,6}$`)
	behind = regexp.MustCompile(`^[（(，,：: ]{0,2}[^。；！？\n]{0,4}(` + functions + `)`)
)

// unnamed refuses the full names of the estate's owners and residents in what an office writes, unless they stand beside the function for
// which they are named: what is published is copied and never comes back.
func (s *Service) unnamed(tx *store.Tx, estate int64, title, body string) error {
	if s.o.Named == nil {
		return nil
	}
	for _, part := range []struct{ path, text string }{{"title", title}, {"body", body}} {
		names, err := s.o.Named(tx, estate, part.text)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !private(part.text, name) {
				continue
			}
			first := string([]rune(name)[:1])
			return fault.ErrInvalid.With(fault.Field{Path: part.path, Reason: "里面有住户的姓名“" + name + "”，公示栏上不能写全名；请改成“" + first + "*”，或者只写房号。以职务公布的，请写成“主任" + name + "”这样；不是人名的，请换个说法"})
		}
	}
	return nil
}

// private reports whether a name stands anywhere in a text without a function beside it; of a list the first carries it.
func private(text, name string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		lead, rest := text[:at+i], text[at+i+len(name):]
		for { // 委员：甲、乙、丙
			cut, ok := strings.CutSuffix(lead, "、")
			if !ok {
				break
			}
			j := strings.LastIndexAny(cut, "、：:，, （(\n")
			if j < 0 || len([]rune(cut[j:])) > 6 {
				break
			}
			_, size := firstRune(cut[j:])
			if strings.HasPrefix(cut[j:], "、") {
				lead = cut[:j+size]
				continue
			}
			lead = cut[:j+size]
			break
		}
		if !before.MatchString(lead) && !behind.MatchString(rest) {
			return true
		}
		at += i + len(name)
	}
}

func firstRune(s string) (rune, int) {
	for i, r := range s {
		if i == 0 {
			return r, len(string(r))
		}
	}
	return 0, 0
}
