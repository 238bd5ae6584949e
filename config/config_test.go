package config

import (
	"errors"
	"fmt"
	"log/slog"
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
	_, err := parse(t, map[string]string{"LINLI_S3_SECRET_KEY_FILE": "/none"}, nil, "--session-ttl=soon", "--max-body=-1", "--db-conns=x", "--public-url=linli", "--log-level=loud", "--link-key=short", "--files=s3", "--wechat-mini-id=wx1")
	for _, want := range []string{"LINLI_SESSION_TTL", "LINLI_MAX_BODY", "LINLI_DB_CONNS", "LINLI_PUBLIC_URL", "LINLI_LOG_LEVEL", "LINLI_LINK_KEY", "LINLI_S3_ENDPOINT", "LINLI_S3_BUCKET", "LINLI_S3_SECRET_KEY_FILE", "LINLI_WECHAT_MINI_SECRET"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not named in: %v", want, err)
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
	for _, shown := range []string{fmt.Sprint(c.Database), fmt.Sprintf("%+v", c.Database), c.Explain(), log.String()} {
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
