package tally

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/linli-city/linli/models/fault"
)

// Kinds of questions.
const (
	Motion   = "motion"   // 同意, 反对, 弃权
	Options  = "options"  // one of several, or 反对, or 弃权
	Election = "election" // 同意, 反对, 弃权 for each candidate
)

// Choices. Void is the choice of a ballot that came in and was found invalid: it is kept, and never counted.
const (
	Yes     = "yes"
	No      = "no"
	Abstain = "abstain"
	Void    = "void"
)

// How candidates are ordered, and what decides between equal ones.
const (
	ByHeads  = "heads"
	ByArea   = "area"
	ByRunoff = "runoff" // left open: the owners vote again between them
	ByLot    = "lot"    // drawn in public; Lot has the order
)

const (
	mostOptions = 200
	mostKey     = 32
	mostName    = 60
)

// Question is what a motion asks and by which frozen rules it is counted.
type Question struct {
	Kind    string   `json:"kind"`
	Options []string `json:"options,omitempty"` // keys of options or candidates, in ballot order
	// Names say in a few words what an option is, by its key; candidates have theirs from the list.
	Names map[string]string `json:"names,omitempty"`
	// Of elections alone:
	Fill       int `json:"fill,omitempty"`       // places to fill now
	Alternates int `json:"alternates,omitempty"` // places of alternates after them
	Size       int `json:"size,omitempty"`       // the committee's members when it is whole; 0 means Fill
	Sitting    int `json:"sitting,omitempty"`    // members that stay, where only some places are filled
	MaxMarks   int `json:"max_marks,omitempty"`  // how many candidates one ballot may agree to; 0 means all
	// Order is the measure that ranks the elected: "heads" or "area".
	Order string `json:"order,omitempty"`
	// Tie decides between equal ones: the other measure ("area" or "heads"), "runoff" or "lot".
	Tie string `json:"tie,omitempty"`
	// Lot is the order drawn between equal candidates; empty until it is drawn.
	Lot []string `json:"lot,omitempty"`
}

// Check refuses a question that cannot be counted. Fault: ErrQuestion with every reason.
func (q Question) Check() error {
	var c fault.Checks
	switch q.Kind {
	case Motion:
		c.Check(len(q.Options) == 0, "options", "只表决同意、反对、弃权的议题没有选项")
	case Options:
		c.Check(len(q.Options) >= 2, "options", "至少要有两个选项")
	case Election:
		q.checkElection(&c)
	default:
		c.Check(false, "kind", "应为 motion、options 或 election")
	}
	c.Check(len(q.Options) <= mostOptions, "options", fmt.Sprintf("最多%d个选项", mostOptions))
	for i, key := range q.Options {
		c.Check(keyed(key), fmt.Sprintf("options[%d]", i), "代号应为1至32个字母、数字、下划线或短横，不能是 yes、no、abstain、void")
		c.Check(!slices.Contains(q.Options[:i], key), fmt.Sprintf("options[%d]", i), "代号重复")
	}
	for _, key := range slices.Sorted(maps.Keys(q.Names)) {
		n := utf8.RuneCountInString(q.Names[key])
		c.Check(q.Kind == Options && slices.Contains(q.Options, key) && n >= 1 && n <= mostName, "names", "每个选项一个名称，1至60个字")
	}
	c.Check(q.Kind == Election || q.Fill == 0 && q.Alternates == 0 && q.Size == 0 && q.Sitting == 0 && q.MaxMarks == 0 && q.Order == "" && q.Tie == "" && len(q.Lot) == 0,
		"kind", "名额、排序和并列的规则只用于选举")
	if len(c) > 0 {
		return ErrQuestion.With(c...)
	}
	return nil
}

