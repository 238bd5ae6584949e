package log

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// Failure is what does not hold, in Chinese, for the people who check.
type Failure struct{ Message string }

func (f *Failure) Error() string { return f.Message }

func errFormat(format string, args ...any) error { return &Failure{fmt.Sprintf(format, args...)} }

// signNote signs a text that ends in a newline.
func signNote(text string, s Signer) ([]byte, error) { return note.Sign(&note.Note{Text: text}, s) }

// openNote returns the text of a note with exactly one signature, by one of the keys, and no second spelling: what was
// read, written again, is the same bytes.
func openNote(raw []byte, keys []note.Verifier) (string, error) {
	n, err := note.Open(raw, note.VerifierList(keys...))
	if err != nil {
		var unknown *note.UnverifiedNoteError
		if errors.As(err, &unknown) {
			return "", errFormat("签名的密钥不在公钥名单里")
		}
		return "", errFormat("签名不成立")
	}
	again, err := note.Sign(n)
	if err != nil || len(n.Sigs)+len(n.UnverifiedSigs) != 1 || !bytes.Equal(again, raw) {
		return "", errFormat("签名的写法不规范")
	}
	if _, err := strict.DecodeString(n.Sigs[0].Base64); err != nil {
		return "", errFormat("签名的写法不规范")
	}
	return n.Text, nil
}
