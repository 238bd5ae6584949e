package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerifyBundles: the command needs no usable configuration, names what holds, compares editions, and exits 1 with the
// first thing that does not hold.
func TestVerifyBundles(t *testing.T) {
	t.Setenv("LINLI_LISTEN", "")
	t.Setenv("LINLI_PRODUCTION", "perhaps")
	t.Setenv("LINLI_DATABASE", "nowhere://")
	const public, owners = "../models/assembly/log/testdata/public.zip", "../models/assembly/log/testdata/owners.zip"
	raw, err := os.ReadFile(public)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	changed := filepath.Join(t.TempDir(), "changed.zip")
	if err := os.WriteFile(changed, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{public}, 0, "核验通过"},
		{[]string{owners}, 0, "重新计票"},
		{[]string{public, owners}, 0, "比较：与 " + public},
		{[]string{"--key", "0000", public}, 1, "不是您给出的公钥"},
		{[]string{owners, changed}, 1, "核验不通过：" + changed},
		{[]string{"verify_test.go"}, 1, "不是完整的 ZIP 文件"},
		{[]string{"no-such.zip"}, 1, "no-such.zip"},
	} {
		var out, errOut bytes.Buffer
		code := run(t.Context(), append([]string{"verify"}, c.args...), &out, &errOut)
		if said := out.String() + errOut.String(); code != c.code || !strings.Contains(said, c.want) || code == 1 && strings.Contains(said, "核验通过") {
			t.Errorf("%v: exit %d\n%s", c.args, code, said)
		}
	}
	if _, ok := bundles([]string{"verify", "--head", "abc"}); ok {
		t.Error("the installation's own verify is taken for files")
	}
}
