package log

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Purpose says why a checkpoint was made.
type Purpose string

// The purposes.
const (
	Hourly Purpose = "hourly" // while the log grows, at least once an hour
	Close  Purpose = "close"  // the voting window ended; paper is still to be opened
	Final  Purpose = "final"  // the log ends here; the certificate names this one
)

// Checkpoint says how the log stood at a time. Its text is a tlog-checkpoint (C2SP): origin, size, root, and two lines
// of extension.
type Checkpoint struct {
	Meeting string // number of the meeting; the origin is "linli/" and this
	Tree    Tree
	At      time.Time // UTC to the second
	Purpose Purpose
}

func (c Checkpoint) text() string {
	return "linli/" + c.Meeting + "\n" + strconv.FormatInt(c.Tree.Size, 10) + "\n" + c.Tree.Root.String() + "\n" +
		"time " + c.At.UTC().Format(time.RFC3339) + "\npurpose " + string(c.Purpose) + "\n"
}

// Sign returns the checkpoint as a signed note, the bytes that are published.
func (c Checkpoint) Sign(s Signer) ([]byte, error) {
	if _, err := parseCheckpoint(c.text()); err != nil {
		return nil, err
	}
	return signNote(c.text(), s)
}

// OpenCheckpoint verifies the signature and reads the checkpoint.
func OpenCheckpoint(raw []byte, keys ...note.Verifier) (Checkpoint, error) {
	text, err := openNote(raw, keys)
	if err != nil {
		return Checkpoint{}, err
	}
	return parseCheckpoint(text)
}

func parseCheckpoint(text string) (Checkpoint, error) {
	bad := errFormat("检查点的写法不规范")
	lines := strings.Split(text, "\n")
	if len(lines) != 6 {
		return Checkpoint{}, bad
	}
	var c Checkpoint
	var at, purpose string
	var named, timed, meant bool
	c.Meeting, named = strings.CutPrefix(lines[0], "linli/")
	at, timed = strings.CutPrefix(lines[3], "time ")
	purpose, meant = strings.CutPrefix(lines[4], "purpose ")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, ok := parseHash([]byte(lines[2]))
	moment, err2 := time.Parse(time.RFC3339, at)
	c.Tree, c.At, c.Purpose = Tree{size, root}, moment.UTC(), Purpose(purpose)
	known := c.Purpose == Hourly || c.Purpose == Close || c.Purpose == Final
	if !named || !timed || !meant || !known || !ok || err != nil || err2 != nil || size < 0 || c.Meeting == "" || c.text() != text {
		return Checkpoint{}, bad
	}
	return c, nil
}
