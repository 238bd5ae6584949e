package config

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
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
	c, err := parse(t, nil, nil, "--wechat-templates=notice=a; residency=b=c; case_progress = d ,long;", "--wechat-long-term")
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

// TestLongTermTemplatesNeedASubjectThatQualifies: WeChat gives them to few, and would refuse every message of the others.
func TestLongTermTemplatesNeedASubjectThatQualifies(t *testing.T) {
	_, err := parse(t, nil, nil, "--wechat-templates=notice=a;case_progress=d,long")
	if err == nil || !strings.Contains(err.Error(), "LINLI_WECHAT_TEMPLATES: case_progress") || !strings.Contains(err.Error(), "LINLI_WECHAT_LONG_TERM=true") || strings.Contains(err.Error(), "notice") {
		t.Errorf("a long-term template without a word of the subject: %v", err)
	}
	for _, args := range [][]string{{"--wechat-templates=notice=a"}, {"--wechat-templates=notice=a", "--wechat-long-term"}, {"--wechat-templates=notice=a,long", "--wechat-long-term"}} {
		if _, err := parse(t, nil, nil, args...); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestShortMessagesAreConfiguredAltogether(t *testing.T) {
	whole := []string{"--sms-key-id=LTAI1", "--sms-key-secret=geheim", "--sms-sign=都匀邻里", "--sms-templates=code=SMS_1;notice=SMS_2"}
	c, err := parse(t, nil, nil, whole...)
	if err != nil || !c.SMS() || c.SMSEndpoint != "dysmsapi.aliyuncs.com" || c.SMSTemplates["code"].ID != "SMS_1" || c.SMSPerMinute.N != 0 || c.SMSPerDay.N != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if strings.Contains(c.Explain(), "geheim") {
		t.Error("the secret is shown")
	}
	if c, err := parse(t, nil, nil); err != nil || c.SMS() {
		t.Errorf("none: %v", err)
	}
	if c, err := parse(t, nil, nil, append(whole, "--sms-per-minute=100", "--sms-per-day=0", "--sms-endpoint=http://127.0.0.1:9")...); err != nil || c.SMSPerMinute.N != 100 || c.SMSPerDay.N != 0 {
		t.Errorf("with bounds: %v", err)
	}
	if c, err := parse(t, map[string]string{"LINLI_SMS_KEY_SECRET_FILE": "/s"}, map[string]string{"/s": "geheim\n"}, whole[0], whole[2], whole[3]); err != nil || c.SMSKeySecret.Value() != "geheim" {
		t.Errorf("the secret from a file: %v", err)
	}
	for i := range whole {
		var rest []string
		rest = append(append(rest, whole[:i]...), whole[i+1:]...)
		missing := []string{"LINLI_SMS_KEY_ID:", "LINLI_SMS_KEY_SECRET:", "LINLI_SMS_SIGN:", "LINLI_SMS_TEMPLATES:"}[i]
		if _, err := parse(t, nil, nil, rest...); err == nil || !strings.Contains(err.Error(), missing) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("without %s: %v", whole[i], err)
		}
	}
	for arg, want := range map[string]string{
		"--sms-sign=【邻里】":                              "LINLI_SMS_SIGN:",
		"--sms-templates=code=SMS_1":                   "notice",
		"--sms-templates=code=SMS_1;notice=SMS_2;x=y":  `"x"`,
		"--sms-templates=code=SMS_1;notice=SMS_2;oops": `"oops"`,
		"--sms-endpoint=dysmsapi.aliyuncs.com/path":    "LINLI_SMS_ENDPOINT:",
		"--sms-endpoint=ftp://dysmsapi.aliyuncs.com":   "LINLI_SMS_ENDPOINT:",
		"--sms-per-minute=-1":                          "LINLI_SMS_PER_MINUTE:",
		"--sms-per-day=many":                           "LINLI_SMS_PER_DAY:",
	} {
		if _, err := parse(t, nil, nil, append(slices.Clone(whole), arg)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", arg, err)
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
	for _, want := range []string{"沙箱微信", "内置 Redis", "LINLI_FIELD_KEYS", "LINLI_LINK_KEY", "LINLI_VOTE_KEY", "https"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("production does not refuse %s: %v", want, err)
		}
	}
	_, err = parse(t, nil, nil, "--production", "--wechat-mini-id=wx1", "--wechat-mini-secret=s", "--wechat-push-token=t", "--wechat-push-key="+strings.Repeat("K", 43), "--redis=redis://r:6379", "--field-keys=/k", "--link-key="+strings.Repeat("k", 32), "--vote-key=sm2:"+strings.Repeat("1f", 32), "--public-url=https://linli.example")
	if err != nil {
		t.Errorf("a whole production configuration, without short messages: %v", err)
	}
	_, err = parse(t, nil, nil, "--production", "--sms-endpoint=http://127.0.0.1:9")
	if err == nil || !strings.Contains(err.Error(), "LINLI_SMS_ENDPOINT: 正式运行必须用 https") {
		t.Errorf("numbers in clear text: %v", err)
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
