package modelstest

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// MortalDatabase is a MariaDB of its own that a test may kill and raise again with what it had made durable.
type MortalDatabase struct {
	DSN     string // of an empty database in it
	t       testing.TB
	dir     string
	port    string
	process *exec.Cmd
}

// MortalServer starts one. It skips the test where no server is used, or none is installed.
func MortalServer(t testing.TB) *MortalDatabase {
	t.Helper()
	if !OnServer() {
		t.Skip("the database is in this process")
	}
	for _, name := range []string{"mariadbd", "mariadb-install-db"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name, " is not installed")
		}
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	d := &MortalDatabase{t: t, dir: t.TempDir(), port: port, DSN: "root@tcp(127.0.0.1:" + port + ")/linli"}
	install := exec.CommandContext(t.Context(), "mariadb-install-db", append(d.options(), "--auth-root-authentication-method=normal", "--skip-test-db")...) //nolint:gosec // fixed words
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("mariadb-install-db: %v %s", err, out)
	}
	d.Raise()
	t.Cleanup(d.Kill)
	admin, err := sql.Open("mysql", "root@tcp(127.0.0.1:"+port+")/")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE linli CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *MortalDatabase) options() []string {
	return []string{"--no-defaults", "--user=root", "--datadir=" + filepath.Join(d.dir, "data")}
}

// Raise starts it on what the disk holds and waits until it answers.
func (d *MortalDatabase) Raise() {
	d.t.Helper()
	// Not the test's context: what the test started ends after it.
	d.process = exec.CommandContext(context.WithoutCancel(d.t.Context()), "mariadbd", append(d.options(), //nolint:gosec // fixed words
		"--tmpdir="+d.dir, "--socket="+filepath.Join(d.dir, "s"), "--pid-file="+filepath.Join(d.dir, "pid"), "--port="+d.port, "--bind-address=127.0.0.1", "--max-connections=200",
		"--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=1")...)
	if err := d.process.Start(); err != nil {
		d.t.Fatal(err)
	}
	pool, err := sql.Open("mysql", "root@tcp(127.0.0.1:"+d.port+")/")
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	for end := time.Now().Add(time.Minute); ; {
		err := pool.PingContext(d.t.Context())
		if err == nil {
			return
		}
		if time.Now().After(end) {
			d.t.Fatal(fmt.Errorf("mariadbd does not answer: %w", err))
		}
		<-time.After(20 * time.Millisecond)
	}
}

// Kill ends it at once, in the middle of whatever it does.
func (d *MortalDatabase) Kill() {
	_ = d.process.Process.Kill()
	_ = d.process.Wait()
}
