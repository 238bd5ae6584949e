package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheBooksWalk runs the lines that the README shows and the demo prints about money, in a shell, against a demo: what an owner is
// charged and why, a payment tapped twice, the public income, the fund and what has to be published. A second start keeps the books.
func TestTheBooksWalk(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	e := newEngine(t)
	h, err := e.town.meetings()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.town.books(); err != nil {
			t.Fatal(err)
		}
	}
	estate := e.town.actors["owner"].Estate
	e.must(200, "company", "GET", fmt.Sprintf("/office/v1/estates/%d/fee-reminder-preview", estate), nil)
	if local := e.must(200, "bureau", "GET", "/office/v1/rules", nil).body; !strings.Contains(local, "fee.remind_days") {
		t.Errorf("the demo has no value for reminders: %s", local)
	}
	program := filepath.Join(t.TempDir(), "linli")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	path, err := writeDemoFile(e.cfg.Data, demoFile{BaseURL: e.url, Actors: e.town.actors, Organisations: e.town.organisations(), Meetings: h})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", strings.ReplaceAll(walkLines(walkBooks, path), "go run ./server", program))
	cmd.Env = append(os.Environ(), "LINLI_DATABASE="+e.cfg.Database.Value(), "LINLI_REDIS="+e.cfg.Redis.Value())
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"80.00平方米 × 每平方米每月1.35元", `{"id":4}` + "\n" + `{"id":4}`, `["paid","48.00"]`, `"微信支付"`, "没有凭据：请补上发票或收据", "4116.00元还没有转入", `"期初余额","3200.00"`, "公示期满后再申请", `"演示一物业公司"`, `"预收物业费","0.00"`, "audit chain: ", "balance, their numbers have no gap", "payments and 0 shares are what the books have", "figures are what the books say"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("nothing says %s:\n%s", want, out.String())
		}
	}
	e.mustHold("balance")
}
