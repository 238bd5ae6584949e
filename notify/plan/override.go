package plan

import (
	"fmt"
	"slices"

	"github.com/linli-city/linli/models/event"
	"github.com/linli-city/linli/models/fault"
)

// maxOverrides is more than the table has rows.
const maxOverrides = 500

// Override changes one row for one audience in one city. What it leaves out stays.
type Override struct {
	Event    string    `json:"event"`
	When     string    `json:"when,omitempty"`
	To       To        `json:"to"`
	Off      bool      `json:"off,omitempty"`     // nobody is told; Why says why not
	Channels []Channel `json:"channels,omitzero"` // an empty list is the inbox alone
	Priority string    `json:"priority,omitempty"`
	Title    string    `json:"title,omitempty"`
	Body     string    `json:"body,omitempty"`
	Fields   []string  `json:"fields,omitzero"`
	Ack      *Unread   `json:"ack,omitempty"` // one without a time and steps is none
	Why      string    `json:"why,omitempty"`
}

// With gives the table as a city changes it. What it refuses, it says in Chinese to the office that enters it, all at once:
// fault.ErrInvalid with a field like overrides[2].body.
func (t *Table) With(list []Override) (*Table, error) {
	if len(list) > maxOverrides {
		return nil, fault.ErrInvalid.With(fault.Field{Path: "overrides", Reason: fmt.Sprintf("最多改%d行", maxOverrides)})
	}
	type row struct {
		event, when string
		to          To
	}
	var c fault.Checks
	next, seen := t.clone(), map[row]bool{}
	for i, o := range list {
		at := fmt.Sprintf("overrides[%d]", i)
		if key := (row{o.Event, o.When, o.To}); seen[key] {
			c.Check(false, at, "这一行改了两次，请合成一次")
			continue
		} else {
			seen[key] = true
		}
		n := next.single(o.Event, o.When, o.To)
		if n < 0 {
			c.Check(false, at, "通知计划里没有这一行，请核对事件、情况和对象")
			continue
		}
		next.change(&c, at, n, o)
	}
	next.checkReserves(&c, func(i int) string { return next.rows[i].label() })
	if err := c.Err(); err != nil {
		return nil, err
	}
	return next, nil
}

// single finds the row of one audience and sets it apart from the others that it was written together with, in its place.
func (t *Table) single(kind, when string, to To) int {
	n := slices.IndexFunc(t.rows, func(r Row) bool { return r.Event == kind && r.When == when && slices.Contains(r.To, to) })
	if n < 0 || len(t.rows[n].To) == 1 {
		return n
	}
	whole := t.rows[n]
	var parts []Row
	at := slices.Index(whole.To, to)
	for _, group := range [][]To{whole.To[:at], {to}, whole.To[at+1:]} {
		if len(group) > 0 {
			part := whole.clone()
			part.To = slices.Clone(group)
			parts = append(parts, part)
		}
	}
	t.rows = slices.Replace(t.rows, n, n+1, parts...)
	return n + min(at, 1)
}

// change applies an override to the row at n.
func (t *Table) change(c *fault.Checks, at string, n int, o Override) {
	old := &t.rows[n]
	kind, _ := t.kind(old.Kind)
	fixed := func(path string, ok bool, what string) {
		c.Check(ok || !kind.IsFixed(), at+path, fmt.Sprintf("“%s”%s：%s。%s", kind.Name, what, kind.Fixed.Clause, kind.Fixed.Reason))
	}
	if o.Off {
		fixed(".off", false, "不能关闭")
		c.Check(between(o.Why, 1, 100), at+".why", "请写明为什么不告诉，不超过100个字")
		c.Check(o.Channels == nil && o.Priority == "" && o.Title == "" && o.Body == "" && o.Fields == nil && o.Ack == nil, at, "不告诉的一行不用改别的")
		t.silence(n, o.Why)
		return
	}
	r := old.clone()
	o.onto(&r)
	t.checkRow(c, at, &r)
	fixed(".channels", within(old.Channels, r.Channels), "不能去掉原有的渠道，可以加")
	fixed(".priority", r.presses() <= old.presses(), "不能改得更不急")
	fixed(".ack", r.Ack != nil || old.Ack == nil, "不能取消催看")
	if r.Ack != nil && old.Ack != nil {
		fixed(".ack.after", r.Ack.patience() <= old.Ack.patience() && (old.Ack.Working || !r.Ack.Working), "不能等得更久再催看")
		later := slices.DeleteFunc(slices.Clone(old.Ack.Then), func(s Step) bool { return slices.Contains(r.Channels, Channel(s)) }) // what is told at once need not follow
		fixed(".ack.then", within(later, r.Ack.Then), "不能去掉原有的催看步骤")
	}
	t.rows[n] = r
}

// within reports whether all of some things are among others.
func within[T comparable](all, among []T) bool {
	return !slices.ContainsFunc(all, func(x T) bool { return !slices.Contains(among, x) })
}

// onto puts what an override names in the place of what the row says.
func (o *Override) onto(r *Row) {
	put(&r.Priority, o.Priority)
	put(&r.Title, o.Title)
	put(&r.Body, o.Body)
	put(&r.Why, o.Why)
	if o.Channels != nil {
		r.Channels = slices.Clone(o.Channels)
	}
	if o.Fields != nil {
		r.Fields = slices.Clone(o.Fields)
	}
	switch {
	case o.Ack == nil:
	case o.Ack.After == "" && len(o.Ack.Then) == 0:
		r.Ack = nil
	default:
		next := o.Ack.clone()
		if next.Act, next.Until = false, nil; r.Ack != nil {
			next.Act, next.Until = r.Ack.Act, r.Ack.Until
		}
		r.Ack = next
	}
}

func put(old *string, text string) {
	if text != "" {
		*old = text
	}
}

// presses is how much a row presses when its event presses most.
func (r *Row) presses() event.Priority {
	own, _ := shapes()[r.Event].pressing(r.When)
	return max(own, r.least())
}

// silence takes a row out; an event that has no other is silent from now on.
func (t *Table) silence(n int, why string) {
	kind := t.rows[n].Event
	t.rows = slices.Delete(t.rows, n, n+1)
	if slices.ContainsFunc(t.rows, func(r Row) bool { return r.Event == kind }) {
		return
	}
	if t.silent == nil {
		t.silent = map[string]string{}
	}
	t.silent[kind] = why
}
