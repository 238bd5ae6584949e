package main

import (
	"strings"

	miniapp "github.com/linli-city/linli/miniapp-api"
	"github.com/linli-city/linli/models/complaint/suggest"
)

// suggester fits the suggestions to the residents' surface.
type suggester struct{ *suggest.Suggester }

const suggestions = 3

// Suggest proposes matters for a text.
func (s suggester) Suggest(text string) []miniapp.Suggestion {
	found := s.Suggester.Suggest("", text, suggestions)
	list := make([]miniapp.Suggestion, len(found.Matters))
	for i, m := range found.Matters {
		list[i] = miniapp.Suggestion{Matter: m.Code, Name: m.Name, Unit: m.Unit, Clause: m.Clause, Why: "您写到：" + strings.Join(m.Words, "、")}
	}
	return list
}