func (q Question) checkElection(c *fault.Checks) {
	c.Check(len(q.Options) >= 1, "options", "没有候选人")
	c.Check(q.Fill >= 1 && q.Fill <= mostOptions, "fill", "应选人数要大于零")
	c.Check(q.Alternates >= 0 && q.Alternates <= mostOptions, "alternates", "候补人数有误")
	c.Check(q.Sitting >= 0 && q.Sitting <= mostOptions, "sitting", "留任人数有误")
	c.Check(q.Size == 0 && q.Sitting == 0 || q.Size == q.Fill+q.Sitting, "size", "委员总数应等于应选人数加留任人数")
	c.Check(q.MaxMarks >= 0 && q.MaxMarks <= mostOptions, "max_marks", "最多同意的人数有误")
	c.Check(q.Order == ByHeads || q.Order == ByArea, "order", "按人数（heads）还是按面积（area）排序，须由表决规则写明")
	c.Check(q.Tie == ByRunoff || q.Tie == ByLot || q.Tie != q.Order && (q.Tie == ByHeads || q.Tie == ByArea), "tie",
		"票数相同时怎么办，须由表决规则写明：另一种计算（area 或 heads）、再次表决（runoff）或公开抽签（lot）")
	c.Check(q.Tie == ByLot || len(q.Lot) == 0, "lot", "没有规定抽签")
	for i, key := range q.Lot {
		c.Check(slices.Contains(q.Options, key) && !slices.Contains(q.Lot[:i], key), fmt.Sprintf("lot[%d]", i), "抽签结果里的人不在候选人名单里，或者重复")
	}
}

// CheckSize holds an election's committee against the law, before voting opens. Fault: ErrQuestion.
func (q Question) CheckSize(r Rules) error {
	if q.Kind != Election || r.Committee == nil {
		return nil
	}
	size, law := int64(q.size()), r.Committee
	if size < law.SizeMin || size > law.SizeMax || law.Odd && size%2 == 0 {
		say := fmt.Sprintf("委员总数应为%d至%d人", law.SizeMin, law.SizeMax)
		if law.Odd {
			say += "的单数"
		}
		return ErrQuestion.Saying(say).With(fault.Field{Path: "size", Reason: say})
	}
	return nil
}

func (q Question) size() int {
	if q.Size == 0 {
		return q.Fill
	}
	return q.Size
}

func keyed(key string) bool {
	if key == "" || len(key) > mostKey || slices.Contains([]string{Yes, No, Abstain, Void}, key) {
		return false
	}
	for _, c := range []byte(key) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// Canonical gives the one text in which a choice is stored and counted: "yes", "no" or "abstain"; an option's key, "no" or
// "abstain"; "a=yes,b=no,c=abstain" with each candidate in ballot order, where a candidate left blank is an abstention.
// Nobody casts Void: it is what scrutineers find. Fault: ErrChoice.
func (q Question) Canonical(choice string) (string, error) {
	switch q.Kind {
	case Motion:
		if choice == Yes || choice == No || choice == Abstain {
			return choice, nil
		}
	case Options:
		if choice == No || choice == Abstain || slices.Contains(q.Options, choice) {
			return choice, nil
		}
	case Election:
		return q.canonicalMarks(choice)
	}
	return "", ErrChoice
}

func (q Question) canonicalMarks(choice string) (string, error) {
	marks := map[string]string{}
	for _, part := range strings.Split(choice, ",") {
		key, mark, _ := strings.Cut(part, "=")
		if _, twice := marks[key]; twice || !slices.Contains(q.Options, key) || mark != Yes && mark != No && mark != Abstain {
			return "", ErrChoice
		}
		marks[key] = mark
	}
	var out strings.Builder
	agreed := 0
	for i, key := range q.Options {
		mark := marks[key]
		switch mark {
		case "":
			mark = Abstain
		case Yes:
			agreed++
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(key + "=" + mark)
	}
	if q.MaxMarks > 0 && agreed > q.MaxMarks {
		return "", ErrChoice.Saying(fmt.Sprintf("最多只能同意%d位候选人，您同意了%d位", q.MaxMarks, agreed))
	}
	return out.String(), nil
}
