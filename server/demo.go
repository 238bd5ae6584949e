package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/linli-city/linli/config"
)

type demoCmd struct {
	Port int `default:"0" help:"端口；0 表示找一个空闲的"`
}

// demoFile is demo.json: where the demo listens and who its people are. Its tokens open the demo, so nobody else may
// read it.
type demoFile struct {
	BaseURL string                `json:"base_url"`
	Actors  map[string]*demoActor `json:"actors"`
}

// Run builds the demo town in a fresh folder, or in the one that --data names, and serves it.
func (c demoCmd) Run(e *environment) error {
	if e.cfg.Production {
		return errors.New("demo 不能与 LINLI_PRODUCTION 同时使用")
	}
	l, err := (&net.ListenConfig{}).Listen(e.ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", c.Port))
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	cfg, err := demoConfig(e.cfg, "http://"+l.Addr().String())
	if err != nil {
		return err
	}
	e.cfg = cfg
	return e.withApp(func(a *app) error {
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
		path, err := writeDemoFile(cfg.Data, demoFile{BaseURL: cfg.PublicURL, Actors: town.actors})
		if err != nil {
			return err
		}
		_, _ = fmt.Fprint(e.out, walkThrough(cfg.PublicURL, path, town))
		_, _ = fmt.Fprintln(e.out, path)
		return a.run(e.ctx, l)
	})
}

// demoConfig takes a fresh folder unless one was named, and plays WeChat whatever the environment says.
func demoConfig(cfg config.Config, base string) (config.Config, error) {
	if cfg.Data == "data" {
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
	cfg.Data, cfg.PublicURL, cfg.WeChatMiniID = dir, base, ""
	return cfg, os.MkdirAll(dir, 0o700)
}

func writeDemoFile(dir string, f demoFile) (string, error) {
	raw, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "demo.json")
	_ = os.Remove(path) // an earlier file's mode must not be taken over
	return path, os.WriteFile(path, raw, 0o600)
}

// walkThrough is a story that a reader can copy line by line.
func walkThrough(base, path string, t *demoTown) string {
	owner := t.actors["owner"]
	text := `
邻里演示已启动：{base}
沙箱微信：不是真的微信；每个人的手机收到什么，看 {base}/sandbox
接口文档：{base}/docs        公示栏：{base}/h5/estates/{estate}/board

五分钟走一遍（另开一个终端，逐行复制；需要 curl 和 jq）：
  J={json}
  token() { jq -r ".actors.$1.token" $J; }
  # 1. 业主写下一件事，系统推荐事项和负责单位
  curl -s {base}/miniapp/v1/suggestions -H "Authorization: Bearer $(token owner)" -H 'Content-Type: application/json' -d '{"text":"楼下烧烤店油烟很大，半夜还在放音乐"}' | jq
  # 2. 业主提交投诉：答复里有编号、依据条款、主办单位和时限
  curl -s {base}/miniapp/v1/complaints -H "Authorization: Bearer $(token owner)" -H 'Content-Type: application/json' -d '{"estate_id":{estate},"matter":"{matter}","text":"楼下烧烤店油烟很大，半夜还在放音乐","client_ref":"walk-1"}' | tee /tmp/case.json | jq
  ID=$(jq .id /tmp/case.json)
  # 3. 主办单位受理、答复
  curl -s {base}/office/v1/complaints/$ID/accept -H "Authorization: Bearer $(token department_urban_enforcement)" -H 'Content-Type: application/json' -d '{}' | jq .state_name
  curl -s {base}/office/v1/complaints/$ID/answer -H "Authorization: Bearer $(token department_urban_enforcement)" -H 'Content-Type: application/json' -d '{"report":{"accepted_on":"今天上午","contacted":"当面联系了店主","did":"已责令安装油烟净化装置","next":"三日内复查"}}' | jq .state_name
  # 4. 业主收到通知，确认办结
  curl -s {base}/miniapp/v1/inbox -H "Authorization: Bearer $(token owner)" | jq '.items[].title'
  curl -s {base}/miniapp/v1/complaints/$ID/confirm -H "Authorization: Bearer $(token owner)" -H 'Content-Type: application/json' -d '{}' | jq .state_name
  # 5. 别的小区的业主查不到这件投诉
  curl -s {base}/miniapp/v1/complaints/$ID -H "Authorization: Bearer $(token owner_foreign)" | jq .detail

按 Ctrl-C 停止。演示数据在 {data}；各人的令牌在下面这个文件里：
`
	return strings.NewReplacer("{base}", base, "{estate}", fmt.Sprint(owner.Estate), "{json}", path, "{matter}", demoMatter(t), "{data}", t.cfg.Data).Replace(text)
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
