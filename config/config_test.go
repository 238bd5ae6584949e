package config

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// parse reads flags as the program does, then checks with an environment and files of the test.
func parse(t *testing.T, env, files map[string]string, args ...string) (*Config, error) {
	t.Helper()
	var c Config
	p, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Parse(args); err != nil {
		t.Fatal(err)
	}
	return &c, c.check(func(k string) string { return env[k] }, func(path string) ([]byte, error) {
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return nil, errors.New("no such file")
	})
}

func TestDefaultsRunEverythingInside(t *testing.T) {
	c, err := parse(t, nil, nil)
	if err != nil || !c.Sandbox() || !c.EmbeddedRedis() || !c.OwnsSchema() || c.DSN() != "sqlite:data/linli.db" || c.FileFolder() != "data/files" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestEveryMistakeAtOnce(t *testing.T) {
	env := map[string]string{"LINLI_S3_SECRET_KEY_FILE": "/none", "LINLI_WECHAT_SERVICE_SECRET_FILE": "/empty"}
	_, err := parse(t, env, map[string]string{"/empty": "\n"}, "--session-ttl=soon", "--max-body=-1", "--db-conns=x", "--public-url=linli",
		"--log-level=loud", "--link-key=short", "--files=s3", "--s3-endpoint=https://s3.example", "--wechat-mini-id=wx1", "--wechat-templates=notice", "--wechat-push-key=short",
		"--pack=atlantis", "--listen=8080", "--origins=https://a.example/", "--proxies=10.0.0.0/99", "--otlp=collector",
		"--database=linli:geheim@tcp(db:3306)", "--redis=http://:geheim@r:6379")
	if err == nil {
		t.Fatal("nothing was wrong?")
	}
	for _, want := range []string{"LINLI_SESSION_TTL", "LINLI_MAX_BODY", "LINLI_DB_CONNS", "LINLI_PUBLIC_URL", "LINLI_LOG_LEVEL", "LINLI_LINK_KEY",
		"LINLI_S3_ENDPOINT", "LINLI_S3_BUCKET", "LINLI_S3_SECRET_KEY_FILE", "LINLI_WECHAT_MINI_SECRET", "LINLI_WECHAT_SERVICE_SECRET_FILE", "LINLI_WECHAT_TEMPLATES",
		"LINLI_WECHAT_PUSH_KEY", "LINLI_PACK", "LINLI_LISTEN", "LINLI_ORIGINS", "LINLI_PROXIES", "LINLI_OTLP", "LINLI_DATABASE", "LINLI_REDIS"} {
		if !strings.Contains(err.Error(), want+":") {
			t.Errorf("%s is not named in: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "geheim") {
		t.Errorf("a message repeats a secret: %v", err)
	}
}

func TestAddressesThatServe(t *testing.T) {
	for _, arg := range []string{"--database=sqlite:/var/linli.db", "--database=linli:p@ss@tcp(db:3306)/linli", "--redis=redis://:pw@r:6379/2", "--redis=rediss://r:6379",
		"--redis=cluster:a:6379,b:6379,c:6379?password=p", "--redis=embedded", "--proxies=10.0.0.0/8,192.168.0.1", "--origins=https://office.example", "--listen=:8080",
		"--wechat-templates=notice=a; residency=b;"} {
		if _, err := parse(t, nil, nil, arg); err != nil {
			t.Errorf("%s: %v", arg, err)
		}
	}
	for _, arg := range []string{"--redis=cluster:a,b", "--redis=unix:///run/redis", "--database=sqlite:", "--database=linli.db"} {
		if _, err := parse(t, nil, nil, arg); err == nil {
			t.Errorf("%s is taken", arg)
		}
	}
}

func TestTemplatesByName(t *testing.T) {
	c, err := parse(t, nil, nil, "--wechat-templates=notice=a; residency=b=c; case_progress = d ,long;")
	want := Templates{"notice": {ID: "a"}, "residency": {ID: "b=c"}, "case_progress": {ID: "d", Long: true}}
	if err != nil || !maps.Equal(c.WeChatTemplates, want) {
		t.Errorf("%v, %v", c.WeChatTemplates, err)
	}
	if shown := c.Explain(); !strings.Contains(shown, "d,long") || strings.Contains(shown, "{") {
		t.Errorf("the settings are not shown as they are written: %s", shown)
	}
	for _, wrong := range []string{"notice=a,short", "notice=a,b,long", "notice=,long", "=a,long", "notice=a,long,"} {
		if _, err := parse(t, nil, nil, "--wechat-templates="+wrong); err == nil || !strings.Contains(err.Error(), "LINLI_WECHAT_TEMPLATES") {
			t.Errorf("%q is taken: %v", wrong, err)
		}
	}
}

func TestSecretsComeFromFilesAndAreNeverShown(t *testing.T) {
	files := map[string]string{"/s": "user:geheim@tcp(db)/linli\n"}
	c, err := parse(t, map[string]string{"LINLI_DATABASE_FILE": "/s"}, files)
	if err != nil || c.DSN() != "user:geheim@tcp(db)/linli" {
		t.Fatalf("%q, %v", c.DSN(), err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "config", c.Database, "all", *c)
	for _, shown := range []string{fmt.Sprint(c.Database), fmt.Sprintf("%+v", *c), fmt.Sprintf("%#v", *c), c.Explain(), log.String()} {
		if strings.Contains(shown, "geheim") {
			t.Errorf("a secret is shown: %s", shown)
		}
	}
	if _, err := parse(t, map[string]string{"LINLI_DATABASE_FILE": "/s"}, files, "--database=other"); err == nil || !strings.Contains(err.Error(), "只能填一个") {
		t.Errorf("both the value and its file: %v", err)
	}
}

func TestProductionNamesEverythingItRefuses(t *testing.T) {
	_, err := parse(t, nil, nil, "--production")
	for _, want := range []string{"沙箱微信", "内置 Redis", "LINLI_FIELD_KEYS", "LINLI_LINK_KEY", "https"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("production does not refuse %s: %v", want, err)
		}
	}
	_, err = parse(t, nil, nil, "--production", "--wechat-mini-id=wx1", "--wechat-mini-secret=s", "--wechat-push-token=t", "--redis=redis://r:6379", "--field-keys=/k", "--link-key="+strings.Repeat("k", 32), "--public-url=https://linli.example")
	if err != nil {
		t.Errorf("a whole production configuration: %v", err)
	}
}

func TestExplainNamesTheSourceOfEachValue(t *testing.T) {
	t.Setenv("LINLI_LISTEN", ":9090")
	c, err := parse(t, nil, nil, "--session-ttl=2h", "--link-key="+strings.Repeat("k", 32))
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for line := range strings.Lines(c.Explain()) {
		name, rest, _ := strings.Cut(line, " ")
		lines[name] = strings.Join(strings.Fields(rest), " ")
	}
	for name, want := range map[string]string{"LINLI_LISTEN": "环境变量 :9090", "LINLI_SESSION_TTL": "参数 2h0m0s", "LINLI_LINK_KEY": "参数 ******",
		"LINLI_MAX_BODY": "默认 1048576", "LINLI_WECHAT_TIMEOUT": "默认 5s", "LINLI_PRODUCTION": "默认 false", "LINLI_DATABASE": "默认"} {
		if lines[name] != want {
			t.Errorf("%s: %q, not %q", name, lines[name], want)
		}
	}
}
