package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/linli-city/linli/config"
	"github.com/linli-city/linli/models/store"
)

type demoCmd struct {
	Port      int  `default:"0" help:"端口；0 表示找一个空闲的；填了 --listen 就用那里的"`
	OwnStores bool `help:"所填的数据库、Redis、文件存放和密钥是专给演示用的"`
}

// demoListen is the default of --listen, which for the demo means a free port.
const demoListen = "127.0.0.1:8080"

// demoFile is demo.json: where the demo listens and who its people are. Its tokens open the demo, so nobody else may
// read it.
type demoFile struct {
	BaseURL string                `json:"base_url"`
	Actors  map[string]*demoActor `json:"actors"`
	// Organisations are the offices' ids by their code, as the walk-through names them.
	Organisations map[string]int64 `json:"organisations"`
	Meetings      *demoHall        `json:"meetings,omitempty"`
}

// Run builds the demo town in a fresh folder, or in the one that --data names, and serves it.
func (c demoCmd) Run(e *environment) error {
	if e.cfg.Production {
		return errors.New("demo 不能与 LINLI_PRODUCTION 同时使用")
	}
	if !c.OwnStores {
		if err := notTheirs(&e.cfg); err != nil {
			return err
		}
	}
	address := fmt.Sprintf("127.0.0.1:%d", c.Port)
	if (e.cfg.Listen != demoListen || e.typed["listen"]) && c.Port == 0 {
		address = e.cfg.Listen
	}
	l, err := (&net.ListenConfig{}).Listen(e.ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	cfg, err := demoConfig(e.cfg, demoBase(l.Addr()), e.typed["data"])
	if err != nil {
		return err
	}
	e.cfg = cfg
	return e.withApp(func(a *app) error {
		if err := a.onlyDemo(e.ctx); err != nil {
			return err
		}
		if _, err := a.db.Migrate(e.ctx); err != nil {
			return err
		}
		if err := a.mount(e.ctx); err != nil {
			return err
		}
		town, err := newDemoTown(e.ctx, a)
		if err != nil {
			return err
		}
		hall, err := town.meetings()
		if err != nil {
			return err
		}
		if err := town.books(); err != nil {
			return err
		}
		path, err := writeDemoFile(cfg.Data, demoFile{BaseURL: cfg.PublicURL, Actors: town.actors, Organisations: town.organisations(), Meetings: hall})
		if err != nil {
			return err
		}
		_, _ = fmt.Fprint(e.out, walkThrough(cfg.PublicURL, path, town, hall))
		_, _ = fmt.Fprintln(e.out, path)
		return a.run(e.ctx, l)
	})
}

// notTheirs refuses, by name, every setting that leads to stores of a real installation: a demo makes people and cases up.
func notTheirs(cfg *config.Config) error {
	var set []string
	for _, s := range []struct {
		name string
		is   bool
	}{
		{"LINLI_DATABASE", cfg.Database.Value() != ""}, {"LINLI_REDIS", !cfg.EmbeddedRedis()}, {"LINLI_FILES", cfg.Files != ""}, {"LINLI_S3_ENDPOINT", cfg.S3Endpoint != ""},
		{"LINLI_FIELD_KEYS", cfg.FieldKeys != ""}, {"LINLI_LINK_KEY", cfg.LinkKey.Value() != ""},
	} {
		if s.is {
			set = append(set, s.name)
		}
	}
	if len(set) == 0 {
		return nil
	}
	return fmt.Errorf("demo 会写入编造的人和投诉，不能用已经配置的存储：请去掉 %s；确实是专给演示用的，请加 --own-stores", strings.Join(set, "、"))
}

// errNotDemo is the refusal to build a demo town where real offices work.
var errNotDemo = errors.New("这个数据库里已经有正式的单位，不能用来演示或测速；请换一个空的数据库或数据文件夹")

// onlyDemo refuses a database that holds a register which no demo made. It changes nothing, not even the schema.
func (a *app) onlyDemo(ctx context.Context) error {
	return a.db.View(ctx, func(tx *store.Tx) error {
		if !tx.Migrator().HasTable("organisations") {
			return nil
		}
		var all, demo int64
		if err := tx.Table("organisations").Count(&all).Error; err != nil {
			return err
		}
		if err := tx.Table("organisations").Where("code = ?", "demo-township").Count(&demo).Error; err != nil {
			return err
		}
		if all > 0 && demo == 0 {
			return errNotDemo
		}
		return nil
	})
}

// demoBase is where people on this machine reach the demo.
func demoBase(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return "http://" + a.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// demoConfig takes a fresh folder unless one was named, be it by the default's name, and plays WeChat whatever the environment says.
func demoConfig(cfg config.Config, base string, named bool) (config.Config, error) {
	if cfg.Data == "data" && !named {
		dir, err := os.MkdirTemp("", "linli-demo-*")
		if err != nil {
			return cfg, err
		}
		cfg.Data = dir
	}
	dir, err := filepath.Abs(cfg.Data)
	if err != nil {
		return cfg, err
	}
	cfg.Data, cfg.PublicURL = dir, base
	reachNobody(&cfg)
	return cfg, os.MkdirAll(dir, 0o700)
}

// reachNobody leaves sandboxes alone: the people of a demo are made up, and their numbers are strangers'.
func reachNobody(cfg *config.Config) { cfg.WeChatMiniID, cfg.SMSKeyID = "", "" }

func writeDemoFile(dir string, f demoFile) (string, error) {
	raw, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "demo.json")
	_ = os.Remove(path) // an earlier file's mode must not be taken over
	return path, os.WriteFile(path, raw, 0o600)
}

// walkStory is the whole way of a hard complaint, line by line; README.md holds the same lines.
//
//go:embed walk.sh
var walkStory string

// walkMeeting votes, checks the receipt and recounts a result; README.md holds the same lines.
//
//go:embed walk_meeting.sh
var walkMeeting string

// walkBooks follows the money; README.md holds the same lines.
//
//go:embed walk_books.sh
var walkBooks string

// walkLines are the lines of a story for the demo whose file this is.
func walkLines(story, path string) string {
	return strings.NewReplacer("{json}", path, "{pixel}", pixelPNG).Replace(story)
}

// walkThrough is what the demo prints.
func walkThrough(base, path string, t *demoTown, h *demoHall) string {
	text := `
邻里演示已启动：{base}
沙箱微信：不是真的微信；每个人的手机收到什么，看 {base}/sandbox
接口文档：{base}/docs        公示栏：{base}/h5/estates/{estate}/board        扫码投诉：{base}/h5/estates/{estate}/complain

业主大会：正在表决 {base}/h5/meetings/{open}        已有结果 {base}/h5/meetings/{certified}        业委会的决定：见第二段演示
{link}核对结果：curl -s {base}/public/v1/meetings/{certified}/bundle -o public.zip && go run ./server verify --key "{key}" public.zip

一件难办的投诉从头到尾走一遍（另开一个终端，逐行复制；需要 bash、curl 和 jq）：
{walk}
投一票，查回执，自己重新计票：
{vote}
看每一笔钱：
{books}
按 Ctrl-C 停止。演示数据在 {data}；各人的令牌在下面这个文件里：
`
	link := ""
	if h.link != "" {
		link = "投票链接：" + h.link + "    手机号填 " + h.phone + "，验证码看 " + base + "/sandbox-texts\n"
	}
	return strings.NewReplacer("{base}", base, "{estate}", fmt.Sprint(t.actors["owner"].Estate), "{data}", t.cfg.Data, "{walk}", walkLines(walkStory, path), "{vote}", walkLines(walkMeeting, path), "{books}", walkLines(walkBooks, path),
		"{open}", fmt.Sprint(h.Open), "{certified}", fmt.Sprint(h.Certified), "{key}", h.Key, "{link}", link).Replace(text)
}

// demoMatter is the matter of the story: smoke from a restaurant.
func demoMatter(t *demoTown) string {
	for _, m := range t.pack.Matters {
		if m.Name == "油烟" {
			return m.Code
		}
	}
	return ""
}

// pixelPNG is a picture of one pixel, for the walk-through's check-ins.
const pixelPNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAAEElEQVR4nGI6IScHCAAA//8CvgEHAOBnOAAAAABJRU5ErkJggg=="
