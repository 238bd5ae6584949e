package log

import (
	"bytes"
	"strings"
	"time"
)

// log rebuilds the tree from its leaves and holds every checkpoint against it.
func (v *verification) log() error {
	var signed [][]byte
	var proofs [][]Hash
	_, err := each(v.archive, fileCheckpoints, scanJSON[checkpointLine],
		func(c checkpointLine) error {
			if len(signed) > mostPoints {
				return nil // openAll refuses them
			}
			signed, proofs = append(signed, []byte(c.Note)), append(proofs, c.Consistency)
			return nil
		})
	if err != nil {
		return err
	}
	if v.checkpoints, err = openAll(v.meeting.Number, signed, v.keys); err != nil {
		return err
	}
	v.ledger = newLedger(v.checkpoints)
	type indexed struct {
		Leaf
		at int64
	}
	_, err = each(v.archive, fileLeaves, func(line []byte) (l indexed, ok bool) { l.Leaf, l.at, ok = scanLeaf(line); return l, ok }, func(l indexed) error {
		if l.at != v.ledger.front.size || l.at >= mostLeaves {
			return errFormat("叶子的编号不连续：应为 %d，写的是 %d", v.ledger.front.size, l.at)
		}
		_, err := v.ledger.add(l.Leaf)
		return err
	})
	if err != nil {
		return err
	}
	if err := v.ledger.agree(v.checkpoints); err != nil {
		return err
	}
	old := Tree{Root: EmptyRoot}
	for i, c := range v.checkpoints {
		p := Consistency{OldSize: old.Size, OldRoot: old.Root, Size: c.Tree.Size, Root: c.Tree.Root, Hashes: proofs[i]}
		if err := p.Check(); err != nil {
			return err
		}
		old = c.Tree
	}
	if err := v.ledger.closes(&v.meeting, v.checkpoints); err != nil {
		return err
	}
	n := v.ledger.count()
	v.say("日志：%d 片叶子，由它们重建的根与证书一致；表决票计票 %d 张，已被替代 %d 张，无效 %d 张", v.ledger.front.size, n[Counted], n[Superseded], n[Invalid])
	v.say("检查点：%d 个，签名都成立，每一个都是后一个的开头；截止时的那一个正好到截止为止", len(v.checkpoints))
	v.published()
	return nil
}

// promised is how often a log with ballots in it is signed while people vote.
const promised = time.Hour

// published says what was published while people voted. A gap may be an outage, or everybody voted in the last minute: that is for the reader to
// judge, who is told plainly where nothing was.
func (v *verification) published() {
	inside := 0
	for _, c := range v.checkpoints {
		if c.Tree.Size > 0 && !c.At.Before(v.meeting.Opens) && c.At.Before(v.meeting.Closes) {
			inside++
		}
	}
	switch {
	case inside > 0:
		v.say("公布：表决期间 %d 个检查点，最长隔 %s 公布一次", inside, v.longestGap())
	case v.ledger.early == 0:
		v.say("公布：表决期间没有检查点，截止前日志里没有表决票")
	case v.meeting.Closes.Sub(v.meeting.Opens) <= promised:
		v.say("公布：表决期间没有检查点，表决时间不超过一小时")
	default:
		v.say("请注意：表决期间没有公布过一个检查点，截止前日志里有 %d 张表决票。有表决票时应当至少每小时公布一次；没有公布的，只能从截止时的检查点起核对，请问清原因", v.ledger.early)
	}
}

// longestGap is the longest time within the voting window without a checkpoint.
func (v *verification) longestGap() time.Duration {
	longest, last := time.Duration(0), v.meeting.Opens
	for _, c := range v.checkpoints {
		at := c.At
		if at.After(v.meeting.Closes) {
			at = v.meeting.Closes
		}
		if at.After(last) {
			longest, last = max(longest, at.Sub(last)), at
		}
	}
	return max(longest, v.meeting.Closes.Sub(last))
}

