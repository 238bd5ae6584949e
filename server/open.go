package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/linli-city/linli/models/file/blob"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
	"github.com/linli-city/linli/notify/consent"
	"github.com/linli-city/linli/notify/plan"
	"github.com/linli-city/linli/notify/wechat"
)

type clock = func() time.Time

// onSQL, set by tests alone, sees every statement to a database server without its parameters; they are held against TiDB's
// parser.
var onSQL func(string)

// openDatabase opens the database. Only the embedded default is brought up to date by itself: on a server, changing
// the schema is somebody's decision.
func (a *app) openDatabase(ctx context.Context) error {
	if a.cfg.OwnsSchema() {
		if err := os.MkdirAll(a.cfg.Data, 0o700); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	seen := onSQL
	if strings.HasPrefix(a.cfg.DSN(), "sqlite:") {
		seen = nil
	}
	db, err := store.Open(ctx, store.Options{DSN: a.cfg.DSN(), MaxOpen: int(a.cfg.DBConns.N), Logger: a.log, OnSQL: seen})
	if err != nil {
		return err
	}
	a.db = db
	a.closers = append(a.closers, func() { _ = db.Close() })
	return nil
}

// readySchema makes sure that the schema is the program's.
func (a *app) readySchema(ctx context.Context) error {
	if a.cfg.OwnsSchema() {
		if _, err := a.db.Migrate(ctx); err != nil {
			return err
		}
	}
	return a.db.CheckSchema(ctx)
}

// watchKeys is how often the key file is looked at.
const watchKeys = 5 * time.Second

func (a *app) openVault(context.Context) error {
	keys := vault.DemoKeyset()
	if a.cfg.FieldKeys != "" {
		var err error
		if keys, err = os.ReadFile(a.cfg.FieldKeys); err != nil {
			return fmt.Errorf("LINLI_FIELD_KEYS: %w", err)
		}
		if a.cfg.Production && vault.IsDemo(keys) {
			return fmt.Errorf("LINLI_FIELD_KEYS: 正式运行不能用演示密钥，请用 server keys new 生成")
		}
	}
	v, err := vault.Open(keys)
	if err != nil {
		return err
	}
	a.vault = v
	if a.cfg.FieldKeys != "" {
		ctx, stop := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { v.Watch(ctx, a.cfg.FieldKeys, watchKeys, a.log) })
		a.closers = append(a.closers, func() { stop(); wg.Wait() })
	}
	return nil
}

func (a *app) openRedis(context.Context) error {
	redis.SetLogger(redisLog{a.log})
	if a.cfg.EmbeddedRedis() {
		return a.embedRedis()
	}
	o, err := redisOptions(a.cfg.Redis.Value())
	if err != nil {
		return err
	}
	a.redis = redis.NewUniversalClient(o)
	a.closers = append(a.closers, func() { _ = a.redis.Close() })
	return nil
}

// redisLog takes what go-redis says for itself. Its callers report the same trouble with what they wanted.
type redisLog struct{ log *slog.Logger }

// Printf implements go-redis's logging.
func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "redis client", "message", fmt.Sprintf(format, v...))
}

// redisOptions reads "redis://…", "rediss://…" or "cluster:host:port,host:port[?password]".
func redisOptions(s string) (*redis.UniversalOptions, error) {
	u := &redis.UniversalOptions{DialTimeout: 2 * time.Second, ReadTimeout: 3 * time.Second, WriteTimeout: 3 * time.Second, MaxRetries: 1, ContextTimeoutEnabled: true}
	if hosts, ok := strings.CutPrefix(s, "cluster:"); ok {
		hosts, query, _ := strings.Cut(hosts, "?")
		values, err := url.ParseQuery(query)
		if err != nil {
			return nil, fmt.Errorf("LINLI_REDIS: 集群地址应为 cluster:主机1:6379,主机2:6379")
		}
		u.Addrs, u.IsClusterMode, u.Password = strings.Split(hosts, ","), true, values.Get("password")
		return u, nil
	}
	o, err := redis.ParseURL(s)
	if err != nil {
		return nil, fmt.Errorf("LINLI_REDIS: 应为 redis://主机:6379/0 这样的地址")
	}
	u.Addrs, u.DB, u.Username, u.Password, u.TLSConfig = []string{o.Addr}, o.DB, o.Username, o.Password, o.TLSConfig
	return u, nil
}

// embedRedis runs a throw-away Redis inside the process. Its clock does not run by itself.
func (a *app) embedRedis() error {
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		return fmt.Errorf("embedded redis: %w", err)
	}
	const beat = 200 * time.Millisecond
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(beat)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				m.FastForward(beat)
			}
		}
	})
	a.redis = redis.NewClient(&redis.Options{Addr: m.Addr(), MaxRetries: 1})
	a.closers = append(a.closers, func() {
		_ = a.redis.Close()
		stop()
		wg.Wait()
		m.Close()
	})
	return nil
}

func (a *app) openFiles(context.Context) (err error) {
	if dir := a.cfg.FileFolder(); dir != "" {
		a.blobs, err = blob.NewFolder(dir)
		return err
	}
	a.blobs, err = blob.NewBucket(blob.BucketOptions{Endpoint: a.cfg.S3Endpoint, Region: a.cfg.S3Region, Bucket: a.cfg.S3Bucket,
		AccessKey: a.cfg.S3AccessKey, SecretKey: a.cfg.S3SecretKey.Value(), Plain: a.cfg.S3Plain})
	return err
}

func (a *app) openWeChat(context.Context) error {
	c := wechat.Config{MiniAppID: a.cfg.WeChatMiniID, MiniSecret: a.cfg.WeChatMiniSecret.Value(), ServiceAppID: a.cfg.WeChatServiceID,
		ServiceSecret: a.cfg.WeChatServiceSecret.Value(), Timeout: a.cfg.WeChatTimeout.D, Redis: a.redis,
		Token: a.cfg.WeChatPushToken.Value(), EncodingAESKey: a.cfg.WeChatPushKey.Value(), Logger: a.log}
	a.wechat = &wechatAccount{now: time.Now, publicURL: a.cfg.PublicURL}
	if a.cfg.Sandbox() {
		box, err := newSandboxPhone(a, &c)
		if err != nil {
			return err
		}
		a.wechat.box = box
	}
	a.wechat.client = wechat.New(c)
	return nil
}

// provided gives what WeChat calls the plan's templates; the sandbox knows them by name.
func (a *app) provided() map[string]consent.Provided {
	list := map[string]consent.Provided{}
	for name, t := range a.cfg.WeChatTemplates {
		list[name] = consent.Provided{ID: t.ID, Long: t.Long}
	}
	if a.cfg.Sandbox() {
		clear(list)
		for _, t := range plan.Templates {
			list[t.Name] = consent.Provided{ID: t.Name}
		}
	}
	return list
}

// templates gives the ids alone.
func (a *app) templates() map[string]string {
	ids := map[string]string{}
	for name, t := range a.provided() {
		ids[name] = t.ID
	}
	return ids
}
