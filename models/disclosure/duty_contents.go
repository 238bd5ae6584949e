package disclosure

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/store"
)

// leastText is how many letters and digits a notice has at least that answers what the law asks for, of which so many differ; leastAnswer is the
// same of one item. No law says so: a placeholder has fewer, a sentence more.
const (
	leastText   = 20
	leastKinds  = 10
	leastAnswer = 4
)

// forms are the duties that are about no money and have a form of their own.
var forms = map[string]Form{"service": Services, "committee-report": WorkReport}

// answered puts on record that a notice says what the duty's law asks for, and refuses one that does not: it has the form that the duty asks for, it
// is a text, and each item stands in it under its own name ("负责人员：…") or, where the form has no such items, is confirmed by whoever fulfils
// the duty. What the system has composed says it all.
func (d *Duty) answered(tx *store.Tx, set *rulepack.Set, n *Notice, e edition) error {
	law, ok := set.Disclosure(d.Code)
	if !ok || e.composed {
		return nil
	}
	if want, ok := forms[d.Code]; ok && n.Form != want {
		return ErrDutyNotice.Saying("“" + d.Title + "”要用“" + FormNames[want] + "”来公开；请换成这一种，重新发布")
	}
	if err := d.tells(law, n.Form, e); err != nil {
		return err
	}
	raw, err := json.Marshal(law.Contents)
	if err != nil {
		return err
	}
	return tx.Model(&Duty{}).Where("id = ? AND estate_id = ?", d.ID, d.EstateID).Updates(map[string]any{"contents": string(raw), "contents_by": e.person}).Error
}

// tells refuses a text in which an item is missing.
func (d *Duty) tells(law rulepack.Disclosure, f Form, e edition) error {
	if !counted[f] && thin(e.body, leastText, leastKinds) {
		return ErrDutyNotice.Saying("正文太短，不能用来公开“" + d.Title + "”；请写明：" + strings.Join(law.Contents, "、"))
	}
	var missing []string
	for _, item := range law.Contents {
		if !under(e.body, item, law.Contents) && (f == Services || !slices.Contains(e.contents, item)) {
			missing = append(missing, item)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	how := "请在正文里逐项写，例如“" + missing[0] + "：……”"
	if f != Services {
		how += "；已经写了或者在附件里的，请核对后逐项确认（contents）"
	}
	return ErrDutyNotice.Saying("“" + d.Title + "”还没有写明：" + strings.Join(missing, "、") + "。" + how)
}

// stillAnswers refuses a next version that takes out of a notice what it answered a duty with.
func (s *Service) stillAnswers(tx *store.Tx, n *Notice, body string) error {
	var rows []Duty
	if err := tx.Where("notice_id = ? AND estate_id = ? AND contents <> ''", n.ID, n.EstateID).Order("id").Limit(mostDuties).Find(&rows).Error; err != nil || len(rows) == 0 {
		return err
	}
	for i := range rows {
		d := &rows[i]
		law := rulepack.Disclosure{Contents: d.Said()}
		if err := d.tells(law, n.Form, edition{body: body, contents: law.Contents}); err != nil { // what was confirmed stays confirmed
			return err
		}
	}
	return nil
}

// Said is what the notice that fulfilled the duty says, item by item; none where an act published it.
func (d *Duty) Said() []string {
	var list []string
	_ = json.Unmarshal([]byte(d.Contents), &list) // our own, empty before
	return list
}

// thin reports whether a text is a placeholder.
func thin(text string, least, kinds int) bool {
	seen, n := map[rune]bool{}, 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n, seen[r] = n+1, true
		}
	}
	return n < least || len(seen) < kinds
}

// under reports whether a text has an item under its name: up to the name of the next item, or the end.
func under(body, item string, all []string) bool {
	for rest := body; ; {
		_, after, ok := strings.Cut(rest, item)
		if !ok {
			return false
		}
		rest = after
		text, ok := strings.CutPrefix(strings.TrimLeft(after, " 　】"), "：")
		if !ok {
			if text, ok = strings.CutPrefix(strings.TrimLeft(after, " 　】"), ":"); !ok {
				continue
			}
		}
		for _, other := range all {
			if i := min(at(text, other+"："), at(text, other+":")); i < len(text) {
				text = text[:i]
			}
		}
		if !thin(text, leastAnswer, 2) {
			return true
		}
	}
}

// at is where a word begins in a text; its end where it is not there.
func at(text, word string) int {
	if i := strings.Index(text, word); i >= 0 {
		return i
	}
	return len(text)
}
