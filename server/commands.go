package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/skip2/go-qrcode"

	"github.com/linli-city/linli/config"
	"github.com/linli-city/linli/models/assembly/log"
	"github.com/linli-city/linli/models/complaint/suggest"
	"github.com/linli-city/linli/models/org"
	"github.com/linli-city/linli/models/rulepack"
	"github.com/linli-city/linli/models/vault"
)

type serveCmd struct{}

// Run serves until it is told to stop.
func (serveCmd) Run(e *environment) error {
	return e.withApp(func(a *app) error {
		if err := a.readySchema(e.ctx); err != nil {
			return err
		}
		l, err := (&net.ListenConfig{}).Listen(e.ctx, "tcp", e.cfg.Listen)
		if err != nil {
			return err
		}
		if e.cfg.Sandbox() {
			e.log.Warn("沙箱微信：不是真的微信，消息不会送到手机；正式运行请配置小程序并设 LINLI_PRODUCTION=true")
		}
		if why := proxiesMissing(&e.cfg); why != "" {
			e.log.Warn(why)
		}
		e.log.Info("listening", "address", l.Addr().String(), "version", version)
		collectLess()
		return a.run(e.ctx, l)
	})
}

// proxiesMissing says what happens in production when nobody is believed about whom they speak for.
func proxiesMissing(cfg *config.Config) string {
	if !cfg.Production || len(cfg.Proxies) > 0 {
		return ""
	}
	return "没有设置 LINLI_PROXIES：前面有反向代理时，所有居民会被当成同一个地址，一起受频率限制"
}

type initCmd struct{}

// Run creates the policy's organisations and prints the invitation with which everything begins.
func (initCmd) Run(e *environment) error {
	return e.withApp(func(a *app) error {
		if err := a.readySchema(e.ctx); err != nil {
			return err
		}
		n, err := a.org.InstallOrganisations(e.ctx, packOrganisations(a.pack))
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(e.out, "按规则包 %s 建立了 %d 个单位。\n", a.pack.Code, n)
		for _, first := range []struct {
			kind      org.Kind
			who, then string
		}{{org.Bureau, "住建局负责人", "接受后即可邀请其他岗位"}, {org.LeadingGroup, "领导小组组长", "反映住建局的投诉由领导小组办理，住建局不能安排领导小组的岗位"}} {
			if err := e.firstInvitation(a, first.kind, first.who, first.then); err != nil {
				return err
			}
		}
		return nil
	})
}

// firstInvitation prints one of the invitations with which an installation begins.
func (e *environment) firstInvitation(a *app, kind org.Kind, who, then string) error {
	inv, err := a.org.FirstInvitation(e.ctx, kind)
	if errors.Is(err, org.ErrPostTaken) {
		_, _ = fmt.Fprintf(e.out, "%s已经有人担任，不再发出第一份邀请。\n", who)
		return nil
	}
	if err != nil {
		return err
	}
	url := e.cfg.PublicURL + "/h5/invitations/" + inv.Token
	qr, err := qrcode.New(url, qrcode.Medium)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "请%s用微信扫码（%s）。只能用一次，%s 前有效。\n%s\n%s\n",
		who, then, inv.ExpiresAt.In(org.Shanghai).Format("2006-01-02 15:04"), qr.ToSmallString(false), url)
	return err
}

type migrateCmd struct{}

// Run applies the missing migrations.
func (migrateCmd) Run(e *environment) error {
	return e.withApp(func(a *app) error {
		n, err := a.db.Migrate(e.ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "applied %d migrations; the schema is current\n", n)
		return err
	})
}

type suggestCmd struct {
	File  string `required:"" type:"existingfile" help:"每行一件投诉的 JSON 文件：{\"id\",\"title\",\"text\",…}"`
	Score bool   `help:"与 units 对照，打印第一个正确和前三个里有正确的比例"`
}

// Run prints one JSON line per case. It needs no database.
func (c suggestCmd) Run(e *environment) error {
	pack, err := rulepack.Find(e.cfg.Pack)
	if err != nil {
		return err
	}
	s, err := suggest.New(pack)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if c.Score {
		return s.Run(f, e.out, e.out)
	}
	return s.Run(f, e.out, nil)
}

type verifyCmd struct {
	bundlesCmd `embed:""`
	Head       string `help:"以前记下的留痕链末端；核验它仍在链上"`
}

// Run verifies the installation, or the files that are named.
func (c verifyCmd) Run(e *environment) error {
	if len(c.Files) > 0 {
		return c.check(e.out)
	}
	return e.withApp(func(a *app) error { return a.verify(e.ctx, e.out, c.Head) })
}

