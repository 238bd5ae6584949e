package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pingcap/tidb/pkg/parser"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver"
)

// denied are words that TiDB's parser takes and its server ignores or refuses.
var denied = regexp.MustCompile(`(?i)\bSKIP\s+LOCKED\b|\bFOR\s+SHARE\b|\bLOCK\s+IN\s+SHARE\s+MODE\b|\bFULLTEXT\b|\bSPATIAL\b|\bCREATE\s+TRIGGER\b|\bCREATE\s+PROCEDURE\b|\bRETURNING\b|\bGET_LOCK\b`)

// TestTiDBParsesMigrations feeds every MySQL migration to TiDB's own parser.
func TestTiDBParsesMigrations(t *testing.T) {
	files, err := filepath.Glob("migrations/mysql/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		checkTiDB(t, f, string(raw))
	}
}

// TestTiDBParsesWhatWeEmit feeds it every distinct statement that the suites sent to a database server; the test
// command collects them.
func TestTiDBParsesWhatWeEmit(t *testing.T) {
	dir := os.Getenv("LINLI_TEST_SQL_DIR")
	if dir == "" || os.Getenv("LINLI_TEST_SQL_CHECK") == "" {
		t.Skip("runs after the suites on a database server, over what they sent")
	}
	files, err := filepath.Glob(filepath.Join(dir, "statements-*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for s := range strings.SplitSeq(string(raw), "\x00") {
			if s != "" && !seen[s] {
				seen[s] = true
				checkTiDB(t, filepath.Base(f), s)
			}
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d statements were collected", len(seen))
	}
	t.Logf("%d distinct statements", len(seen))
}

func checkTiDB(t *testing.T, from, sql string) {
	t.Helper()
	if bad := denied.FindString(sql); bad != "" {
		t.Errorf("%s uses %s: %.200s", from, bad, sql)
	}
	if _, _, err := parser.New().ParseSQL(sql); err != nil {
		t.Errorf("%s: %v\n%.300s", from, err, sql)
	}
}
