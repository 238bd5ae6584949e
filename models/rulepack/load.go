package rulepack

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/linli-city/linli/models/calendar"
)

//go:embed packs/*.yaml
var embedded embed.FS

// shipped parses the embedded packs once. They are part of the program and a test reads them all, so a mistake in
// one stops the program instead of deciding anything wrongly.
var shipped = sync.OnceValue(func() []*Pack {
	packs, err := load(embedded)
	if err != nil {
		panic("rulepack: " + err.Error())
	}
	return packs
})

// head says what a pack is.
type head struct {
	Version  int      `yaml:"version"`
	Title    string   `yaml:"title"`
	National bool     `yaml:"national"`
	Division string   `yaml:"division"`
	City     string   `yaml:"city"`
	From     string   `yaml:"from"`
	Until    string   `yaml:"until"`
	Sources  []string `yaml:"sources"`
	Note     string   `yaml:"note"`
}

// file is how a pack, or a part of one, is written.
type file struct {
	head          `yaml:",inline"`
	Code          string         `yaml:"code"`
	Values        []written      `yaml:"values"`
	Organisations []Organisation `yaml:"organisations"`
	Matters       []Matter       `yaml:"matters"`
	Duties        []Duty         `yaml:"duties"`
	Emergency     []Emergency    `yaml:"emergency"`
	Disclosures   []Disclosure   `yaml:"disclosures"`
}

// written is a value in a file; a value that the law leaves open is the word unset.
type written struct {
	Key       string   `yaml:"key"`
	Title     string   `yaml:"title"`
	Kind      Kind     `yaml:"kind"`
	Value     string   `yaml:"value"`
	Reference bool     `yaml:"reference"`
	Local     bool     `yaml:"local"`
	Article   string   `yaml:"article"`
	Source    string   `yaml:"source"`
	Checked   string   `yaml:"checked"`
	Note      string   `yaml:"note"`
	Blocks    string   `yaml:"blocks"`
	By        Supplier `yaml:"by"`
	Allowed   []string `yaml:"allowed"`
	Min       int64    `yaml:"min"`
	Max       int64    `yaml:"max"`
}

func load(dir fs.FS) ([]*Pack, error) {
	names, err := fs.Glob(dir, "packs/*.yaml")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	parts := map[string]*file{}
	var codes []string
	for _, name := range names {
		var f file
		raw, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		dec := yaml.NewDecoder(bytes.NewReader(raw))
		dec.KnownFields(true)
		if err := dec.Decode(&f); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		whole, ok := parts[f.Code]
		if !ok {
			whole = &file{Code: f.Code}
			parts[f.Code] = whole
			codes = append(codes, f.Code)
		}
		if f.Version > 0 {
			whole.head = f.head
		}
		// A long pack is written in several files: <code>.yaml with its head, the rest beside it.
		whole.Values = append(whole.Values, f.Values...)
		whole.Organisations = append(whole.Organisations, f.Organisations...)
		whole.Matters = append(whole.Matters, f.Matters...)
		whole.Duties = append(whole.Duties, f.Duties...)
		whole.Emergency = append(whole.Emergency, f.Emergency...)
		whole.Disclosures = append(whole.Disclosures, f.Disclosures...)
	}
	var packs []*Pack
	var errs []error
	for _, code := range codes {
		p, err := parts[code].pack()
		packs, errs = append(packs, p), append(errs, err)
	}
	return packs, errors.Join(errs...)
}

func (f *file) pack() (*Pack, error) {
	p := &Pack{Code: f.Code, Version: f.Version, Title: f.Title, National: f.National, Division: f.Division, City: f.City, Sources: f.Sources, Note: f.Note,
		Values: map[string]Value{}, Organisations: f.Organisations, Matters: f.Matters, Duties: f.Duties, Emergency: f.Emergency, Disclosures: f.Disclosures}
	var err, errUntil error
	if p.From, err = calendar.ParseDate(f.From); f.Until != "" {
		p.Until, errUntil = calendar.ParseDate(f.Until)
	}
	errs := []error{err, errUntil}
	for _, w := range f.Values {
		if _, twice := p.Values[w.Key]; twice || w.Key == "" || len(w.Key) > 64 {
			errs = append(errs, fmt.Errorf("%s: value %q: the key must be unique and have at most 64 letters", f.Code, w.Key))
		}
		v := Value{Key: w.Key, Title: w.Title, Kind: w.Kind, Raw: w.Value, Reference: w.Reference, Local: w.Local,
			Article: w.Article, Source: w.Source, Checked: w.Checked, Note: w.Note, Blocks: w.Blocks, SuppliedBy: w.By,
			Allowed: w.Allowed, Min: w.Min, Max: w.Max, Pack: p.Stamp(), Effective: p.From}
		if v.Raw == "unset" {
			v.Raw, v.Unset, v.Local = "", true, true
		}
		p.Values[w.Key] = v
	}
	p.markComplaints()
	errs = append(errs, p.check())
	return p, errors.Join(errs...)
}

// markComplaints notes which duties residents can complain about: those that a matter rests on.
func (p *Pack) markComplaints() {
	used := map[string]bool{}
	for _, m := range p.Matters {
		for _, c := range m.Clauses {
			used[c] = true
		}
		for _, leg := range m.Then {
			used[leg.Clause] = true
		}
	}
	for i := range p.Duties {
		p.Duties[i].Complaint = used[p.Duties[i].Clause]
	}
}
