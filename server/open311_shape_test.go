package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// node is an element of an XML document.
type node struct {
	name     string
	text     string
	children []*node
}

func readXML(raw string) (*node, error) {
	top := &node{}
	stack := []*node{top}
	for d := xml.NewDecoder(strings.NewReader(raw)); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			if len(top.children) != 1 {
				return nil, fmt.Errorf("%d roots", len(top.children))
			}
			return top.children[0], nil
		}
		if err != nil {
			return nil, err
		}
		last := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			if len(t.Attr) > 0 || t.Name.Space != "" {
				return nil, fmt.Errorf("%s has attributes or a namespace", t.Name.Local)
			}
			n := &node{name: t.Name.Local}
			last.children = append(last.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			last.text = strings.TrimSpace(last.text)
			stack = stack[:len(stack)-1]
		case xml.CharData:
			last.text += string(t)
		}
	}
}

// find gives the elements by a path of names.
func (n *node) find(path ...string) []*node {
	found := []*node{n}
	for _, name := range path {
		var next []*node
		for _, f := range found {
			for _, c := range f.children {
				if c.name == name {
					next = append(next, c)
				}
			}
		}
		found = next
	}
	return found
}

func (n *node) value(path ...string) string {
	if found := n.find(path...); len(found) > 0 {
		return found[0].text
	}
	return ""
}

// sameXML holds each of our elements against the published one of its path: the same children, each once unless the
// parent is a container of equal elements, and nesting where there was nesting.
func sameXML(t *testing.T, what, ours, published string) *node {
	t.Helper()
	if !strings.HasPrefix(ours, `<?xml version="1.0" encoding="UTF-8"?>`) {
		t.Errorf("%s has no declaration: %.60s", what, ours)
	}
	a, err := readXML(ours)
	if err != nil {
		t.Fatalf("%s: %v\n%s", what, err, ours)
	}
	b, err := readXML(published)
	if err != nil {
		t.Fatalf("published %s: %v", what, err)
	}
	a.like(t, what, []*node{b})
	return a
}

// like compares with all published elements of the same path at once.
func (n *node) like(t *testing.T, at string, published []*node) {
	t.Helper()
	at += "/" + n.name
	if n.name != published[0].name {
		t.Errorf("%s: published is %s", at, published[0].name)
		return
	}
	want := map[string][]*node{}
	container := false
	for _, p := range published {
		for _, c := range p.children {
			want[c.name] = append(want[c.name], c)
		}
		container = container || (len(p.children) > 0 && !slices.ContainsFunc(p.children, func(c *node) bool { return c.name != p.children[0].name }) && strings.HasSuffix(p.name, "s"))
	}
	have := map[string]int{}
	for _, c := range n.children {
		have[c.name]++
		if want[c.name] == nil {
			t.Errorf("%s/%s is not in the specification", at, c.name)
			continue
		}
		c.like(t, at, want[c.name])
	}
	for name := range want {
		if have[name] == 0 && !container {
			t.Errorf("%s/%s is missing", at, name)
		}
	}
	for name, count := range have {
		if count > 1 && !container {
			t.Errorf("%s/%s comes %d times", at, name, count)
		}
	}
	if len(want) > 0 && len(n.children) > 0 && n.text != "" {
		t.Errorf("%s holds text beside its elements", at)
	}
}

var leadingZero = regexp.MustCompile(`":0(\d+)`)

// kinds are the fields whose type in JSON every client relies on; the others are texts or null. Codes and numbers of
// requests are numbers in the examples because theirs happen to be.
var kinds = map[string]string{"metadata": "bool", "variable": "bool", "required": "bool", "order": "float64", "lat": "float64", "long": "float64"}

// sameJSON is sameXML for JSON.
func sameJSON(t *testing.T, what, ours, published string) any {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(ours), &a); err != nil {
		t.Fatalf("%s: %v\n%s", what, err, ours)
	}
	if err := json.Unmarshal([]byte(leadingZero.ReplaceAllString(published, `":"0$1"`)), &b); err != nil {
		t.Fatalf("published %s: %v", what, err)
	}
	likeJSON(t, what, "", a, b)
	return a
}

func likeJSON(t *testing.T, at, field string, ours, published any) {
	t.Helper()
	switch p := published.(type) {
	case []any:
		list, ok := ours.([]any)
		if !ok {
			t.Errorf("%s is no array: %v", at, ours)
			return
		}
		for i, v := range list {
			likeJSON(t, fmt.Sprintf("%s[%d]", at, i), field, v, p[0])
		}
	case map[string]any:
		object, ok := ours.(map[string]any)
		if !ok {
			t.Errorf("%s is no object: %v", at, ours)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(p)) {
			v, ok := object[name]
			if !ok {
				t.Errorf("%s.%s is missing", at, name)
				continue
			}
			likeJSON(t, at+"."+name, name, v, p[name])
		}
		for name := range object {
			if _, ok := p[name]; !ok {
				t.Errorf("%s.%s is not in the specification", at, name)
			}
		}
	default:
		want := kinds[field]
		if want == "" {
			want = "string"
		}
		if field == "code" && published == 403.0 {
			want = "float64" // of an error
		}
		if got := fmt.Sprintf("%T", ours); ours != nil && got != want {
			t.Errorf("%s is a %s, want %s: %v", at, got, want, ours)
		}
	}
}

// published reads an example of the specification.
func published(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/open311/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
