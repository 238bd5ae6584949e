package log

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Options say against what a bundle is held beyond itself.
type Options struct {
	Pins     []string // key lines or fingerprints; every key of the bundle must be among them
	Receipts []string // receipts' addresses, whose ballots are looked for
}

// Verified is what remains of a bundle for comparing it with others.
type Verified struct {
	Edition     Edition
	Certificate Certificate
	texts       map[string]Sum // of the files that are equal in every bundle of a meeting
}

// Verify checks everything that a bundle claims and says in Chinese, line by line, what held. The error is the first
// thing that does not; it is a *Failure unless the bundle cannot be read at all.
func Verify(r io.ReaderAt, size int64, o Options, say func(string)) (*Verified, error) {
	v := &verification{say: func(format string, args ...any) { say(fmt.Sprintf(format, args...)) }}
	for _, step := range []func() error{
		func() (err error) { v.archive, err = openArchive(r, size); return err },
		v.manifest, func() error { return v.keyRing(o.Pins) }, v.signatures, v.facts, v.log, v.certified,
		func() error { return v.receipts(o.Receipts) }, v.owners,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	out := &Verified{Edition: v.archive.edition, Certificate: v.certificate, texts: map[string]Sum{}}
	for _, f := range v.archive.files {
		if f.Name == fileCertificate || f.Name == fileCertNote || f.Name == fileKeys {
			out.texts[f.Name] = f.Sum
		}
	}
	return out, nil
}

// verification is a bundle as far as it has been checked.
type verification struct {
	say         func(format string, args ...any)
	archive     *archive
	text        map[string][]byte
	keys        []note.Verifier
	lines       []string // of keys.txt
	meeting     Meeting
	roll        Roll
	delivery    Delivery
	certificate Certificate
	checkpoints []Checkpoint
	ledger      *ledger
}

// manifest holds every file against its hash.
func (v *verification) manifest() error {
	a := v.archive
	v.text = map[string][]byte{}
	for _, name := range []string{fileManifest, fileManifestNote, fileCertificate, fileCertNote, fileKeys, fileMeeting, fileRoll, fileDelivery} {
		raw, err := a.small(name)
		if err != nil {
			return err
		}
		v.text[name] = raw
	}
	var m Manifest
	if err := decode(v.text[fileManifest], "  ", &m); err != nil {
		return errFormat("%s %v", fileManifest, err)
	}
	if m.Format != Format && m.Format != formatFirst || m.Edition != a.edition {
		return errFormat("文件包的格式或版本与里面的文件不符")
	}
	rest := list(a.files[2:])
	for i, f := range rest {
		if i >= len(m.Files) || m.Files[i] != f {
			return errFormat("%s 的大小或哈希与清单不符", f.Name)
		}
	}
	if len(m.Files) != len(rest) {
		return errFormat("清单里有文件包里没有的文件")
	}
	if err := decode(v.text[fileCertificate], "  ", &v.certificate); err != nil {
		return errFormat("%s %v", fileCertificate, err)
	}
	if m.Format != v.certificate.Format {
		return errFormat("清单与证书的格式不同")
	}
	if m.Meeting != v.certificate.Meeting {
		return errFormat("清单是另一次会议的")
	}
	v.say("文件：%d 个，每个字节都在规范的位置上，大小和 SHA-256 与清单一致（%s）", len(a.files), editionNames[a.edition])
	return nil
}

var editionNames = map[Edition]string{Public: "公开版", Owners: "业主版"}

// keyRing reads the keys and holds them against those that the reader trusts.
func (v *verification) keyRing(pins []string) error {
	keys, err := parseKeys(v.text[fileKeys])
	if err != nil {
		return err
	}
	v.keys, v.lines = keys, strings.Split(strings.TrimSuffix(string(v.text[fileKeys]), "\n"), "\n")
	for _, line := range v.lines {
		trusted := false
		for _, pin := range pins {
			trusted = trusted || sameKey(line, pin)
		}
		switch {
		case trusted:
			v.say("公钥：%s，与您给出的一致", line)
		case len(pins) > 0:
			return errFormat("公钥 %s 不是您给出的公钥，它的指纹是 %s", line, Fingerprint(line))
		default:
			v.say("公钥：%s\n      指纹 %s\n      没有用 --key 给出公钥：请把这个指纹与公示栏、会议通知上印的逐段核对，不同就不要相信这份文件", line, Fingerprint(line))
		}
	}
	return nil
}

// signatures checks who signed the manifest and the certificate.
func (v *verification) signatures() error {
	number := v.certificate.Meeting
	for _, s := range []struct{ what, file, want string }{
		{"清单", fileManifestNote, manifestText(number, v.archive.edition, v.text[fileManifest])},
		{"证书", fileCertNote, certificateText(number, v.text[fileCertificate])},
	} {
		text, err := openNote(v.text[s.file], v.keys)
		if err != nil {
			return errFormat("%s的签名：%v", s.what, err)
		}
		if text != s.want {
			return errFormat("%s的签名签的是别的内容", s.what)
		}
	}
	if !sameFiles(v.certificate.Files, list(v.archive.files[4:4+len(sharedFiles)])) {
		return errFormat("证书列出的文件与文件包里的不一致")
	}
	v.say("签名：清单和证书的签名成立，证书列出的 %d 个文件一致", len(v.certificate.Files))
	return nil
}

// facts reads the small files.
func (v *verification) facts() error {
	for _, f := range []struct {
		name  string
		into  any
		check func() error
	}{
		{fileMeeting, &v.meeting, func() error { return v.meeting.check() }},
		{fileRoll, &v.roll, func() error { return v.roll.check() }},
		{fileDelivery, &v.delivery, func() error { return v.delivery.check(v.roll) }},
	} {
		if err := decode(v.text[f.name], "  ", f.into); err != nil {
			return errFormat("%s %v", f.name, err)
		}
		if err := f.check(); err != nil {
			return err
		}
	}
	n, err := each(v.archive, fileEvents, scanJSON[Event], func(e Event) error { return e.check(v.roll) })
	if err != nil {
		return err
	}
	all := v.roll.Scopes[0].Weight
	v.say("会议：%s %s，%d 个议题", v.meeting.Number, v.meeting.Title, len(v.meeting.Motions))
	switch t := v.meeting.Terms; {
	case (t == nil) != (v.certificate.Format == formatFirst):
		return errFormat("%s 缺少或多出会议冻结的规则", fileMeeting)
	case t == nil:
		v.say("规则：这是第一版格式，里面没有会议冻结的规则，不能核对同一票权的几张票该计哪一张")
	default:
		v.say("规则：手机票和纸质票都有的，%s；%s", winsNames[t.WhichWins], changeNames[t.Change])
	}
	v.say("名册：%d 个票权，%s 平方米，根 %s，冻结后的变动 %d 条", all.Heads, all.Area, v.roll.Root, n)
	v.say("送达：有证明 %d，已尝试 %d，没有 %d", v.delivery.Proven, v.delivery.Attempted, v.delivery.None)
	return nil
}
