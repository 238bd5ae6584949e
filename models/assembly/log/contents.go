package log

import (
	"bufio"
	"bytes"
	"io"
	"iter"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Contents is everything a bundle is made of, in plain values. The sequences are ranged more than once and must give the
// same each time: read them in one transaction, or after the log has ended.
type Contents struct {
	Meeting     Meeting
	Roll        Roll // from FreezeRoll
	Events      []Event
	Delivery    Delivery
	Checkpoints [][]byte // signed, the oldest first; the last covers all leaves
	Keys        []string // the key lines of every signer of checkpoints, certificate and bundle
	Leaves      iter.Seq2[Leaf, error]

	// The rest is for Certify and the owners' edition; the public edition never reads it.
	Seats    iter.Seq2[Seat, error]    // by number
	Silent   iter.Seq2[Silent, error]  // by motion and seat; nil for none
	Openings iter.Seq2[Opening, error] // one for each ballot leaf, by leaf

	// The list of debtors is in no edition: with the roll beside it, it would tell every neighbour who owes. The certificate carries its hash.
	Debtors     []int // their seats, in order
	DebtorsSalt Hash  // random, so that nobody finds the list by trying seats

	Certificate Signed // from Certify
}

// Signed is a file and the note that signs it.
type Signed struct{ Text, Note []byte }

// draft is contents that have been read through once.
type draft struct {
	*Contents
	format      string
	keys        []note.Verifier
	checkpoints []Checkpoint
	leaves      []Leaf
	ledger      *ledger
	proofs      [][]Hash
}

func (c *Contents) draft(format string) (*draft, error) {
	d := &draft{Contents: c, format: format}
	switch {
	case format == formatFirst:
		d.Meeting.Terms = nil
	case format != Format || c.Meeting.Terms == nil:
		return nil, errFormat("文件包的格式不认识，或者没有会议冻结的规则")
	}
	d.Meeting.Opens, d.Meeting.Closes = second(d.Meeting.Opens), second(d.Meeting.Closes)
	d.Roll.FrozenAt = second(d.Roll.FrozenAt)
	for i := range d.Events {
		d.Events[i].At = second(d.Events[i].At)
	}
	var err error
	if d.keys, err = parseKeys(keysText(c.Keys)); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	if d.checkpoints, err = openAll(d.Meeting.Number, d.Checkpoints, d.keys); err != nil {
		return nil, err
	}
	d.ledger = newLedger(d.checkpoints)
	var all memory
	for leaf, err := range c.Leaves {
		if err != nil {
			return nil, err
		}
		h, err := d.ledger.add(leaf)
		if err != nil {
			return nil, err
		}
		if all, err = all.grow(d.ledger.front.size-1, h); err != nil {
			return nil, err
		}
		d.leaves = append(d.leaves, leaf)
	}
	if err := d.ledger.agree(d.checkpoints); err != nil {
		return nil, err
	}
	if err := d.ledger.closes(&d.Meeting, d.checkpoints); err != nil {
		return nil, err
	}
	return d, d.prove(all)
}

// check refuses what a verifier would refuse.
func (c *Contents) check() error {
	if err := c.Meeting.check(); err != nil {
		return err
	}
	if err := c.Roll.check(); err != nil {
		return err
	}
	for _, e := range c.Events {
		if err := e.check(c.Roll); err != nil {
			return err
		}
	}
	return c.Delivery.check(c.Roll)
}

// prove makes the consistency proofs between neighbouring checkpoints.
func (d *draft) prove(all memory) error {
	old := Tree{Root: EmptyRoot}
	for _, c := range d.checkpoints {
		var p []Hash
		if old.Size > 0 && old.Size < c.Tree.Size {
			proof, err := tlog.ProveTree(c.Tree.Size, old.Size, all)
			if err != nil {
				return err
			}
			p = own(proof)
		}
		d.proofs = append(d.proofs, p)
		old = c.Tree
	}
	return nil
}

// shared are the files that both editions carry.
func (d *draft) shared() ([]*file, error) {
	var lines bytes.Buffer
	for i, raw := range d.Checkpoints {
		line, err := encode(checkpointLine{string(raw), append([]Hash{}, d.proofs[i]...)}, "")
		if err != nil {
			return nil, err
		}
		lines.Write(line)
	}
	var events bytes.Buffer
	for _, e := range d.Events {
		line, err := encode(e, "")
		if err != nil {
			return nil, err
		}
		events.Write(line)
	}
	meeting, err := jsonFile(fileMeeting, d.Meeting)
	if err != nil {
		return nil, err
	}
	roll, err := jsonFile(fileRoll, d.Roll)
	if err != nil {
		return nil, err
	}
	delivery, err := jsonFile(fileDelivery, d.Delivery)
	if err != nil {
		return nil, err
	}
	leaves := lineFile(fileLeaves, func(yield func(int, error) bool) {
		for i := range d.leaves {
			if !yield(i, nil) {
				return
			}
		}
	}, func(b []byte, i int) ([]byte, error) { return d.leaves[i].appendLine(b, int64(i)), nil })
	files := []*file{byteFile(fileReadme, readmes[d.format]), byteFile(fileKeys, keysText(d.Keys)), meeting, roll, byteFile(fileEvents, events.Bytes()), delivery,
		byteFile(fileCheckpoints, lines.Bytes()), leaves}
	return files, measureAll(files)
}

func measureAll(files []*file) error {
	for _, f := range files {
		if err := f.measure(); err != nil {
			return err
		}
	}
	return nil
}

type checkpointLine struct {
	Note        string `json:"note"`
	Consistency []Hash `json:"consistency"` // with the line before
}

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func byteFile(name string, raw []byte) *file {
	return &file{Listed: Listed{Name: name}, write: func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	}}
}

// jsonFile refuses values that would not be read as they were written, such as text that is no UTF-8.
func jsonFile[T any](name string, v T) (*file, error) {
	raw, err := encode(v, "  ")
	if err == nil {
		err = decode(raw, "  ", new(T))
	}
	return byteFile(name, raw), err
}

func lineFile[T any](name string, values iter.Seq2[T, error], line func([]byte, T) ([]byte, error)) *file {
	return &file{Listed: Listed{Name: name}, write: func(w io.Writer) error {
		out := bufio.NewWriterSize(w, 1<<16)
		var buf []byte
		for v, err := range values {
			if err != nil {
				return err
			}
			if buf, err = line(buf[:0], v); err != nil {
				return err
			}
			if _, err = out.Write(buf); err != nil {
				return err
			}
		}
		return out.Flush()
	}}
}
