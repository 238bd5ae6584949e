// Package config is the one typed struct of everything that can be set, by flag or environment, with every mistake
// reported at once. Only the server imports it.
package config

import (
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
)

// Config is what an installation may set. The defaults run everything inside one process.
type Config struct {
	Production bool   `env:"LINLI_PRODUCTION" help:"正式运行：拒绝沙箱微信、内置 Redis、默认密钥和明文公网地址"`
	Listen     string `env:"LINLI_LISTEN" default:"127.0.0.1:8080" help:"监听的地址和端口"`
	PublicURL  string `name:"public-url" env:"LINLI_PUBLIC_URL" default:"http://127.0.0.1:8080" help:"居民访问的网址，用在链接和二维码里"`
	Data       string `env:"LINLI_DATA" default:"data" help:"内置默认存储的文件夹"`
	Pack       string `env:"LINLI_PACK" default:"duyun-2020" help:"本市的规则包"`

	Database Secret `env:"LINLI_DATABASE" help:"数据库：sqlite:路径，或 用户:密码@tcp(主机:3306)/库名（MySQL、MariaDB、TiDB）；不填用数据文件夹里的 SQLite"`
	DBConns  Number `name:"db-conns" env:"LINLI_DB_CONNS" default:"32" help:"数据库连接数上限"`
	Redis    Secret `env:"LINLI_REDIS" help:"Redis：redis://主机:6379/0，rediss://…，或 cluster:主机1:6379,主机2:6379；不填用进程内置的"`

	Files       string `env:"LINLI_FILES" help:"文件存放：文件夹路径，或 s3；不填用数据文件夹"`
	S3Endpoint  string `name:"s3-endpoint" env:"LINLI_S3_ENDPOINT" help:"S3 兼容存储的 主机:端口"`
	S3Region    string `name:"s3-region" env:"LINLI_S3_REGION" help:"S3 区域"`
	S3Bucket    string `name:"s3-bucket" env:"LINLI_S3_BUCKET" help:"S3 存储桶"`
	S3AccessKey string `name:"s3-access-key" env:"LINLI_S3_ACCESS_KEY" help:"S3 访问账号"`
	S3SecretKey Secret `name:"s3-secret-key" env:"LINLI_S3_SECRET_KEY" help:"S3 访问密钥"`
	S3Plain     bool   `name:"s3-plain" env:"LINLI_S3_PLAIN" help:"S3 用 http 而不是 https"`

	FieldKeys string `name:"field-keys" env:"LINLI_FIELD_KEYS" help:"个人信息密钥文件（server keys new 生成）；改动后自动重新读取"`
	VoteKey   Secret `name:"vote-key" env:"LINLI_VOTE_KEY" help:"业主大会表决记录的签名密钥（server keys vote 生成，ed25519: 或 sm2: 开头）；换密钥后旧的表决记录仍用旧公钥验"`
	LinkKey   Secret `name:"link-key" env:"LINLI_LINK_KEY" help:"文件链接的签名密钥，至少32个字符"`

	WeChatMiniID        string    `name:"wechat-mini-id" env:"LINLI_WECHAT_MINI_ID" help:"小程序 AppID；不填用沙箱微信"`
	WeChatMiniSecret    Secret    `name:"wechat-mini-secret" env:"LINLI_WECHAT_MINI_SECRET" help:"小程序 AppSecret"`
	WeChatServiceID     string    `name:"wechat-service-id" env:"LINLI_WECHAT_SERVICE_ID" help:"服务号 AppID，用于通知工作人员，和业主在微信里打开投票链接时登录（要在公众平台设置网页授权域名）"`
	WeChatServiceSecret Secret    `name:"wechat-service-secret" env:"LINLI_WECHAT_SERVICE_SECRET" help:"服务号 AppSecret"`
	WeChatPushToken     Secret    `name:"wechat-push-token" env:"LINLI_WECHAT_PUSH_TOKEN" help:"消息推送的 Token"`
	WeChatPushKey       Secret    `name:"wechat-push-key" env:"LINLI_WECHAT_PUSH_KEY" help:"消息推送的 EncodingAESKey"`
	WeChatTemplates     Templates `name:"wechat-templates" env:"LINLI_WECHAT_TEMPLATES" help:"消息模板：名称=模板编号，长期订阅的在编号后加 ,long，用分号隔开；名称见 README"`
	WeChatLongTerm      bool      `name:"wechat-long-term" env:"LINLI_WECHAT_LONG_TERM" help:"小程序的主体和类目（政务民生等）可以用长期订阅消息；没有开通的不要填"`
	WeChatTimeout       Duration  `name:"wechat-timeout" env:"LINLI_WECHAT_TIMEOUT" default:"5s" help:"等微信答复多久"`

	SMSKeyID     string    `name:"sms-key-id" env:"LINLI_SMS_KEY_ID" help:"阿里云短信的 AccessKey ID；短信各项都不填，就不发短信"`
	SMSKeySecret Secret    `name:"sms-key-secret" env:"LINLI_SMS_KEY_SECRET" help:"阿里云短信的 AccessKey Secret"`
	SMSSign      string    `name:"sms-sign" env:"LINLI_SMS_SIGN" help:"短信签名，不带【】"`
	SMSTemplates Templates `name:"sms-templates" env:"LINLI_SMS_TEMPLATES" help:"短信模板：code=模板编号;notice=模板编号；要申请的文字见 README"`
	SMSEndpoint  string    `name:"sms-endpoint" env:"LINLI_SMS_ENDPOINT" default:"dysmsapi.aliyuncs.com" help:"阿里云短信的接入地址"`
	SMSPerMinute Bound     `name:"sms-per-minute" env:"LINLI_SMS_PER_MINUTE" default:"0" help:"每分钟最多发几条短信通知（验证码另有限制）；0 表示不限"`
	SMSPerDay    Bound     `name:"sms-per-day" env:"LINLI_SMS_PER_DAY" default:"0" help:"每天最多发几条短信通知（验证码另有限制）；0 表示不限"`

	MiniPerMinute    Bound `name:"wechat-mini-per-minute" env:"LINLI_WECHAT_MINI_PER_MINUTE" default:"0" help:"每分钟最多发几条订阅消息，所有进程合计；0 表示不限"`
	MiniPerDay       Bound `name:"wechat-mini-per-day" env:"LINLI_WECHAT_MINI_PER_DAY" default:"0" help:"每天最多发几条订阅消息；填微信给本小程序的额度，其中一成只给险情"`
	ServicePerMinute Bound `name:"wechat-service-per-minute" env:"LINLI_WECHAT_SERVICE_PER_MINUTE" default:"0" help:"每分钟最多发几条模板消息，所有进程合计；0 表示不限"`
	ServicePerDay    Bound `name:"wechat-service-per-day" env:"LINLI_WECHAT_SERVICE_PER_DAY" default:"0" help:"每天最多发几条模板消息；填微信给本服务号的额度，其中一成只给险情"`

	SessionTTL     Duration `name:"session-ttl" env:"LINLI_SESSION_TTL" default:"720h" help:"登录保持多久（从最后一次使用算起）"`
	RequestTimeout Duration `name:"request-timeout" env:"LINLI_REQUEST_TIMEOUT" default:"30s" help:"一次请求最多办多久"`
	MaxBody        Number   `name:"max-body" env:"LINLI_MAX_BODY" default:"1048576" help:"请求内容上限（字节），上传另有上限"`
	Origins        []string `env:"LINLI_ORIGINS" help:"允许跨域访问的网页来源，用逗号隔开"`
	Proxies        []string `env:"LINLI_PROXIES" help:"可信反向代理的网段（CIDR），用逗号隔开"`
	Shards         Number   `env:"LINLI_SHARDS" default:"4" help:"通知分片数"`

	LogLevel  string `name:"log-level" env:"LINLI_LOG_LEVEL" default:"info" help:"日志级别：debug、info、warn、error"`
	OTLP      string `name:"otlp" env:"LINLI_OTLP" help:"OpenTelemetry 接收地址（OTLP/HTTP）；不填不发送"`
	BackupDir string `name:"backup-dir" env:"LINLI_BACKUP_DIR" default:"backups" help:"备份存放的文件夹"`
}