type keysCmd struct {
	New     keysNewCmd     `cmd:"" help:"新建密钥文件"`
	Vote    keysVoteCmd    `cmd:"" help:"新建业主大会表决记录的签名密钥，打印出来"`
	Add     keysAddCmd     `cmd:"" help:"加入一把新密钥（还不使用）"`
	Promote keysPromoteCmd `cmd:"" help:"改用一把密钥加密"`
	Rekey   keysRekeyCmd   `cmd:"" help:"把所有密文改用当前密钥（服务不停）"`
	Drop    keysDropCmd    `cmd:"" help:"删除一把不再使用的密钥"`
}

type keysNewCmd struct {
	Path string `arg:"" help:"写到哪个文件"`
}

// Run writes a fresh keyset and never overwrites one.
func (c keysNewCmd) Run(*environment) error {
	raw, err := vault.NewKeyset()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.Path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	return errors.Join(err, f.Sync(), f.Close())
}

type keysVoteCmd struct {
	SM2 bool `name:"sm2" help:"用国密 SM2；不填用 Ed25519"`
}

// Run prints a fresh key for LINLI_VOTE_KEY.
func (c keysVoteCmd) Run(e *environment) error {
	kind := "ed25519"
	if c.SM2 {
		kind = "sm2"
	}
	for {
		seed, err := log.NewSeed(rand.Reader)
		if err != nil {
			return err
		}
		if _, err := voteSigner(kind, seed); err != nil {
			continue // a few seeds in many thousand million are no SM2 key
		}
		_, err = fmt.Fprintf(e.out, "%s:%x\n", kind, seed)
		return err
	}
}

// voteSigner makes what signs checkpoints and certificates.
func voteSigner(kind string, seed []byte) (log.Signer, error) {
	if kind == "sm2" {
		return log.NewSM2("linli", seed)
	}
	return log.NewEd25519("linli", seed)
}

// changeKeys rewrites the keyset file as a whole or not at all.
func changeKeys(path string, change func([]byte) ([]byte, error)) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if raw, err = change(raw); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".keys-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(raw)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return os.Rename(tmp.Name(), path)
}

type keysAddCmd struct {
	Path string `arg:"" type:"existingfile"`
}

// Run adds a key.
func (c keysAddCmd) Run(e *environment) error {
	return changeKeys(c.Path, func(raw []byte) ([]byte, error) {
		out, id, err := vault.Add(raw)
		if err == nil {
			_, err = fmt.Fprintf(e.out, "added key %s; spread the file to every process, then: server keys promote %s %s\n", id, c.Path, id)
		}
		return out, err
	})
}

type keysPromoteCmd struct {
	Path string `arg:"" type:"existingfile"`
	ID   string `arg:""`
}

// Run makes a key the one that seals.
func (c keysPromoteCmd) Run(*environment) error {
	return changeKeys(c.Path, func(raw []byte) ([]byte, error) { return vault.Promote(raw, c.ID) })
}

type keysDropCmd struct {
	Path string `arg:"" type:"existingfile"`
	ID   string `arg:""`
}

// Run removes a key once nothing is sealed with it any more.
func (c keysDropCmd) Run(e *environment) error {
	return e.withApp(func(a *app) error {
		if n, err := a.sealedWith(e.ctx, c.ID); err != nil || n > 0 {
			if err == nil {
				err = fmt.Errorf("%d values are still sealed with %s; run: server keys rekey", n, c.ID)
			}
			return err
		}
		return changeKeys(c.Path, func(raw []byte) ([]byte, error) { return vault.Drop(raw, c.ID) })
	})
}

type keysRekeyCmd struct{}

// Run seals everything with the primary key.
func (keysRekeyCmd) Run(e *environment) error {
	return e.withApp(func(a *app) error { return a.rekey(e.ctx, e.out) })
}

type healthCmd struct{}

// Run asks the running server whether it is alive.
func (healthCmd) Run(e *environment) error {
	addr := e.cfg.Listen
	if strings.HasPrefix(addr, ":") || strings.HasPrefix(addr, "0.0.0.0:") {
		addr = "127.0.0.1" + addr[strings.LastIndexByte(addr, ':'):]
	}
	req, err := http.NewRequestWithContext(e.ctx, http.MethodGet, "http://"+addr+"/healthz", nil)
	if err != nil {
		return err
	}
	res, err := (&http.Client{Timeout: 3 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("health: status %d", res.StatusCode)
	}
	return nil
}

type explainCmd struct {
	Markdown bool `help:"打印 README 里的配置表"`
}

// Run prints the configuration.
func (c explainCmd) Run(e *environment) error {
	text := e.cfg.Explain()
	if c.Markdown {
		text = config.Table()
	}
	_, err := fmt.Fprint(e.out, text)
	return err
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(e *environment) error {
	_, err := fmt.Fprintln(e.out, version)
	return err
}
