package tally

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/linli-city/linli/models/fault"
)

// Published results come out as their authority or court had them, as far as the printed numbers decide anything; otherwise
// what is missing is named.
func TestPublishedResults(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/published.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Source, Said string
		Case               json.RawMessage
		Class              string
		Strict             Outcome
		Missing            []string
		WithClause         Outcome  `json:"with_clause"`
		WithMissing        []string `json:"with_missing"`
		Applies            *bool
		Turns              *bool `json:"turns_on_clause"`
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		d, err := Decide(c.Case)
		if err != nil {
			t.Errorf("%s: %v %v", c.Name, err, fault.Of(err).Fields)
			continue
		}
		same := d.Class == c.Class && d.Strict.Outcome == c.Strict && slices.Equal(d.Strict.Missing, c.Missing) && d.WithClause.Outcome == c.WithClause &&
			slices.Equal(d.WithClause.Missing, c.WithMissing) && alike(d.WithClause.Applies, c.Applies) && alike(d.TurnsOnClause, c.Turns)
		if !same {
			got, _ := json.MarshalIndent(d, "", " ")
			t.Errorf("%s: %s", c.Name, got)
		}
	}
}

func alike(a, b *bool) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

func tri(b *bool) string {
	if b == nil {
		return "null"
	}
	return fmt.Sprint(*b)
}

