package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/notify/sms"
)

// Check reads the secrets that live in files and reports every mistake at once. No message repeats a secret.
func (c *Config) Check() error { return c.check(os.Getenv, os.ReadFile) }

func (c *Config) check(getenv func(string) string, readFile func(string) ([]byte, error)) error {
	errs := c.resolve(getenv, readFile)
	bad := func(name, why string) { errs = append(errs, fmt.Errorf("LINLI_%s: %s", name, why)) }
	base := c.checkAddresses(bad)
	c.checkStores(bad)
	c.checkWeChat(bad)
	c.checkSMS(bad)
	if _, _, err := c.VoteSeed(); err != nil {
		bad("VOTE_KEY", err.Error())
	}
	if k := c.LinkKey.Value(); k != "" && len(k) < 32 {
		bad("LINK_KEY", "至少32个字符")
	}
	if _, err := rulepack.Find(c.Pack); err != nil {
		var codes []string
		for _, p := range rulepack.Packs() {
			codes = append(codes, p.Code)
		}
		bad("PACK", "没有这个规则包，现有 "+strings.Join(codes, "、"))
	}
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		bad("LOG_LEVEL", "只能是 debug、info、warn 或 error")
	}
	if c.Production {
		errs = append(errs, c.productionErrors(base)...)
	}
	return errors.Join(errs...)
}

// checkAddresses looks at everything that names a host, and gives the public address, nil when it is none.
func (c *Config) checkAddresses(bad func(name, why string)) *url.URL {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		bad("LISTEN", "应为 主机:端口，例如 127.0.0.1:8080 或 :8080")
	}
	base := webAddress(c.PublicURL)
	if base == nil {
		bad("PUBLIC_URL", "应为 https:// 开头的网址")
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	for _, o := range c.Origins {
		// A browser's Origin header never carries a path, not even a slash: such an entry would match nothing.
		if u := webAddress(o); u == nil || u.Path != "" || u.RawQuery != "" {
			bad("ORIGINS", fmt.Sprintf("%q 应为 https://主机，后面不带路径", o))
		}
	}
	for _, p := range c.Proxies {
		_, network := netip.ParsePrefix(p)
		_, host := netip.ParseAddr(p)
		if network != nil && host != nil {
			bad("PROXIES", fmt.Sprintf("%q 应为网段，例如 10.0.0.0/8", p))
		}
	}
	if c.OTLP != "" && webAddress(c.OTLP) == nil {
		bad("OTLP", "应为 http:// 或 https:// 开头的网址")
	}
	return base
}

// webAddress is s as an http or https address, nil when it is none.
func webAddress(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil
	}
	return u
}

func (c *Config) checkStores(bad func(name, why string)) {
	dsn := c.Database.Value()
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok && path == "" {
		bad("DATABASE", "sqlite: 后面要写文件路径")
	} else if dsn != "" && !ok {
		if d, err := mysql.ParseDSN(dsn); err != nil || d.DBName == "" {
			bad("DATABASE", "应为 sqlite:路径，或 用户:密码@tcp(主机:3306)/库名")
		}
	}
	if !c.EmbeddedRedis() && !redisAddress(c.Redis.Value()) {
		bad("REDIS", "应为 redis://主机:6379/0、rediss://…，或 cluster:主机1:6379,主机2:6379")
	}
	if c.Files != "s3" {
		return
	}
	for _, need := range []struct{ name, value string }{
		{"S3_ENDPOINT", c.S3Endpoint}, {"S3_BUCKET", c.S3Bucket}, {"S3_ACCESS_KEY", c.S3AccessKey}, {"S3_SECRET_KEY", c.S3SecretKey.Value()},
	} {
		if need.value == "" {
			bad(need.name, "文件存 S3 时必填")
		}
	}
	if strings.Contains(c.S3Endpoint, "/") {
		bad("S3_ENDPOINT", "只写 主机:端口，不带 https:// 和路径")
	}
}

// redisAddress reports whether s names a Redis or the nodes of a cluster.
func redisAddress(s string) bool {
	hosts, cluster := strings.CutPrefix(s, "cluster:")
	if !cluster {
		o, err := redis.ParseURL(s)
		return err == nil && o.Network == "tcp"
	}
	hosts, _, _ = strings.Cut(hosts, "?")
	for h := range strings.SplitSeq(hosts, ",") {
		if host, port, err := net.SplitHostPort(h); err != nil || host == "" || port == "" {
			return false
		}
	}
	return true
}

func (c *Config) checkWeChat(bad func(name, why string)) {
	if !c.Sandbox() && c.WeChatMiniSecret.Value() == "" {
		bad("WECHAT_MINI_SECRET", "填了小程序 AppID 就要填 AppSecret")
	}
	if c.WeChatServiceID != "" && c.WeChatServiceSecret.Value() == "" {
		bad("WECHAT_SERVICE_SECRET", "填了服务号 AppID 就要填 AppSecret")
	}
	if n := len(c.WeChatPushKey.Value()); n != 0 && n != 43 {
		bad("WECHAT_PUSH_KEY", "EncodingAESKey 应为43个字符")
	}
	for _, name := range slices.Sorted(maps.Keys(c.WeChatTemplates)) {
		if name != "" && c.WeChatTemplates[name].Long && !c.WeChatLongTerm {
			bad("WECHAT_TEMPLATES", fmt.Sprintf("%s 标为长期订阅（long），但没有说明主体可以用；已经在微信公众平台开通的，设 LINLI_WECHAT_LONG_TERM=true，没有开通的去掉 ,long", name))
		}
	}
	if entry, ok := c.WeChatTemplates[""]; ok {
		bad("WECHAT_TEMPLATES", fmt.Sprintf("%q 应为 名称=模板编号，长期订阅的在编号后加 ,long，几个之间用分号隔开", entry.ID))
	}
}

