package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The two sets of migrations are kept equal by hand; these tests are what keeps the hand honest. Each statement is
// brought to one canonical form, in which a bounded text is "text(n)" and a generated key "serial".
var (
	createTable = regexp.MustCompile(`(?s)^CREATE TABLE (\w+) \(\n(.*)\n\)(.*)$`)
	createIndex = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX \w+ ON \w+ \([\w, ]+\)$`)
	widen       = regexp.MustCompile(`^ALTER TABLE \w+ MODIFY COLUMN \w+ MEDIUMTEXT NOT NULL$`) // SQLite's TEXT has no bound
	tableKey    = regexp.MustCompile(`^PRIMARY KEY \([\w, ]+\)$`)
	mysqlTail   = " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"

	mysqlColumn  = regexp.MustCompile(`^(\w+) (BIGINT|INT|BOOLEAN|DATETIME|DATE|TEXT|MEDIUMTEXT|VARCHAR\((\d+)\)) (NOT NULL|NULL)( AUTO_INCREMENT)?( PRIMARY KEY)?$`)
	sqliteColumn = regexp.MustCompile(`^(\w+) (BIGINT|INT|BOOLEAN|DATETIME|DATE|TEXT) (NOT NULL|NULL)( PRIMARY KEY)?(?: CHECK \(length\((\w+)\) <= (\d+)\))?$`)
	addColumn    = regexp.MustCompile(`^ALTER TABLE (\w+) ADD COLUMN (.+? (?:NOT )?NULL)((?: DEFAULT (?:'\w*'|\d+|TRUE|FALSE))?)(.*)$`)
	dropIndex    = regexp.MustCompile(`^(DROP INDEX \w+)(?: ON \w+)?$`)
	same         = regexp.MustCompile(`^(?:ALTER TABLE \w+ DROP COLUMN \w+|DROP TABLE \w+|ALTER TABLE \w+ RENAME TO \w+|INSERT INTO \w+ .+ SELECT .+|DELETE FROM \w+ WHERE .+)$`)
	update       = regexp.MustCompile(`^UPDATE \w+ SET `)
	sqliteSerial = regexp.MustCompile(`^(\w+) INTEGER PRIMARY KEY AUTOINCREMENT$`)
)

// statements splits a migration file, without its comments and annotations.
func statements(t *testing.T, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for l := range strings.Lines(string(raw)) {
		if !strings.HasPrefix(l, "--") {
			lines = append(lines, l)
		}
	}
	var list []string
	for s := range strings.SplitSeq(strings.Join(lines, ""), ";") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	return list
}

func canonical(t *testing.T, path string, column func(string) string, tail string) []string {
	t.Helper()
	var list []string
	for _, s := range statements(t, path) {
		m := createTable.FindStringSubmatch(s)
		if m == nil {
			s = strings.Join(strings.Fields(s), " ")
			if widen.MatchString(s) {
				continue
			}
			if m := addColumn.FindStringSubmatch(s); m != nil {
				c := column(m[2] + m[4])
				if c == "" {
					t.Errorf("%s: this test does not know how to compare %q", path, s)
				}
				s = m[1] + ": " + c + m[3]
			} else if m := dropIndex.FindStringSubmatch(s); m != nil {
				s = m[1]
			} else if !createIndex.MatchString(s) && !update.MatchString(s) && !same.MatchString(s) {
				t.Errorf("%s: this test does not know how to compare %q", path, s)
			}
			list = append(list, s)
			continue
		}
		if m[3] != tail {
			t.Errorf("%s: table %s ends with %q, want %q", path, m[1], m[3], tail)
		}
		list = append(list, "table "+m[1])
		for l := range strings.SplitSeq(m[2], "\n") {
			l = strings.TrimSuffix(strings.Join(strings.Fields(l), " "), ",")
			c := l
			if !tableKey.MatchString(l) {
				c = column(l)
			}
			if c == "" {
				t.Errorf("%s: table %s: this test does not know how to compare %q", path, m[1], l)
			}
			list = append(list, m[1]+": "+c)
		}
	}
	return list
}

func fromMySQL(l string) string {
	m := mysqlColumn.FindStringSubmatch(l)
	switch {
	case m == nil || m[5] != "" && (m[2] != "BIGINT" || m[4] != "NOT NULL" || m[6] == ""):
		return ""
	case m[5] != "":
		return m[1] + " serial"
	case m[3] != "":
		return m[1] + " text(" + m[3] + ") " + m[4] + m[6]
	case strings.HasSuffix(m[2], "TEXT"):
		return m[1] + " text " + m[4] + m[6]
	}
	return m[1] + " " + m[2] + " " + m[4] + m[6]
}

func fromSQLite(l string) string {
	if m := sqliteSerial.FindStringSubmatch(l); m != nil {
		return m[1] + " serial"
	}
	m := sqliteColumn.FindStringSubmatch(l)
	switch {
	case m == nil || m[5] != "" && (m[5] != m[1] || m[2] != "TEXT"):
		return ""
	case m[6] != "":
		return m[1] + " text(" + m[6] + ") " + m[3] + m[4]
	case m[2] == "TEXT":
		return m[1] + " text " + m[3] + m[4]
	}
	return m[1] + " " + m[2] + " " + m[3] + m[4]
}

func TestBothDialectsGetTheSameSchema(t *testing.T) {
	t.Parallel()
	names := func(dir string) (list []string) {
		files, err := filepath.Glob("migrations/" + dir + "/*.sql")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, f := range files {
			list = append(list, filepath.Base(f))
		}
		return list
	}
	if my, lite := names("mysql"), names("sqlite"); !slices.Equal(my, lite) {
		t.Fatalf("mysql has %v, sqlite has %v", my, lite)
	}
	for _, name := range names("mysql") {
		my := canonical(t, "migrations/mysql/"+name, fromMySQL, mysqlTail)
		lite := canonical(t, "migrations/sqlite/"+name, fromSQLite, "")
		for _, s := range my {
			if !slices.Contains(lite, s) {
				t.Errorf("%s: sqlite lacks %q", name, s)
			}
		}
		for _, s := range lite {
			if !slices.Contains(my, s) {
				t.Errorf("%s: mysql lacks %q", name, s)
			}
		}
	}
}

// A migration that was released must not change, and there is no way back: corrections are new files.
func TestMigrationsGoForwardOnly(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("migrations/*/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(raw), "-- +goose Up\n") || strings.Contains(string(raw), "+goose Down") {
			t.Errorf("%s does not go up only", f)
		}
		if !regexp.MustCompile(`^\d{4}_[a-z0-9_]+\.sql$`).MatchString(filepath.Base(f)) {
			t.Errorf("%s has no number and name", f)
		}
	}
}
