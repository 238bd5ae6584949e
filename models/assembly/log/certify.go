package log

import (
	"bytes"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/linli-city/linli/models/assembly/tally"
)

// Certify counts the meeting from its roll, log and openings, and signs the result. Publish both parts; keep them, and
// give them to Write with the same contents.
func Certify(c Contents, stage Stage, at time.Time, s Signer) (Certificate, Signed, error) {
	d, err := c.draft(Format)
	if err != nil {
		return Certificate{}, Signed{}, err
	}
	totals, err := d.count()
	if err != nil {
		return Certificate{}, Signed{}, err
	}
	files, err := d.shared()
	if err != nil {
		return Certificate{}, Signed{}, err
	}
	last := d.checkpoints[len(d.checkpoints)-1]
	cert := Certificate{Format: d.format, Meeting: d.Meeting.Number, Stage: stage, At: second(at), Size: last.Tree.Size, Root: last.Tree.Root,
		Roll: d.Roll.Root, Debtors: d.debtors(), Motions: totals, Files: list(files)}
	if err := cert.check(&d.Meeting, &d.Roll, &d.Delivery, d.ledger, last); err != nil {
		return Certificate{}, Signed{}, err
	}
	text, err := encode(cert, "  ")
	if err != nil {
		return Certificate{}, Signed{}, err
	}
	signed, err := signNote(certificateText(cert.Meeting, text), s)
	return cert, Signed{text, signed}, err
}

