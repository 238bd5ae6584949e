package routing_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/linli-city/linli/models/complaint/routing"
	"github.com/linli-city/linli/models/rulepack"
)

var update = flag.Bool("update", false, "write the golden file anew")

var whole = routing.Bodies{Company: true, Committee: true, Community: true}

func mandates(t *testing.T) *rulepack.Pack {
	t.Helper()
	p, err := rulepack.Find("duyun-2020")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// golden is one line of the table that an office can read: facts, and who gets the case.
type golden struct {
	Name   string
	Facts  routing.Facts
	Lead   string
	Next   []string `json:",omitempty"`
	Joint  []string `json:",omitempty"`
	Level  routing.Level
	Clause string
	Reason string
}

func TestGolden(t *testing.T) {
	t.Parallel()
	bare := routing.Bodies{Community: true}
	facts := []golden{
		{Name: "消防通道", Facts: routing.Facts{Matter: "fire-lane", Has: whole}},
		{Name: "违建按顺序", Facts: routing.Facts{Matter: "illegal-building", Has: whole}},
		{Name: "违建，反映执法局不办", Facts: routing.Facts{Matter: "illegal-building", About: "urban-enforcement", Has: whole}},
		{Name: "违建，反映自然资源局", Facts: routing.Facts{Matter: "illegal-building", About: "natural-resources", Has: whole}},
		{Name: "乱停车", Facts: routing.Facts{Matter: "parking", Has: whole}},
		{Name: "乱停车，没有物业", Facts: routing.Facts{Matter: "parking", Has: bare}},
		{Name: "乱停车，反映物业不管", Facts: routing.Facts{Matter: "parking", About: "company", Has: whole}},
		{Name: "乱停车，没有物业也没有社区", Facts: routing.Facts{Matter: "parking"}},
		{Name: "物业服务差", Facts: routing.Facts{Matter: "service", Has: whole}},
		{Name: "物业服务差，反映社区", Facts: routing.Facts{Matter: "service", About: "community", Has: whole}},
		{Name: "换届，反映乡镇", Facts: routing.Facts{Matter: "committee-election", About: "township", Has: whole}},
		{Name: "维修资金，反映住建局", Facts: routing.Facts{Matter: "fund", About: "bureau", Has: whole}},
		{Name: "反映领导小组办公室", Facts: routing.Facts{Matter: "fund", About: "office", Has: whole}},
		{Name: "反映领导小组", Facts: routing.Facts{Matter: "fund", About: "leading_group", Has: whole}},
		{Name: "说不清什么事", Facts: routing.Facts{Has: whole}},
		{Name: "说不清什么事，反映社区", Facts: routing.Facts{About: "community", Has: whole}},
		{Name: "说不清什么事，没有社区", Facts: routing.Facts{}},
		{Name: "停水，反映供水单位", Facts: routing.Facts{Matter: "water", About: "water-supply", Has: whole}},
		{Name: "收费，反映的单位清单里没有", Facts: routing.Facts{Matter: "company-fee", About: "some-body", Has: whole}},
	}
	for i := range facts {
		r := routing.Decide(mandates(t), facts[i].Facts)
		facts[i].Lead, facts[i].Level, facts[i].Clause, facts[i].Reason = r.Lead.Name, r.Level, r.Clause, r.Reason
		for _, leg := range r.Next {
			facts[i].Next = append(facts[i].Next, leg.Unit.Name+leg.Does)
		}
		for _, u := range r.Joint {
			facts[i].Joint = append(facts[i].Joint, u.Name)
		}
	}
	got, err := json.MarshalIndent(facts, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("testdata", "routes.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("routes changed; if that is right run with -update\n%s", got)
	}
}

var abouts = []string{"", "company", "committee", "community", "township", "bureau", "office", "leading_group",
	"natural-resources", "urban-enforcement", "market-regulation", "fire", "ecology", "public-security", "justice",
	"development-reform", "water-supply", "power-supply", "gas-supply", "telecom", "association", "petitions", "unheard-of"}

var refs = map[string]string{"company": "@company", "committee": "@committee", "community": "@community", "township": "@township",
	"bureau": "housing-bureau", "office": "leading-group-office", "leading_group": "leading-group"}

// Whatever happens: every case has a lead with a name, no body is in a case about itself, no body is there twice,
// and no body of the estate is named that the estate lacks.
func TestAlwaysSomebodyElse(t *testing.T) {
	t.Parallel()
	p := mandates(t)
	codes := []string{"", "no-such-matter"}
	for _, m := range p.Matters {
		codes = append(codes, m.Code)
	}
	for _, code := range codes {
		for _, about := range abouts {
			for bits := range 8 {
				has := routing.Bodies{Company: bits&1 > 0, Committee: bits&2 > 0, Community: bits&4 > 0}
				f := routing.Facts{Matter: code, About: about, Has: has}
				r := routing.Decide(p, f)
				parties := []routing.Unit{r.Lead}
				for _, leg := range r.Next {
					parties = append(parties, leg.Unit)
				}
				ordered := len(parties)
				parties = append(parties, r.Joint...)
				concerned := about
				if ref, ok := refs[about]; ok {
					concerned = ref
				}
				for i, u := range parties {
					if u.Name == "" || u.Ref == concerned {
						t.Fatalf("%+v: party %+v", f, u)
					}
					if (concerned == "housing-bureau" || concerned == "leading-group-office") && (u.Ref == "housing-bureau" || u.Ref == "leading-group-office") {
						t.Fatalf("%+v: the bureau runs the office and cannot judge itself", f)
					}
					if (u.Ref == "@company" && !has.Company) || (u.Ref == "@committee" && !has.Committee) || (u.Ref == "@community" && !has.Community) {
						t.Fatalf("%+v: the estate has no %s", f, u.Ref)
					}
					if i >= ordered && slices.Contains(parties[:i], u) {
						t.Fatalf("%+v: %s twice", f, u.Ref)
					}
				}
				if r.Clause == "" || r.ClauseText == "" || r.Reason == "" || r.Class == "" || r.MandateVersion != "duyun-2020@1" {
					t.Fatalf("%+v: incomplete %+v", f, r)
				}
			}
		}
	}
}

func FuzzDecide(f *testing.F) {
	f.Add("fire-lane", "community", true, false, true)
	f.Fuzz(func(t *testing.T, matter, about string, company, committee, community bool) {
		r := routing.Decide(mandates(t), routing.Facts{Matter: matter, About: about, Has: routing.Bodies{Company: company, Committee: committee, Community: community}})
		if r.Lead.Name == "" || r.ClauseText == "" {
			t.Errorf("lost: %+v", r)
		}
	})
}