// certified holds the certificate against roll and log.
func (v *verification) certified() error {
	last := v.checkpoints[len(v.checkpoints)-1]
	if err := v.certificate.check(&v.meeting, &v.roll, &v.delivery, v.ledger, last); err != nil {
		return err
	}
	v.say("证书：%s，%s 出具，与名册、日志、检查点一致", stageLabels[v.certificate.Stage], v.certificate.At.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04"))
	for i := range v.certificate.Motions {
		if lot := v.meeting.Motions[i].Lot; lot != nil {
			v.say("议题 %d：票数相同的，按抽签的先后 %s（%s）", i+1, strings.Join(v.meeting.Motions[i].Question.Lot, "、"), lot.says())
		}
		checked, err := v.certificate.Motions[i].follows(v.meeting.Motions[i])
		if err != nil {
			return err
		}
		if checked {
			v.say("议题 %d：公布的人数、面积合计按规则得出的就是公布的结果", i+1)
		}
	}
	return nil
}

var stageLabels = map[Stage]string{Provisional: "初步结果", Confirmed: "最终结果"}

// owners opens every ballot and counts again.
func (v *verification) owners() error {
	if v.archive.edition != Owners {
		v.say("公开版没有打开的表决票，不能由它重新计票；请用业主版核对票数")
		return nil
	}
	rows := newRoll(v.meeting.Number)
	if _, err := each(v.archive, fileSeats, scanSeat, rows.add); err != nil {
		return err
	}
	if err := v.roll.matches(rows); err != nil {
		return err
	}
	v.say("名册各行：%d 行，根和合计与冻结时公布的一致", rows.front.size)
	c, err := newRecount(&v.meeting, v.ledger, rows)
	if err != nil {
		return err
	}
	type opened struct {
		Opening
		choice []byte
		opened bool
	}
	n, err := each(v.archive, fileOpenings, func(line []byte) (o opened, ok bool) {
		o.Opening, o.choice, o.opened, ok = scanOpening(line)
		return o, ok
	}, func(o opened) error { return c.open(o.Opening, o.choice, o.opened) })
	if err != nil {
		return err
	}
	v.say("表决票：共 %d 张，与日志里的承诺一一相符，每个票权每个议题至多计一张", n)
	if _, err := each(v.archive, fileSilence, scanSilent, c.silent); err != nil {
		return err
	}
	return v.recounted(c)
}

// recounted compares the new count with the certificate, to the byte, but for what it would be without debtors: their list is in no edition.
func (v *verification) recounted(c *recount) error {
	totals, err := c.totals()
	if err != nil {
		return err
	}
	if v.meeting.Terms != nil {
		v.say("替代：%d 个票权不止一张票，计的都是按冻结的规则应当计的那一张", c.rivals())
	}
	for i, t := range totals {
		t.Debtors = v.certificate.Motions[i].Debtors
		got, err := encode(t, "")
		if err != nil {
			return err
		}
		want, err := encode(v.certificate.Motions[i], "")
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return errFormat("议题 %d 重新计票的结果与证书不一致", i+1)
		}
		v.say("议题 %d：重新计票 %d 张，人数、面积、两种口径的结果与证书完全一致", i+1, t.Counted)
	}
	if v.meeting.Debtors != "" {
		v.say("欠费名单：涉及个人欠款，不在文件包里，“不计入欠费业主的票”的算法由它不能重算，只核对了没有超出名单的份数和面积；有争议的，由主管部门或者法院调取名单，与证书里的哈希 %s 核对", v.certificate.Debtors)
	}
	return nil
}

// Compare holds two bundles of one meeting against each other. Equal certificates name equal files, so everything that
// both carry is the same.
func Compare(a, b *Verified) error {
	if a.Certificate.Meeting != b.Certificate.Meeting {
		return errFormat("两份文件是两次会议的：%s 和 %s", a.Certificate.Meeting, b.Certificate.Meeting)
	}
	if a.texts[fileKeys] != b.texts[fileKeys] {
		return errFormat("两份文件的公钥不同，至少有一份是伪造的")
	}
	for i, f := range a.Certificate.Files {
		if i >= len(b.Certificate.Files) || b.Certificate.Files[i] != f {
			return errFormat("两份文件的 %s 不同", f.Name)
		}
	}
	for _, name := range []string{fileCertificate, fileCertNote} {
		if a.texts[name] != b.texts[name] {
			return errFormat("两份文件的 %s 不同", name)
		}
	}
	return nil
}
