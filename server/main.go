// Command server is linli: the API and its background work, and the commands that keep an installation.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/linli-city/linli/config"
	"github.com/linli-city/linli/models/assembly/tally"
)

// commands is everything the program can be asked to do.
type commands struct {
	config.Config `embed:""`

	Serve   serveCmd   `cmd:"" default:"withargs" help:"启动服务（默认）"`
	Demo    demoCmd    `cmd:"" help:"启动演示：内置存储、沙箱微信、演示小区"`
	Init    initCmd    `cmd:"" help:"按规则包建立各单位，打印第一份一次性邀请"`
	Migrate migrateCmd `cmd:"" help:"更新数据库结构"`
	Suggest suggestCmd `cmd:"" help:"按投诉文字推荐事项和单位"`
	Import  importCmd  `cmd:"" help:"核对并导入业主名册"`
	Verify  verifyCmd  `cmd:"" help:"核验留痕链、文件、密文和不变量；给出 bundle.zip 时核验业主大会的文件包，不用数据库和配置"`
	Decide  decideCmd  `cmd:"" help:"读入一份表决数字（JSON），说出结果；不需要数据库和配置"`

	Access  accessCmd  `cmd:"" help:"打印某几天的访问日志（至少保存六个月），每行一次访问；查看本身会留痕"`
	Backup  backupCmd  `cmd:"" help:"备份数据库和文件"`
	Restore restoreCmd `cmd:"" help:"从备份恢复到空的数据库"`
	Keys    keysCmd    `cmd:"" help:"个人信息密钥：新建、轮换"`

	Bench   benchCmd   `cmd:"" help:"测量并打印速度"`
	Health  healthCmd  `cmd:"" help:"询问本机服务是否正常（容器健康检查）"`
	Explain explainCmd `cmd:"" help:"打印生效的配置，密钥不显示"`
	Version versionCmd `cmd:"" help:"打印版本"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// environment is what commands work with.
type environment struct {
	ctx context.Context
	out io.Writer
	cfg config.Config
	log *slog.Logger
	// typed are the flags that stand on the command line, whatever their value.
	typed map[string]bool
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	if code, ok := alone(args, os.Stdin, out, errOut); ok {
		return code
	}
	if c, ok := bundles(args); ok {
		if err := c.check(out); err != nil {
			_, _ = fmt.Fprintf(errOut, "核验不通过：%v\n", err)
			return 1
		}
		return 0
	}
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("server"), kong.Description("邻里：小区“1+1+N”治理服务"), kong.Writers(out, errOut), kong.Exit(func(n int) { code = n }), kong.UsageOnError())
	if err != nil {
		_, _ = fmt.Fprintln(errOut, err)
		return 1
	}
	cmd, err := parser.Parse(args)
	if code >= 0 {
		return code // --help
	}
	if err == nil {
		err = c.Check()
	}
	if err != nil {
		_, _ = fmt.Fprintf(errOut, "配置有误，请改正后重试：\n%v\n", err)
		return 2
	}
	env := &environment{ctx: ctx, out: out, cfg: c.Config, log: newLog(errOut, c.LogLevel), typed: map[string]bool{}}
	for _, p := range cmd.Path {
		if p.Flag != nil {
			env.typed[p.Flag.Name] = true
		}
	}
	err = cmd.Run(env)
	if errors.Is(err, tally.ErrInput) {
		return refused(err, errOut)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		_, _ = fmt.Fprintf(errOut, "server: %v\n", err)
		return 1
	}
	return 0
}

func newLog(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // checked by the configuration
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l}))
}

// withApp opens the application for one command.
func (e *environment) withApp(f func(*app) error) error {
	a, err := openApp(e.ctx, e.cfg, e.log)
	if err != nil {
		return err
	}
	defer a.close()
	return f(a)
}
