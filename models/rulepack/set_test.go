package rulepack_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/rulepack"
)

// What the law leaves open is refused by name, never read as zero.
func TestUnsetRefuses(t *testing.T) {
	t.Parallel()
	s := law(t, "2026-01-05")
	open := s.Unset()
	if len(open) == 0 {
		t.Fatal("no value is unset, though Guizhou's rules are not verified")
	}
	for _, v := range open {
		_, err := readAny(s, v)
		f := fault.Of(err)
		if !errors.Is(err, rulepack.ErrUnset) || f.Kind != fault.Conflict || f.Code != "rule.unset" {
			t.Errorf("%s: %v", v.Key, err)
			continue
		}
		for _, part := range []string{"本地规则未配置：" + v.Title, v.Blocks, rulepack.SupplierNames[v.SuppliedBy]} {
			if !strings.Contains(f.Message, part) {
				t.Errorf("%s: the sentence %q does not say %q", v.Key, f.Message, part)
			}
		}
	}
}

// Every value that is set reads as its own kind.
func TestSetValuesRead(t *testing.T) {
	t.Parallel()
	for _, on := range []string{"2020-01-05", "2026-01-05"} {
		s := law(t, on)
		for _, v := range s.Values() {
			if v.Unset {
				continue
			}
			if _, err := readAny(s, v); err != nil {
				t.Errorf("%s %s: %v", on, v.Key, err)
			}
			if v.Article == "" || v.Source == "" || v.Pack == "" {
				t.Errorf("%s %s: a number of law without its source", on, v.Key)
			}
		}
	}
}

func readAny(s *rulepack.Set, v rulepack.Value) (any, error) {
	switch v.Kind {
	case rulepack.Fraction:
		return s.Fraction(v.Key)
	case rulepack.Clock:
		return s.Clock(v.Key)
	case rulepack.Flag:
		return s.Flag(v.Key)
	case rulepack.Text:
		return s.Text(v.Key)
	case rulepack.List:
		return s.List(v.Key)
	default:
		return s.Int(v.Key)
	}
}

func TestReadRefusesOtherKindAndUnknownKey(t *testing.T) {
	t.Parallel()
	s := law(t, "2026-01-05")
	if _, err := s.Int("decision.base"); err == nil {
		t.Error("a text was read as a number")
	}
	if _, err := s.Int("no.such"); !errors.Is(err, rulepack.ErrUnknown) {
		t.Errorf("unknown key: %v", err)
	}
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	local := func(id int64, from, value string) rulepack.Local {
		return rulepack.Local{ID: id, Key: "meeting.objection_days", Value: value, Article: "示例办法第1条", From: day(t, from)}
	}
	locals := []rulepack.Local{local(3, "2026-01-01", "7"), local(9, "2026-06-01", "10"), local(11, "2026-06-01", "12")}
	for on, want := range map[string]struct {
		value int64
		stamp string
	}{
		"2026-01-01": {7, "cn-2021@1+duyun-2020@1+local:3"},
		"2026-05-31": {7, "cn-2021@1+duyun-2020@1+local:3"},
		"2026-06-01": {12, "cn-2021@1+duyun-2020@1+local:11"}, // entered later for the same day
	} {
		s := law(t, on, locals...)
		got, err := s.Int("meeting.objection_days")
		if err != nil || got != want.value || s.Stamp() != want.stamp {
			t.Errorf("%s: %d %v under %s, want %+v", on, got, err, s.Stamp(), want)
		}
		if slices.ContainsFunc(s.Unset(), func(v rulepack.Value) bool { return v.Key == "meeting.objection_days" }) {
			t.Errorf("%s: still listed as unset", on)
		}
	}
	if _, err := law(t, "2025-12-31", locals...).Int("meeting.objection_days"); !errors.Is(err, rulepack.ErrUnset) {
		t.Errorf("before its date the local value already counts: %v", err)
	}
	if _, err := law(t, "2026-07-01").Int("meeting.objection_days"); !errors.Is(err, rulepack.ErrUnset) {
		t.Errorf("an overlay changed the shared pack: %v", err)
	}
}

