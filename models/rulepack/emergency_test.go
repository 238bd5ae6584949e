package rulepack_test

import (
	"testing"

	"github.com/linli-city/linli/models/rulepack"
)

// TestEveryDangerHasANumber: each dangerous matter of the shipped list names whom to call, with a source; each matter that
// a number names exists.
func TestEveryDangerHasANumber(t *testing.T) {
	p, err := rulepack.Find("duyun-2020")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range p.Matters {
		if m.Class != rulepack.Danger {
			continue
		}
		if list := p.Emergencies(m.Code); len(list) != 2 || len(list[0].Matters) == 0 || list[1].Phone != "120" {
			t.Errorf("%s %s: %+v", m.Code, m.Name, list)
		}
	}
	if list := p.Emergencies("fire-lane"); list[0].Phone != "119" {
		t.Errorf("fire: %+v", list)
	}
	if list := p.Emergencies("new-danger"); len(list) != 4 {
		t.Errorf("a matter that nobody thought of: %+v", list)
	}
	for _, e := range p.Emergency {
		for _, code := range e.Matters {
			if m, ok := p.Matter(code); !ok || m.Class != rulepack.Danger {
				t.Errorf("%s names %s", e.Phone, code)
			}
		}
	}
}