// checkSMS asks for all of the provider's settings or none: half of them would send nothing and say nothing.
func (c *Config) checkSMS(bad func(name, why string)) {
	if u := smsAddress(c.SMSEndpoint); u == nil {
		bad("SMS_ENDPOINT", "只写主机，例如 dysmsapi.aliyuncs.com，不带路径")
	}
	settings := []struct {
		name   string
		filled bool
	}{{"SMS_KEY_ID", c.SMSKeyID != ""}, {"SMS_KEY_SECRET", c.SMSKeySecret.Value() != ""}, {"SMS_SIGN", c.SMSSign != ""}, {"SMS_TEMPLATES", len(c.SMSTemplates) > 0}}
	filled := 0
	for _, s := range settings {
		if s.filled {
			filled++
		}
	}
	if filled == 0 {
		return
	}
	for _, s := range settings {
		if !s.filled {
			bad(s.name, "短信的 AccessKey、签名和模板要一起填，或者都不填")
		}
	}
	if strings.ContainsAny(c.SMSSign, "【】") {
		bad("SMS_SIGN", "只写签名，不带【】")
	}
	if len(c.SMSTemplates) > 0 {
		c.checkSMSTemplates(bad)
	}
}

func (c *Config) checkSMSTemplates(bad func(name, why string)) {
	known := map[string]bool{}
	for _, t := range sms.Templates {
		known[t.Name] = true
		if c.SMSTemplates[t.Name].ID == "" && !t.Spare {
			bad("SMS_TEMPLATES", fmt.Sprintf("缺少 %s 的模板编号", t.Name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.SMSTemplates)) {
		switch {
		case name == "":
			bad("SMS_TEMPLATES", fmt.Sprintf("%q 应为 名称=模板编号，几个之间用分号隔开", c.SMSTemplates[name]))
		case !known[name]:
			bad("SMS_TEMPLATES", fmt.Sprintf("没有名为 %q 的短信模板", name))
		}
	}
}

// smsAddress is the provider's address, nil when it is none. Without a scheme it is https.
func smsAddress(s string) *url.URL {
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u := webAddress(s)
	if u == nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil || strings.ContainsAny(s, "#") {
		return nil
	}
	return u
}

// productionErrors names each thing that a real installation must not run with.
func (c *Config) productionErrors(base *url.URL) []error {
	var errs []error
	refuse := func(is bool, name, why string) {
		if is {
			errs = append(errs, fmt.Errorf("LINLI_%s: 正式运行%s", name, why))
		}
	}
	refuse(c.Sandbox(), "WECHAT_MINI_ID", "不能用沙箱微信，请填小程序 AppID")
	refuse(c.EmbeddedRedis(), "REDIS", "不能用内置 Redis，请填 Redis 地址")
	refuse(c.FieldKeys == "", "FIELD_KEYS", "不能用默认密钥，请用 server keys new 生成")
	refuse(c.LinkKey.Value() == "" || c.LinkKey.Value() == demoLinkKey, "LINK_KEY", "不能用默认密钥，请填至少32个字符的随机串")
	refuse(c.VoteKeyText() == demoVoteKey, "VOTE_KEY", "不能用默认密钥，请用 server keys vote 生成")
	refuse(base == nil || base.Scheme != "https", "PUBLIC_URL", "必须用 https")
	if u := smsAddress(c.SMSEndpoint); u != nil {
		refuse(u.Scheme != "https", "SMS_ENDPOINT", "必须用 https")
	}
	refuse(!c.Sandbox() && c.WeChatPushToken.Value() == "", "WECHAT_PUSH_TOKEN", "要填消息推送的 Token")
	// Without the key the signature does not cover what is pushed: whoever saw one address could push anything for minutes.
	refuse(!c.Sandbox() && c.WeChatPushKey.Value() == "", "WECHAT_PUSH_KEY", "要填消息推送的 EncodingAESKey（用安全模式）")
	return errs
}

// resolve reads the secrets from files and collects what the types could not read.
func (c *Config) resolve(getenv func(string) string, readFile func(string) ([]byte, error)) []error {
	var errs []error
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		env := v.Type().Field(i).Tag.Get("env")
		switch f := v.Field(i).Addr().Interface().(type) {
		case *Duration:
			if f.err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", env, f.err))
			}
		case *Number:
			if f.err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", env, f.err))
			}
		case *Bound:
			if f.err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", env, f.err))
			}
		case *Secret:
			path := getenv(env + "_FILE")
			if path == "" {
				continue
			}
			if f.value != "" {
				errs = append(errs, fmt.Errorf("%s: 和 %s_FILE 只能填一个", env, env))
				continue
			}
			raw, err := readFile(path)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s_FILE: 读不到文件 %s", env, path))
				continue
			}
			f.value = strings.TrimRight(string(raw), "\r\n")
			if f.value == "" { // an empty file must not quietly mean the embedded default
				errs = append(errs, fmt.Errorf("%s_FILE: 文件 %s 是空的", env, path))
			}
		}
	}
	return errs
}
