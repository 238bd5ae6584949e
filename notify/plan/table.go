package plan

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/linli-city/linli/models/event"
)

// Table is who is told of what. It does not change once it is read; With makes another.
type Table struct {
	kinds     []Kind
	templates []Template
	quiet     Quiet
	working   Working
	rows      []Row
	silent    map[string]string // by event: why nobody is told
}

// Kind is a sort of message that a person may switch off or read as a digest, unless it is fixed.
type Kind struct {
	Code  string `yaml:"code" json:"code"`
	Name  string `yaml:"name" json:"name"`
	Fixed Fixed  `yaml:"fixed" json:"fixed,omitzero"`
}

// Fixed is why a kind cannot be switched off.
type Fixed struct {
	Clause string `yaml:"clause" json:"clause"`
	Reason string `yaml:"reason" json:"reason"`
}

// IsFixed tells whether the kind cannot be switched off.
func (k Kind) IsFixed() bool { return k.Fixed != Fixed{} }

//go:embed plan.yaml
var shipped []byte

// Default is the shipped table. It is part of the program and a test reads it, so a mistake in it stops the program
// instead of keeping something from somebody.
func Default() *Table { return once() }

var once = sync.OnceValue(func() *Table {
	t, err := read(shipped)
	if err != nil {
		panic("plan: " + err.Error())
	}
	return t
})

// For gives the messages of an event, in the order of the table. An event that nobody is told of gives none; one that the
// table does not know is an error.
func (t *Table) For(e event.Event) ([]Message, error) {
	f, ok := factsOf(e)
	if !ok {
		return nil, fmt.Errorf("plan: no words for event %q", e.Kind())
	}
	kind, known := e.Kind(), false
	var list []Message
	for i := range t.rows {
		r := &t.rows[i]
		if r.Event != kind {
			continue
		}
		known = true
		if r.When == "" || r.When == f.holds {
			list = append(list, chosen(e, t.message(r, f, event.PriorityOf(e))))
		}
	}
	if !known && t.silent[kind] == "" {
		return nil, fmt.Errorf("plan: no words for event %q", kind)
	}
	return list, nil
}

func (t *Table) message(r *Row, f *facts, own event.Priority) Message {
	words := fill(r.Sight.of(f.words))
	m := Message{To: slices.Clone(r.To), Kind: r.Kind, Sight: r.Sight, Title: cut(words.Replace(r.Title), maxTitle), Body: cut(words.Replace(r.Body), maxBody),
		SubjectKind: f.subject, Priority: max(own, r.least()), Channels: slices.Clone(r.Channels), Hold: r.Repeat == hold, Ack: r.ack(), Why: r.Why}
	if r.Sight == Full {
		m.SubjectID = f.id
	}
	if !r.personal() {
		m.Except = f.about
	}
	if x := t.template(r.Template); x != nil && slices.Contains(r.Channels, x.channel()) {
		m.Template = x.Name
		for i, v := range r.Fields {
			m.Values = append(m.Values, bounded(x.Fields[i], words.Replace(v)))
		}
	}
	return m
}

func (t *Table) template(name string) *Template {
	for i := range t.templates {
		if t.templates[i].Name == name {
			return &t.templates[i]
		}
	}
	return nil
}

func (t *Table) kind(code string) (Kind, bool) {
	for _, k := range t.kinds {
		if k.Code == code {
			return k, true
		}
	}
	return Kind{}, false
}

// Rows gives the table to show it, in its order. A row that leaves its priority to an event that does not always press
// alike has none.
func (t *Table) Rows() []Row {
	list := make([]Row, len(t.rows))
	for i := range t.rows {
		r := t.rows[i].clone()
		if p, always := shapes()[r.Event].pressing(r.When); r.Priority == "" && always {
			r.Priority = p.String()
		}
		list[i] = r
	}
	return list
}

// Kinds gives what people may switch off, and what not and why.
func (t *Table) Kinds() []Kind { return slices.Clone(t.kinds) }

// Working gives the hours in which offices work.
func (t *Table) Working() Working { return t.working }

// Quiet gives the hours in which only the inbox is written.
func (t *Table) Quiet() Quiet { return t.quiet }

// clone is a table to be changed; what With does not change is shared.
func (t *Table) clone() *Table {
	next := *t
	next.silent = maps.Clone(t.silent)
	next.rows = make([]Row, len(t.rows))
	for i := range t.rows {
		next.rows[i] = t.rows[i].clone()
	}
	return &next
}

// label names a row for whoever looks for it in the file.
func (r *Row) label() string {
	to := make([]string, len(r.To))
	for i, x := range r.To {
		to[i] = string(x)
	}
	name := r.Event
	if r.When != "" {
		name += " " + r.When
	}
	return name + " → " + strings.Join(to, ",")
}