// What is printed, to the byte: the order of fields is part of the promise.
func TestDecisionAsPrinted(t *testing.T) {
	t.Parallel()
	d, err := Decide([]byte(`{"date":"2026-03-01","matter":"manager","scope":{"heads":3,"area":"300"},"returned":{"heads":2,"area":"200.5"},"yes":{"heads":2},"void":{"heads":1,"area":"99.5"},
		"silence_clause":{"cited":false,"warned":true,"delivered":true,"first_assembly":false}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	reading := `"participation":{"heads":{"num":2,"den":3,"need":2,"met":true},"area":{"num":"200.50","den":"300.00","need":"200.00","met":true}},` +
		`"consent":{"heads":{"num":2,"den":2,"need":2,"met":true},"area":{"num":null,"den":"200.50","need":"100.251","met":null}},"outcome":"undecidable","missing":["yes.area"]}`
	want := `{"pack":"cn-2021","clause":"民法典第278条第1款第（四）项","class":"ordinary","strict":{` + reading + `,"with_clause":{"applies":false,"why_not":"没有引用议事规则或管理规约的条款",` + reading +
		`,"turns_on_clause":false,"void":{"area":"99.5","heads":1}}`
	if string(got) != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}

// The pack is that of the day on which voting opens; a named one overrides it, with or without its version.
func TestPackOfTheDay(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		`"date":"2020-12-31"`: "cn-2007", `"date":"2021-01-01"`: "cn-2021", `"date":"2007-10-01"`: "cn-2007",
		`"date":"2020-12-31","pack":"cn-2021"`: "cn-2021", `"pack":"cn-2007"`: "cn-2007", `"pack":"cn-2007@1"`: "cn-2007",
		`"date":null,"pack":"cn-2021@1+duyun-2020@1+local:3,7"`: "cn-2021", `"date":"1999-01-01","pack":"cn-2007"`: "cn-2007",
		`"date":"2020-03-26","pack":"duyun-2020"`: "cn-2007", `"date":"2020-12-31","pack":"duyun-2020@1"`: "cn-2007", `"date":"2021-01-01","pack":"duyun-2020"`: "cn-2021",
	} {
		d, err := Decide([]byte(`{` + head + `,"matter":"common_parts"}`))
		if err != nil {
			t.Errorf("%s: %v", head, fault.Of(err).Fields)
			continue
		}
		if class := map[string]string{"cn-2007": Ordinary, "cn-2021": Special}[want]; d.Pack != want || d.Class != class {
			t.Errorf("%s: %s %s", head, d.Pack, d.Class)
		}
	}
}

// Whatever is wrong is named, in both languages, all of it at once.
func TestFaultsAreNamed(t *testing.T) {
	t.Parallel()
	const ok = `"date":"2026-01-01","matter":"manager","scope":{"heads":100,"area":"100"}`
	for input, paths := range map[string]string{
		``:                "",
		`[]`:              "",
		`nul`:             "",
		`{` + ok + `} {}`: "", `{` + ok + `}x`: "", `{` + ok + `,"yes":{"heads":{"a":{"b":{"c":1}}}}}`: "",
		`{}`:                                    "date matter",
		`{"date":"2026-02-30","matter":"hire"}`: "date matter",
		`{"date":"2007-09-30","matter":"manager"}`:                                                                    "date",
		`{"date":20260101,"matter":7}`:                                                                                "date matter",
		`{"date":"2020-03-25","pack":"duyun-2020","matter":"manager"}`:                                                "date",
		`{"date":"2020-02-30","pack":"duyun-2020","matter":"manager"}`:                                                "date",
		`{"pack":"duyun-2020","matter":"manager"}`:                                                                    "date",
		`{"date":"2026-01-01","pack":"duyun-2020@2","matter":"manager"}`:                                              "pack",
		`{"date":"2026-01-01","pack":"duyun-2021","matter":"manager"}`:                                                "pack",
		`{"date":"2026-01-01","pack":"cn-2021@2","matter":"manager"}`:                                                 "pack",
		`{` + ok + `,"matter":"manager"}`:                                                                             "matter",
		`{` + ok + `,"Yes":{"heads":1}}`:                                                                              "Yes",
		`{` + ok + `,"yes":{"heads":1,"area":"1","heads":2}}`:                                                         "yes.heads",
		`{` + ok + `,"yes":{"head":1},"no":3,"silent":[1]}`:                                                           "yes.head no silent",
		`{"date":"2026-01-01","matter":"manager","scope":{"heads":0,"area":5}}`:                                       "scope.area scope.heads",
		`{"date":"2026-01-01","matter":"manager","scope":{"area":"0.000"}}`:                                           "scope.area",
		`{` + ok + `,"yes":{"heads":-1,"area":"-1"}}`:                                                                 "yes.heads yes.area",
		`{` + ok + `,"yes":{"heads":1.0,"area":"1.0000"}}`:                                                            "yes.heads yes.area",
		`{` + ok + `,"yes":{"heads":"1","area":"1,000"}}`:                                                             "yes.heads yes.area",
		`{` + ok + `,"yes":{"heads":1e1,"area":""}}`:                                                                  "yes.heads yes.area",
		`{` + ok + `,"yes":{"heads":99999999999999999999,"area":"9999999999999.5"}}`:                                  "yes.heads yes.area",
		`{` + ok + `,"yes":{"heads":true,"area":{}}}`:                                                                 "yes.heads yes.area",
		`{` + ok + `,"returned":{"heads":10},"yes":{"heads":6},"no":{"heads":5}}`:                                     "returned.heads",
		`{` + ok + `,"returned":{"area":"90"},"void":{"area":"5"},"silent":{"area":"5.001"}}`:                         "scope.area",
		`{` + ok + `,"yes":{"heads":60},"no":{"heads":30},"silent":{"heads":11}}`:                                     "scope.heads",
		`{` + ok + `,"silence_clause":{"cited":1,"delivered":"yes","covers":"all","when":true}}`:                      "silence_clause.when silence_clause.cited silence_clause.delivered silence_clause.covers",
		`{` + ok + `,"silence_clause":true}`:                                                                          "silence_clause",
		`{"date":"2026-13-01","pack":"x","matter":"","scope":{"heads":-5,"area":1},"what":1,"yes":{"area":"1.2345"}}`: "what date pack matter scope.heads scope.area yes.area",
	} {
		_, err := Decide([]byte(input))
		if !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", input, err)
			continue
		}
		var got []string
		for _, f := range fault.Of(err).Fields {
			got = append(got, f.Path)
			zh, en, both := strings.Cut(f.Reason, " / ")
			if !both || zh == "" || en == "" || zh[0] < 0x80 || en[0] >= 0x80 {
				t.Errorf("%s: %q is not in both languages", input, f.Reason)
			}
		}
		if strings.Join(got, " ") != paths {
			t.Errorf("%s:\n%v\nwant %s", input, got, paths)
		}
	}
}

func FuzzDecide(f *testing.F) {
	f.Add(`{"date":"2026-01-01","matter":"manager","scope":{"heads":100,"area":"100"},"yes":{"heads":30}}`)
	f.Add(`{"pack":"cn-2007","matter":"rebuild","silence_clause":{"cited":true},"silent":{"area":"1.5"}}`)
	f.Fuzz(func(t *testing.T, input string) {
		d, err := Decide([]byte(input))
		if (d == nil) == (err == nil) || err != nil && (!errors.Is(err, ErrInput) || len(fault.Of(err).Fields) == 0) {
			t.Fatalf("%v %v", d, err)
		}
		if err == nil {
			if _, err := json.Marshal(d); err != nil {
				t.Fatal(err)
			}
		}
	})
}
