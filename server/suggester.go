package main

import (
	"context"
	"strings"

	miniapp "github.com/linli-city/linli/miniapp-api"
	"github.com/linli-city/linli/models/complaint"
	"github.com/linli-city/linli/models/complaint/suggest"
)

// suggester fits the suggestions to the residents' surface, by the mandate list in force.
type suggester struct {
	words      *suggest.Suggester
	complaints *complaint.Service
}

const suggestions = 3

// Suggest proposes matters for a text.
func (s suggester) Suggest(ctx context.Context, text string) ([]miniapp.Suggestion, error) {
	mandates, err := s.complaints.MandatesNow(ctx)
	if err != nil {
		return nil, err
	}
	found := s.words.With(mandates).Suggest("", text, suggestions)
	list := make([]miniapp.Suggestion, len(found.Matters))
	for i, m := range found.Matters {
		list[i] = miniapp.Suggestion{Matter: m.Code, Name: m.Name, Unit: m.Unit, Clause: m.Clause, Why: "您写到：" + strings.Join(m.Words, "、")}
	}
	return list, nil
}

// Suggestions gives the best matter for each of many texts.
func (s suggester) Suggestions(ctx context.Context) (func(title, text string) (matter, why string), error) {
	mandates, err := s.complaints.MandatesNow(ctx)
	if err != nil {
		return nil, err
	}
	words := s.words.With(mandates)
	return func(title, text string) (matter, why string) {
		found := words.Suggest(title, text, 1)
		if len(found.Matters) == 0 {
			return "", ""
		}
		return found.Matters[0].Code, "写到：" + strings.Join(found.Matters[0].Words, "、")
	}, nil
}
