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
  get() { curl -s "{base}$2" -H "Authorization: Bearer $(token $1)"; }
  post() { curl -s "{base}$2" -H "Authorization: Bearer $(token $1)" -H 'Content-Type: application/json' -d "$3"; }
  # 1. 业主写下一件事，系统推荐事项和负责单位
  post owner /miniapp/v1/suggestions '{"text":"楼下烧烤店油烟很大，半夜还在放音乐"}' | jq
  # 2. 业主提交投诉：答复里有编号、依据条款、主办单位和时限
  post owner /miniapp/v1/complaints '{"estate_id":{estate},"matter":"{matter}","text":"楼下烧烤店油烟很大，半夜还在放音乐","client_ref":"walk-1"}' | tee /tmp/case.json | jq
  ID=$(jq .id /tmp/case.json)
  # 3. 主办单位受理、答复；答复的四个要素缺一不可
  post department_urban_enforcement /office/v1/complaints/$ID/accept '{}' | jq .state_name
  post department_urban_enforcement /office/v1/complaints/$ID/answer '{"report":{"accepted_on":"今天上午","contacted":"当面联系了店主","did":"已责令安装油烟净化装置","next":"三日内复查"}}' | jq .state_name
  # 4. 业主收到通知，确认办结
  get owner /miniapp/v1/inbox | jq '.items[].title'
  post owner /miniapp/v1/complaints/$ID/confirm '{}' | jq .state_name
  # 5. 别的小区的业主查不到这件投诉
  get owner_foreign /miniapp/v1/complaints/$ID | jq .detail

再走一遍难办的：消防通道被违建占用，两个部门都说不归自己
  # 6. 业主投诉，消防和自然资源局先后引用条款退办，领导小组办公室裁定由社区牵头
  ID=$(post owner /miniapp/v1/complaints '{"estate_id":{estate},"matter":"fire-lane","text":"东门消防通道被人搭了棚子，消防车进不来","client_ref":"walk-2"}' | jq .id)
  post department_fire /office/v1/complaints/$ID/refuse '{"clause":"五(三)4","text":"搭建要先认定","to":{planning}}' | jq .state_name
  post department_natural_resources /office/v1/complaints/$ID/refuse '{"clause":"五(六)2","text":"占用通道由消防查处"}' | jq .state_name
  post leading_group_office /office/v1/complaints/$ID/arbitrate '{"clause":"五(二)13","text":"由社区牵头吹哨","to":{community}}' | jq .state_name
  post community /office/v1/complaints/$ID/accept '{}' | jq .state_name
  # 7. 社区申请吹哨，办事处负责人签批，三个部门到现场报到
  W=$(post community /office/v1/whistles '{"case_id":'$ID',"reason":"认定、清障、拆除分属三个部门，社区无权处理","sort":"simple","place":"东门消防通道","client_ref":"walk-3","calls":[{"to":{fire},"clause":"五(六)2","text":"清障"},{"to":{planning},"clause":"五(三)4","text":"认定"},{"to":{enforcement},"clause":"五(四)6","text":"拆除"}]}' | jq .id)
  post township /office/v1/whistles/$W/signature '{"blow":true}' | jq .state_name
  echo {pixel} | base64 -d > /tmp/site.png
  photo() { curl -s {base}/office/v1/files -H "Authorization: Bearer $(token $1)" -F purpose=photo -F client_ref=walk-$1 -F file=@/tmp/site.png | jq .id; }
  for D in department_fire department_natural_resources department_urban_enforcement; do post $D /office/v1/whistles/$W/check-in '{"lat":26.258,"lng":107.518,"file_id":'$(photo $D)'}' | jq -c '.calls[]|[.office,.state_name]'; done
  # 8. 销哨，评价到场的部门，答复业主；业主评价、确认，看三率
  post community /office/v1/whistles/$W/closing '{"text":"违建已拆除，消防通道恢复畅通"}' | jq .state_name
  post community /office/v1/whistles/$W/ratings/{fire} '{"response":"yes","solved":"yes","satisfied":"yes"}' | jq -c '.calls[]|[.office,.rating]'
  post community /office/v1/complaints/$ID/answer '{"report":{"accepted_on":"今天上午","contacted":"三个部门和投诉人","did":"违建已当场拆除","next":"已办完"}}' | jq .state_name
  post owner /miniapp/v1/complaints/$ID/rating '{"rating":{"response":"yes","solved":"yes","satisfied":"yes"}}' | jq -c .rating
  post owner /miniapp/v1/complaints/$ID/confirm '{}' | jq -r '.state_name, (.steps[]|.at[11:16]+" "+.by+" "+.name)'
  get bureau "/office/v1/figures?from=$(date -d yesterday +%F)&to=$(date -d tomorrow +%F)" | jq -c '.items[]|[.name,.people]'

按 Ctrl-C 停止。演示数据在 {data}；各人的令牌在下面这个文件里：
`
	unit := func(code string) string {
		o, err := t.code(code)
		if err != nil {
			return "0"
		}
		return fmt.Sprint(o.ID)
	}
	return strings.NewReplacer("{fire}", unit("fire"), "{planning}", unit("natural-resources"), "{enforcement}", unit("urban-enforcement"), "{community}", unit("demo-community"), "{pixel}", pixelPNG, "{base}", base, "{estate}", fmt.Sprint(owner.Estate), "{json}", path, "{matter}", demoMatter(t), "{data}", t.cfg.Data).Replace(text)
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
