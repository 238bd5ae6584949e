package committee

import (
	"strings"

	"github.com/linli-city/linli/models/rulepack"
)

const (
	ours   = "committee.matter."
	theirs = "decision.matter."
)

// Matter is something that a committee may decide, with its article.
type Matter struct {
	Code      string
	Title     string
	Clause    string
	Authority bool // it carries out a decision of the assembly, which has to be named
}

// matters are what a committee may decide under the rules.
func matters(set *rulepack.Set) []Matter {
	var list []Matter
	for _, v := range set.Values() {
		if code, ok := strings.CutPrefix(v.Key, ours); ok && !v.Unset {
			list = append(list, Matter{Code: code, Title: v.Title, Clause: v.Article, Authority: v.Raw == "authority"})
		}
	}
	return list
}

// matterOf finds a matter. One that the owners decide together is refused with its clause.
func matterOf(set *rulepack.Set, code string) (*Matter, error) {
	for _, m := range matters(set) {
		if m.Code == code {
			return &m, nil
		}
	}
	if v, err := set.Find(theirs + code); err == nil {
		return nil, ErrAssembly.Saying("“" + v.Title + "”由业主共同决定（" + v.Article + "），业委会不能决定，请提交业主大会，由召集人写成议题表决")
	}
	return nil, ErrMatter
}
