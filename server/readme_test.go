package main

import (
	"cmp"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"github.com/linli-city/linli/config"
	"github.com/linli-city/linli/notify/plan"
	"github.com/linli-city/linli/notify/sms"
)

var update = flag.Bool("update", false, "write the generated parts of the READMEs")

// TestReadmeSettings holds the table of settings against the code.
func TestReadmeSettings(t *testing.T) {
	const begin, end = "<!-- settings: written by `make generate` -->\n", "<!-- /settings -->"
	for _, path := range []string{"../README.md", "../README.zh-CN.md"} {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		from, to := strings.Index(text, begin), strings.Index(text, end)
		if from < 0 || to < 0 {
			t.Fatalf("%s has no place for the settings", path)
		}
		want := text[:from+len(begin)] + config.Table() + text[to:]
		if want == text {
			continue
		}
		if !*update {
			t.Errorf("the settings in %s are not the code's: run make generate", path)
			continue
		}
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReadmeWalk holds the walk-throughs in the README against the lines that the demo prints.
func TestReadmeWalk(t *testing.T) {
	t.Parallel()
	for mark, story := range map[string]string{"walk": walkStory, "walk-meeting": walkMeeting, "walk-books": walkBooks} {
		begin, end := "<!-- "+mark+": written by `make generate` -->\n", "<!-- /"+mark+" -->"
		raw, err := os.ReadFile("../README.md")
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		from, to := strings.Index(text, begin), strings.Index(text, end)
		if from < 0 || to < 0 {
			t.Fatalf("the README has no place for %s", mark)
		}
		want := text[:from+len(begin)] + "```sh\n" + walkLines(story, "/tmp/linli-demo-…/demo.json") + "```\n" + text[to:]
		if want == text {
			continue
		}
		if !*update {
			t.Errorf("%s in the README is not the demo's: run make generate", mark)
			continue
		}
		if err := os.WriteFile("../README.md", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestProxiesAreAskedFor: whoever follows the README, or compose, is told to name the proxy; a program without says so.
func TestProxiesAreAskedFor(t *testing.T) {
	for path, want := range map[string]string{"../compose.yaml": "LINLI_PROXIES: ${LINLI_PROXIES:?", "../README.md": "set `LINLI_PROXIES`", "../README.zh-CN.md": "`LINLI_PROXIES` 设成"} {
		raw, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(raw), want) {
			t.Errorf("%s does not say %s: %v", path, want, err)
		}
	}
	for _, c := range []config.Config{{}, {Production: true, Proxies: []string{"10.0.0.0/8"}}} {
		if why := proxiesMissing(&c); why != "" {
			t.Errorf("%+v: %s", c, why)
		}
	}
	if proxiesMissing(&config.Config{Production: true}) == "" {
		t.Error("nothing is said in production")
	}
}

// TestComposeStarts: what compose.yaml sets, with the secrets that it names, is a whole production configuration, and each secret of
// it is a file that is declared.
func TestComposeStarts(t *testing.T) {
	raw, err := os.ReadFile("../compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Environment map[string]string
			Secrets     []string
		}
		Secrets map[string]struct{ File string }
	}
	if err := yaml.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{"database": "linli:pw@tcp(mysql:3306)/linli", "link_key": strings.Repeat("k", 32), "vote_key": "ed25519:" + strings.Repeat("1f", 32), "wechat_push_key": strings.Repeat("K", 43)}
	given := map[string]string{"LINLI_PUBLIC_URL": "https://linli.example", "LINLI_PROXIES": "172.16.0.0/12", "LINLI_WECHAT_MINI_ID": "wx1"}
	folder := t.TempDir()
	for name, value := range file.Services["migrate"].Environment {
		if variable, ok := strings.CutPrefix(value, "${"); ok {
			variable, _, _ = strings.Cut(strings.TrimSuffix(variable, "}"), ":")
			value = given[variable]
			if value == "" && strings.Contains(file.Services["migrate"].Environment[name], ":?") {
				t.Errorf("%s is asked for and nobody knows", variable)
			}
		}
		if secret, ok := strings.CutPrefix(value, "/run/secrets/"); ok {
			if file.Secrets[secret].File == "" || !slices.Contains(file.Services["migrate"].Secrets, secret) {
				t.Errorf("the secret %s is not declared", secret)
			}
			value = filepath.Join(folder, secret)
			if err := os.WriteFile(value, []byte(cmp.Or(secrets[secret], "secret of "+secret)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if value != "" {
			t.Setenv(name, value)
		}
	}
	var c config.Config
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Check(); err != nil || !c.Production || c.WeChatPushKey.Value() != secrets["wechat_push_key"] {
		t.Errorf("compose.yaml does not start: %v", err)
	}
}

// TestReadmeTemplates makes sure that whoever runs linli finds every message template with its fields.
func TestReadmeTemplates(t *testing.T) {
	raw, err := os.ReadFile("../README.zh-CN.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, tpl := range sms.Templates {
		if !strings.Contains(string(raw), "| `"+tpl.Name+"` | "+tpl.Kind+" | "+tpl.Words+" |") {
			t.Errorf("README.zh-CN.md misses the short message %s with its words", tpl.Name)
		}
	}
	for _, tpl := range plan.Templates {
		if !strings.Contains(string(raw), "| `"+tpl.Name+"` | "+tpl.Title+" | "+strings.Join(tpl.Fields, "、")+" |") {
			t.Errorf("README.zh-CN.md misses the template %s with %v", tpl.Name, tpl.Fields)
		}
	}
}
