package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/linli-city/linli/"

// floor says on which floor a package stands and which neighbours of the same floor it may use.
type floor struct {
	level      int
	neighbours []string
}

// floors is the house of the README. A package that is missing here fails the test until somebody decides where it
// stands.
var floors = map[string]floor{
	"models/fault": {0, nil}, "models/area": {0, nil}, "models/money": {0, nil}, "models/event": {0, nil}, "models/wording": {0, nil},
	"models/calendar": {0, []string{"models/fault"}},
	"models/rulepack": {0, []string{"models/fault", "models/calendar"}},

	"models/assembly/log":      {0, []string{"models/assembly/tally", "models/area", "models/fault"}},
	"models/assembly/tally":    {0, []string{"models/area", "models/rulepack", "models/calendar", "models/fault"}},
	"models/complaint/routing": {0, []string{"models/rulepack"}},
	"models/disclosure/duty":   {0, []string{"models/rulepack", "models/calendar"}},
	"models/complaint/suggest": {0, []string{"models/rulepack", "models/fault"}},
	"notify/plan":              {0, []string{"models/event", "models/fault", "models/calendar"}},
	"server/public/open311":    {0, nil},

	"models/sheet": {1, nil},
	"models/store": {1, nil}, "models/store/dump": {1, []string{"models/store"}},
	"models/outbox": {1, []string{"models/store"}}, "models/audit": {1, []string{"models/store"}}, "models/vault": {1, []string{"models/store"}},

	"models/ledger": {2, []string{"models/org"}}, "models/org": {2, []string{"models/org/roster"}}, "models/org/roster": {2, nil},
	"models/file": {2, []string{"models/org", "models/file/blob"}}, "models/file/blob": {2, nil},

	"models/hotline": {3, []string{"models/complaint", "models/hotline/orders"}}, "models/hotline/orders": {2, nil},
	"models/complaint": {3, nil}, "models/joint": {3, []string{"models/complaint"}}, "models/mediation": {3, []string{"models/complaint"}}, "models/disclosure": {3, nil}, "models/income": {3, nil}, "models/assembly": {3, nil}, "models/committee": {3, nil}, "models/fee": {3, nil}, "models/modelstest": {3, nil},

	"models/checkout": {3, []string{"models/fee"}}, "models/fund": {3, []string{"models/assembly"}}, "models/fund/apportion": {0, []string{"models/money", "models/area"}},

	"notify": {4, []string{"notify/inbox", "notify/consent"}}, "notify/campaign": {4, []string{"notify", "notify/inbox"}}, "notify/inbox": {4, nil}, "notify/consent": {4, nil}, "notify/wechat": {4, nil}, "notify/sms": {4, nil},
	"notify/sms/smstest": {4, nil}, "notify/channeltest": {4, nil},
	"notify/wechat/sandbox": {4, nil}, "server/web": {4, []string{"server/web/limit"}}, "server/web/limit": {4, nil}, "server/session": {4, nil},

	"server/wechatpay": {4, nil}, "server/wechatpay/sandbox": {4, nil},

	"server/box": {5, nil}, "server/hall": {5, nil}, "miniapp-api": {5, []string{"server/box", "server/hall"}}, "server/office": {5, []string{"server/box", "server/hall"}}, "server/public": {5, []string{"server/hall"}}, "server/callback": {5, nil},
	"server/h5": {5, []string{"server/hall"}},

	"config": {5, nil}, "server": {6, nil},
}

type listed struct {
	ImportPath string
	Imports    []string
}

// TestFloors holds every import against the table: only lower floors, only the named neighbours, only the standard
// library and no way out on the ground floor, no database below a surface's feet, configuration for the wiring alone.
func TestFloors(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		f, ok := floors[name]
		if !ok {
			t.Errorf("%s stands on no floor: put it into the table", name)
			continue
		}
		for _, path := range p.Imports {
			own, ours := strings.CutPrefix(path, module)
			if !ours {
				if why := foreign(name, f, path); why != "" {
					t.Errorf("%s imports %s: %s", name, path, why)
				}
				continue
			}
			to := floors[own]
			switch {
			case own == "config" && name != "server":
				t.Errorf("%s imports config: only the wiring may", name)
			case to.level > f.level, to.level == f.level && !slices.Contains(f.neighbours, own):
				t.Errorf("%s (floor %d) imports %s (floor %d)", name, f.level, own, to.level)
			case strings.HasPrefix(name, "notify") && to.level == 3:
				t.Errorf("%s imports the domain %s", name, own)
			case slices.Contains(forTests, own):
				t.Errorf("%s imports %s: only tests may", name, own)
			}
		}
	}
}

// forTests are the packages that only tests may import.
var forTests = []string{"models/modelstest", "notify/channeltest", "notify/sms/smstest"}

// outside are the doors of the standard library that lead out of a pure package.
var outside = []string{"os", "os/exec", "net", "net/http", "database/sql", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand"}

// groundParts are the packages of others that the ground floor may use: parsers and arithmetic, no way out either.
var groundParts = map[string][]string{
	"models/rulepack": {"go.yaml.in/yaml/v3"}, "notify/plan": {"go.yaml.in/yaml/v3"},
	"models/assembly/log": {"golang.org/x/mod/sumdb/tlog", "golang.org/x/mod/sumdb/note", "github.com/emmansun/gmsm/sm2"},
}

// foreign says why a package may not use a package of somebody else; "" when it may.
func foreign(name string, f floor, path string) string {
	if !strings.Contains(strings.Split(path, "/")[0], ".") {
		if f.level == 0 && slices.Contains(outside, path) {
			return "the ground floor is pure: values in, values out"
		}
		return ""
	}
	switch {
	case f.level == 0 && !slices.Contains(groundParts[name], path):
		return "the ground floor uses the standard library only"
	case f.level == 5 && strings.HasPrefix(path, "gorm.io/"):
		return "a surface asks services, not the database"
	case strings.HasPrefix(path, "github.com/silenceper/wechat") && name != "notify/wechat":
		return "only notify/wechat speaks to WeChat"
	case strings.HasPrefix(path, "github.com/wechatpay-apiv3") && name != "server/wechatpay":
		return "only server/wechatpay speaks to WeChat Pay"
	}
	return ""
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
