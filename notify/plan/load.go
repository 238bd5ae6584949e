package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/linli-city/linli/models/fault"
)

// file is how the table is written.
type file struct {
	Kinds     []Kind            `yaml:"kinds"`
	Templates []Template        `yaml:"templates"`
	Quiet     Quiet             `yaml:"quiet"`
	Working   Working           `yaml:"working"`
	Tell      []Row             `yaml:"tell"`
	Silent    map[string]string `yaml:"silent"`
}

// read reads a table and names every row that is wrong.
func read(raw []byte) (*Table, error) {
	var f file
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("the table is one document")
	}
	// The lines are read apart: a decoder that keeps them would no longer refuse unknown keys.
	var lines struct {
		Tell []yaml.Node `yaml:"tell"`
	}
	if err := yaml.Unmarshal(raw, &lines); err != nil {
		return nil, err
	}
	if len(lines.Tell) != len(f.Tell) {
		return nil, errors.New("tell: a row is empty")
	}
	t := &Table{kinds: f.Kinds, templates: f.Templates, quiet: f.Quiet, working: f.Working, rows: f.Tell, silent: f.Silent}
	at := func(i int) string { return fmt.Sprintf("line %d, %s", lines.Tell[i].Line, t.rows[i].label()) }
	var c fault.Checks
	t.checkHead(&c)
	for i := range t.rows {
		r := &t.rows[i]
		if r.Sight == "" {
			r.Sight = Full
		}
		if r.Repeat == "" {
			r.Repeat = resend
		}
		t.checkRow(&c, at(i), r)
	}
	if len(c) == 0 { // what is said of all rows together makes sense of sound rows only
		t.checkReach(&c, at)
		t.checkUse(&c, at)
		t.checkReserves(&c, at)
	}
	if len(c) == 0 {
		return t, nil
	}
	errs := make([]error, len(c))
	for i, f := range c {
		errs[i] = fmt.Errorf("%s: %s", f.Path, f.Reason)
	}
	return nil, errors.Join(errs...)
}

// checkHead checks what is no row.
func (t *Table) checkHead(c *fault.Checks) {
	codes := map[string]bool{}
	for i, k := range t.kinds {
		at := fmt.Sprintf("kinds[%d] %s", i, k.Code)
		c.Check(k.Code != "" && len(k.Code) <= 32 && !codes[k.Code], at, "类别要有代码，不能重复")
		c.Check(k.Name != "", at, "类别要有名称")
		c.Check(!k.IsFixed() || (k.Fixed.Clause != "" && k.Fixed.Reason != ""), at, "不能关闭的类别要写明条款和原因")
		codes[k.Code] = true
	}
	names := map[string]bool{}
	for i, x := range t.templates {
		at := fmt.Sprintf("templates[%d] %s", i, x.Name)
		c.Check(x.Name != "" && len(x.Name) <= 64 && !names[x.Name], at, "模板要有名称，不能重复")
		c.Check(x.Title != "" && len(x.Fields) > 0, at, "模板要有标题和字段")
		for _, f := range x.Fields {
			c.Check(slices.Contains([]string{"thing", "phrase", "character_string", "time"}, fieldType(f)) && fieldType(f) != f, at, "不认识字段“"+f+"”")
		}
		names[x.Name] = true
	}
	for at, span := range map[string][2]string{"quiet": {t.quiet.From, t.quiet.To}, "working": {t.working.From, t.working.To}} {
		for _, s := range span {
			_, err := time.Parse(hours, s)
			c.Check(err == nil && len(s) == len(hours), at, "时段写成22:00")
		}
	}
	c.Check(t.working.From < t.working.To, "working", "上班要早于下班")
}

// checkReach finds rows that no event reaches, and events that reach nobody. at names a row.
func (t *Table) checkReach(c *fault.Checks, at func(int) string) {
	type audience struct {
		event string
		to    To
	}
	seen := map[audience][]string{}
	told := map[string][]string{}
	for i := range t.rows {
		r := &t.rows[i]
		c.Check(t.silent[r.Event] == "", at(i), "这个事件写在silent里，又有人要告诉")
		for _, to := range r.To {
			before := seen[audience{r.Event, to}]
			clash := slices.Contains(before, r.When) || slices.Contains(before, "") || (r.When == "" && len(before) > 0)
			c.Check(!clash, at(i), fmt.Sprintf("“%s”已有一行在同样的情况下告诉，这一行到不了", to))
			seen[audience{r.Event, to}] = append(before, r.When)
		}
		told[r.Event] = append(told[r.Event], r.When)
	}
	for _, kind := range slices.Sorted(maps.Keys(shapes())) {
		if t.silent[kind] != "" || slices.Contains(told[kind], "") {
			continue
		}
		c.Check(len(told[kind]) > 0, kind, "没有人被告诉；确实不用的写在silent里，写明原因")
		for _, when := range shapes()[kind].conditions() {
			c.Check(len(told[kind]) == 0 || slices.Contains(told[kind], when), kind+" "+when, "在这种情况下没有人被告诉")
		}
	}
}

// checkUse finds what no row uses: a kind that a person would switch off in vain, a template that somebody would apply for in
// vain, a template whose channel is missing, an event that does not exist.
func (t *Table) checkUse(c *fault.Checks, at func(int) string) {
	used := map[string]bool{}
	for i, r := range t.rows {
		used["kind "+r.Kind], used["template "+r.Template] = true, true
		x := t.template(r.Template)
		c.Check(x == nil || slices.Contains(r.Channels, x.channel()), at(i)+".channels", "有模板，却没有发它的微信渠道")
	}
	for _, k := range t.kinds {
		c.Check(used["kind "+k.Code], "kinds "+k.Code, "没有一行属于这个类别")
	}
	for _, x := range t.templates {
		c.Check(used["template "+x.Name], "templates "+x.Name, "没有一行用这个模板")
	}
	for kind, why := range t.silent {
		c.Check(shapes()[kind] != nil, "silent "+kind, "没有这个事件")
		c.Check(strings.TrimSpace(why) != "", "silent "+kind, "请写明为什么不告诉任何人")
	}
}