// Sandbox reports whether WeChat is played inside the process.
func (c *Config) Sandbox() bool { return c.WeChatMiniID == "" }

// SMS reports whether a provider of short messages is configured.
func (c *Config) SMS() bool { return c.SMSKeyID != "" }

// EmbeddedRedis reports whether Redis runs inside the process.
func (c *Config) EmbeddedRedis() bool { return c.Redis.Value() == "" || c.Redis.Value() == "embedded" }

// DSN is the database, by default a SQLite file in the data folder.
func (c *Config) DSN() string {
	if dsn := c.Database.Value(); dsn != "" {
		return dsn
	}
	return "sqlite:" + filepath.Join(c.Data, "linli.db")
}

// OwnsSchema reports whether the database is the embedded default, whose schema serve brings up to date by itself.
func (c *Config) OwnsSchema() bool { return c.Database.Value() == "" }

// FileFolder is where files go, "" when they go to S3.
func (c *Config) FileFolder() string {
	switch c.Files {
	case "":
		return filepath.Join(c.Data, "files")
	case "s3":
		return ""
	}
	return c.Files
}

// demoLinkKey signs links of demonstrations. Everybody knows it; production refuses it.
const demoLinkKey = "linli demonstration link key, signs nothing of value"

// LinkKeyBytes is the key that signs links.
func (c *Config) LinkKeyBytes() []byte {
	if k := c.LinkKey.Value(); k != "" {
		return []byte(k)
	}
	return []byte(demoLinkKey)
}

// demoVoteKey signs the logs of demonstrations. Everybody knows it; production refuses it.
const demoVoteKey = "ed25519:6c696e6c692064656d6f6e7374726174696f6e2c207369676e73206e6f746869"

// VoteKeyText is the key that signs checkpoints and certificates: its kind, a colon and 32 bytes in hex.
func (c *Config) VoteKeyText() string {
	if k := c.VoteKey.Value(); k != "" {
		return k
	}
	return demoVoteKey
}

// VoteSeed reads the key: its kind, ed25519 or sm2, and its 32 bytes.
func (c *Config) VoteSeed() (kind string, seed []byte, err error) {
	kind, text, _ := strings.Cut(strings.TrimSpace(c.VoteKeyText()), ":")
	seed, err = hex.DecodeString(text)
	if err != nil || len(seed) != 32 || kind != "ed25519" && kind != "sm2" {
		return "", nil, errors.New("应为 ed25519: 或 sm2: 加64位十六进制，请用 server keys vote 生成")
	}
	return kind, seed, nil
}
