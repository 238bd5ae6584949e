#!/usr/bin/env bash
# Runs every suite on SQLite and the embedded Redis, and again on MariaDB and a real Redis, as private instances on free
# ports that are stopped again. Installs what is missing on Debian when root; otherwise says at the end what it skipped.
set -u
cd "$(dirname "$0")/.." || exit 1
what=${1:-all}
work=$(mktemp -d)
skipped=()
failed=0
pids=()

stop() {
  for p in "${pids[@]:-}"; do [ -n "$p" ] && kill "$p" 2>/dev/null; done
  for p in "${pids[@]:-}"; do [ -n "$p" ] && wait "$p" 2>/dev/null; done
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

say() { printf '== %s\n' "$*"; }

free_port() {
  local p
  while :; do
    p=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || { echo "$p"; return; }
  done
}

# install PACKAGE… without starting any service.
install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && made=1; fi
  export DEBIAN_FRONTEND=noninteractive
  timeout 300 apt-get update -qq >"$work/apt.log" 2>&1
  timeout 900 apt-get install -y -qq --no-install-recommends "$@" >>"$work/apt.log" 2>&1
  local code=$?
  [ -n "$made" ] && rm -f $policy
  [ $code = 0 ] || tail -5 "$work/apt.log"
  return $code
}

need() { # need COMMAND PACKAGE…
  local cmd=$1; shift
  command -v "$cmd" >/dev/null && return 0
  say "installing $*"
  install "$@" && command -v "$cmd" >/dev/null
}

start_mariadb() {
  local dir=$work/mariadb user=()
  mkdir -p "$dir/data" "$dir/tmp"
  if [ "$(id -u)" = 0 ]; then user=(--user=mysql); chmod 755 "$work"; chown -R mysql "$dir"; fi
  mariadb-install-db --no-defaults "${user[@]}" --datadir="$dir/data" --auth-root-authentication-method=normal --skip-test-db >"$dir/install.log" 2>&1 || return 1
  db_port=$(free_port)
  mariadbd --no-defaults "${user[@]}" --datadir="$dir/data" --tmpdir="$dir/tmp" --socket="$dir/s.sock" --pid-file="$dir/pid" --port="$db_port" --bind-address=127.0.0.1 \
    --character-set-server=utf8mb4 --innodb-buffer-pool-size=512M --max-connections=500 >"$dir/log" 2>&1 &
  pids+=($!)
  for _ in $(seq 120); do
    mariadb --no-defaults --socket="$dir/s.sock" -uroot -e "CREATE USER IF NOT EXISTS linli@'127.0.0.1' IDENTIFIED BY 'linli'; GRANT ALL ON *.* TO linli@'127.0.0.1'" 2>/dev/null && return 0
    sleep 0.5
  done
  tail -5 "$dir/log"
  return 1
}

start_redis() {
  redis_port=$(free_port)
  redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" >"$work/redis.log" 2>&1 &
  pids+=($!)
  for _ in $(seq 60); do
    redis-cli -p "$redis_port" ping 2>/dev/null | grep -q PONG && return 0
    sleep 0.5
  done
  return 1
}

suite() { # suite NAME
  say "suites on $1"
  go test -count=1 -timeout 20m ./... 2>&1 | grep -v 'no test files' | tee "$work/$2.log"
  local code=${PIPESTATUS[0]}
  [ "$code" = 0 ] || failed=1
}

if need chromium chromium fonts-noto-cjk; then :; else skipped+=("pages in a browser: Chromium is not installed"); fi

if [ "$what" != servers ]; then
  unset LINLI_TEST_DSN LINLI_TEST_REDIS LINLI_TEST_SQL_DIR
  suite "SQLite and embedded Redis" embedded
fi

if [ "$what" != embedded ]; then
  if need mariadbd mariadb-server && need redis-server redis-server && start_mariadb && start_redis; then
    mkdir -p "$work/sql"
    export LINLI_TEST_DSN="linli:linli@tcp(127.0.0.1:$db_port)/" LINLI_TEST_REDIS="redis://127.0.0.1:$redis_port" LINLI_TEST_SQL_DIR="$work/sql"
    suite "$(mariadbd --version | sed 's/.*Ver //;s/ for.*//') and $(redis-server --version | cut -d' ' -f1-3)" servers
    say "every statement that reached the server, through TiDB's parser"
    LINLI_TEST_SQL_CHECK=1 go test -count=1 ./models/store -run 'TestTiDB' -v 2>&1 | grep -vE '^=== ' || failed=1
  else
    skipped+=("everything on MariaDB and Redis: they are not installed, and could not be")
    [ -n "${CI:-}" ] && failed=1
  fi
fi

echo
if [ ${#skipped[@]} -gt 0 ]; then for s in "${skipped[@]}"; do echo "skipped: $s"; done; else echo "skipped: nothing"; fi
[ $failed = 0 ] && echo "all suites passed" || echo "some suite FAILED"
exit $failed
