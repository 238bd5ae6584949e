package tally

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/linli-city/linli/models/fault"
)

// LongestCase is the most bytes that Decide reads.
const LongestCase = 64 << 10

// deepest is how far objects may be nested.
const deepest = 4

// wrongs collects every fault of an input, so that one answer names them all.
type wrongs []fault.Field

func (w *wrongs) say(path, zh, en string) {
	*w = append(*w, fault.Field{Path: path, Reason: zh + " / " + en})
}

func (w wrongs) err() error {
	if len(w) == 0 {
		return nil
	}
	return ErrInput.With(w...)
}

// object is a JSON object; number texts stay as they are written.
type object map[string]any

// strictly reads one JSON object and nothing after it. Keys that stand twice are named: whichever of two numbers was meant,
// nobody may guess.
func (w *wrongs) strictly(raw []byte) object {
	if len(raw) > LongestCase {
		w.say("", "内容太长", "the input is too long")
		return nil
	}
	if !json.Valid(raw) {
		w.say("", "不是一份完整的 JSON", "not one valid JSON value")
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	value, err := w.value(d, "", 0)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("trailing")
		}
	}
	top, ok := value.(object)
	if err != nil || !ok {
		w.say("", "应为一个 JSON 对象", "must be one JSON object")
		return nil
	}
	return top
}

func (w *wrongs) value(d *json.Decoder, path string, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, nested := t.(json.Delim)
	if !nested {
		return t, nil
	}
	if depth == deepest {
		return nil, errors.New("too deep")
	}
	var list []any
	o := object{}
	for d.More() {
		at := path
		if delim == '{' {
			t, err := d.Token()
			if err != nil {
				return nil, err
			}
			key, _ := t.(string)
			at = join(path, key)
			if _, twice := o[key]; twice {
				w.say(at, "写了两次", "stands twice")
			}
			o[key] = nil
			if o[key], err = w.value(d, at, depth+1); err != nil {
				return nil, err
			}
			continue
		}
		item, err := w.value(d, at, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if delim == '[' {
		return list, nil
	}
	return o, nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