func TestReferenceClock(t *testing.T) {
	t.Parallel()
	s := law(t, "2026-01-05")
	term, err := s.Clock("complaint.clock.danger")
	if v, _ := s.Find("complaint.clock.danger"); err != nil || term != (rulepack.Term{Hours: 2}) || !v.Reference {
		t.Errorf("danger: %v %v", term, err)
	}
	s = law(t, "2026-01-05", rulepack.Local{ID: 1, Key: "complaint.clock.danger", Value: "4h", Article: "本地办法", From: day(t, "2026-01-01"), Demo: true})
	v, _ := s.Find("complaint.clock.danger")
	if term, _ = s.Clock("complaint.clock.danger"); term.Hours != 4 || v.Reference || !v.Demo || v.LocalID != 1 {
		t.Errorf("a confirmed clock is no reference: %+v %+v", term, v)
	}
}

func TestOverlayRefuses(t *testing.T) {
	t.Parallel()
	from := day(t, "2026-01-01")
	good := rulepack.Local{ID: 1, Key: "proxy.cap", Value: "3", Article: "议事规则第8条", From: from}
	for name, c := range map[string]struct {
		change func(*rulepack.Local)
		want   error
		path   string
	}{
		"law of the land":        {func(l *rulepack.Local) { l.Key, l.Value = "decision.special.heads", ">=2/3" }, rulepack.ErrNotLocal, ""},
		"unknown key":            {func(l *rulepack.Local) { l.Key = "no.such" }, rulepack.ErrUnknown, ""},
		"words for a number":     {func(l *rulepack.Local) { l.Value = "三" }, rulepack.ErrBadValue, "value"},
		"decimals":               {func(l *rulepack.Local) { l.Value = "1.5" }, rulepack.ErrBadValue, "value"},
		"zero out of range":      {func(l *rulepack.Local) { l.Value = "0" }, rulepack.ErrBadValue, "value"},
		"empty":                  {func(l *rulepack.Local) { l.Value = " " }, rulepack.ErrBadValue, "value"},
		"no article":             {func(l *rulepack.Local) { l.Article = "" }, rulepack.ErrBadValue, "article"},
		"no date":                {func(l *rulepack.Local) { l.From = calendar.Date{} }, rulepack.ErrBadValue, "effective_on"},
		"shorter than the law":   {func(l *rulepack.Local) { l.Key, l.Value = "meeting.notice_days", "10" }, rulepack.ErrBadValue, "value"},
		"not among the choices":  {func(l *rulepack.Local) { l.Key, l.Value = "ballot.which_wins", "newest" }, rulepack.ErrBadValue, "value"},
		"flag in other words":    {func(l *rulepack.Local) { l.Key, l.Value = "ballot.void_takes_part", "是" }, rulepack.ErrBadValue, "value"},
		"clock without its unit": {func(l *rulepack.Local) { l.Key, l.Value = "complaint.clock.danger", "2" }, rulepack.ErrBadValue, "value"},
		"clock of no time":       {func(l *rulepack.Local) { l.Key, l.Value = "complaint.clock.danger", "0h" }, rulepack.ErrBadValue, "value"},
	} {
		l := good
		c.change(&l)
		err := law(t, "2026-01-05").Check(l)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f := fault.Of(err); c.path != "" && (len(f.Fields) == 0 || f.Fields[0].Path != c.path || f.Fields[0].Reason == "") {
			t.Errorf("%s: fields %+v", name, f.Fields)
		}
	}
	bad := good
	bad.Value = "0"
	if _, err := rulepack.Law(day(t, "2026-01-05"), nil, []rulepack.Local{bad}); !errors.Is(err, rulepack.ErrBadValue) {
		t.Errorf("a bad stored value was used in silence: %v", err)
	}
	if err := law(t, "2026-01-05").Check(good); err != nil {
		t.Error(err)
	}
}