// count opens everything and counts.
func (d *draft) count() ([]Total, error) {
	r := newRoll(d.Meeting.Number)
	for s, err := range d.Seats {
		if err == nil {
			err = r.add(s)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := d.Roll.matches(r); err != nil {
		return nil, err
	}
	c, err := newRecount(&d.Meeting, d.ledger, r)
	if err != nil {
		return nil, err
	}
	for o, err := range d.Openings {
		if err != nil {
			return nil, err
		}
		if o.sealed = Seal(o.Choice, o.Salt); d.format == formatFirst {
			o.Way = ""
		}
		if err := c.open(o, []byte(o.Choice), o.Leaf >= 0 && o.Leaf < int64(len(d.leaves)) && c.opened(o, o.Choice)); err != nil {
			return nil, err
		}
	}
	if d.Silent != nil {
		for s, err := range d.Silent {
			if err == nil {
				err = c.silent(s)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	for _, seat := range d.Contents.Debtors {
		if err := c.owes(seat); err != nil {
			return nil, err
		}
	}
	return c.totals()
}

// matches holds a frozen roll against its rows.
func (r Roll) matches(rows *roll) error {
	got, err := encode(rows.freeze(r.FrozenAt), "")
	if err != nil {
		return err
	}
	want, err := encode(r, "")
	if err != nil {
		return err
	}
	if rows.front.root() != r.Root {
		return errFormat("名册各行的根不是冻结时公布的根")
	}
	if !bytes.Equal(got, want) {
		return errFormat("名册各行的人数或面积合计与公布的不符")
	}
	return nil
}

// check is what a certificate must be with either edition.
func (c *Certificate) check(m *Meeting, r *Roll, d *Delivery, l *ledger, last Checkpoint) error {
	switch {
	case c.Format != Format && c.Format != formatFirst:
		return errFormat("证书的格式不认识")
	case c.Meeting != m.Number:
		return errFormat("证书是另一次会议的")
	case c.Size != last.Tree.Size || c.Root != last.Tree.Root:
		return errFormat("证书里日志的大小或根与最后一个检查点不符")
	case c.Roll != r.Root:
		return errFormat("证书里名册的根与名册不符")
	case c.Stage != Provisional && c.Stage != Confirmed:
		return errFormat("证书的阶段不认识")
	case c.Stage == Confirmed && last.Purpose != Final:
		return errFormat("最终证书要以最后的检查点（final）为准")
	case c.At.Before(last.At):
		return errFormat("证书早于它所依据的检查点")
	case len(c.Motions) != len(m.Motions):
		return errFormat("证书里的议题与会议的议题不符")
	case (c.Debtors == nil) != (m.Debtors == ""):
		return errFormat("证书缺少或多出欠费名单的哈希")
	}
	return c.checkTotals(m, r, d, l)
}

func (c *Certificate) checkTotals(m *Meeting, r *Roll, d *Delivery, l *ledger) error {
	sums := map[State]int64{}
	for i, t := range c.Motions {
		scope, ok := r.scope(m.Motions[i].Scope)
		res := t.Result
		switch {
		case t.Motion != i+1 || t.Counted < 0 || t.Superseded < 0 || t.Invalid < 0:
			return errFormat("证书里第 %d 个议题的合计不对", i+1)
		case (t.Beside == nil) != (m.Motions[i].Beside == nil):
			return errFormat("议题 %d 缺少或多出另一种事项的结果", i+1)
		case (t.Debtors == nil) != (m.Debtors == ""):
			return errFormat("议题 %d 缺少或多出欠费条款的结果", i+1)
		case t.Debtors != nil && !t.Debtors.within(&res):
			return errFormat("议题 %d 不计入欠费业主的票时，合计超出了可能的范围", i+1)
		case !ok || res.Scope != scope:
			return errFormat("议题 %d 的分母不是名册上这个范围的合计", i+1)
		case res.Returned.Heads != t.Counted || res.Void.Heads < 0 || res.Void.Heads > t.Invalid:
			return errFormat("议题 %d 收回的票数与日志里计票的票数不符", i+1)
		case res.Silent.Heads < 0 || res.Silent.Heads > d.Proven || m.Motions[i].Silence == nil && res.Silent.Heads != 0:
			return errFormat("议题 %d 的未投票合计多于有送达证明的票权，或者没有条款", i+1)
		}
		sums[Counted] += t.Counted
		sums[Superseded] += t.Superseded
		sums[Invalid] += t.Invalid
	}
	n := l.count()
	for _, s := range []State{Counted, Superseded, Invalid} {
		if sums[s] != n[s] {
			return errFormat("各议题%s的票合计 %d 张，日志里是 %d 张", stateNames[s], sums[s], n[s])
		}
	}
	return nil
}

var stateNames = map[State]string{Counted: "计票", Superseded: "已被替代", Invalid: "无效"}

func (r Roll) scope(name string) (tally.Amount, bool) {
	for _, s := range r.Scopes {
		if s.Name == name {
			return s.Weight, true
		}
	}
	return tally.Amount{}, false
}

// certificateText is what is signed: the kind of thing, the meeting and the hash of the file.
func certificateText(meeting string, file []byte) string {
	return "linli/" + meeting + "/certificate\n" + sumOf(file).String() + "\n"
}

func manifestText(meeting string, e Edition, file []byte) string {
	return "linli/" + meeting + "/bundle\n" + string(e) + "\n" + sumOf(file).String() + "\n"
}

func list(files []*file) []Listed {
	out := []Listed{}
	for _, f := range files {
		out = append(out, f.Listed)
	}
	return out
}

func keysText(keys []string) []byte { return []byte(strings.Join(keys, "\n") + "\n") }

// parseKeys reads keys.txt.
func parseKeys(raw []byte) ([]note.Verifier, error) {
	text, ended := strings.CutSuffix(string(raw), "\n")
	lines := strings.Split(text, "\n")
	if !ended || len(lines) > mostKeys {
		return nil, errFormat("公钥名单的写法不规范")
	}
	var keys []note.Verifier
	seen := map[string]bool{}
	for _, line := range lines {
		key, err := ParseKey(line)
		if err != nil {
			return nil, err
		}
		if seen[line] {
			return nil, errFormat("公钥名单里有重复")
		}
		seen[line] = true
		keys = append(keys, key)
	}
	return keys, nil
}
