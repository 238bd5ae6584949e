#!/usr/bin/env bash
# Runs every suite on SQLite and the embedded Redis, and again on MariaDB and a real Redis (single and Cluster), as
# private instances on free ports that are stopped again. Installs what is missing on Debian when root; otherwise says
# at the end what it skipped.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps mariadbd, and somebody who is not root does not look
what=${1:-all}
work=$(mktemp -d)
skipped=()
ends=()
pids=()
ports=()
running=
policy=
memory=
failed=0

stop() {
  [ -n "$running" ] && kill -TERM -- "-$running" 2>/dev/null
  for p in "${ports[@]:-}"; do [ -n "$p" ] && redis-cli -p "$p" shutdown nosave 2>/dev/null; done # a test may have raised it anew
  for p in "${pids[@]:-}"; do [ -n "$p" ] && kill "$p" 2>/dev/null; done
  for p in "${pids[@]:-}"; do [ -n "$p" ] && wait "$p" 2>/dev/null; done
  [ -n "$policy" ] && rm -f "$policy"
  rm -rf "$work" ${memory:+"$memory"}
}
trap stop EXIT
trap 'exit 130' INT TERM

say() { printf '== %s\n' "$*"; }

# free_port gives a port below those that outgoing connections take.
free_port() {
  local p
  while :; do
    p=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || { echo "$p"; return; }
  done
}

# install PACKAGE… without starting any service.
install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy
  fi
  export DEBIAN_FRONTEND=noninteractive
  timeout 300 apt-get update -qq >"$work/apt.log" 2>&1
  timeout 900 apt-get install -y -qq --no-install-recommends "$@" >>"$work/apt.log" 2>&1 && return 0
  tail -5 "$work/apt.log"
  return 1
}

need() { # need COMMAND PACKAGE…
  local cmd=$1; shift
  command -v "$cmd" >/dev/null && return 0
  [ "$(id -u)" = 0 ] || return 1
  say "installing $*"
  install "$@" && command -v "$cmd" >/dev/null
}

# patiently COMMAND… until it succeeds, a minute at most.
patiently() {
  for _ in $(seq 120); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.5
  done
  return 1
}

# Each test makes and migrates a database of its own: on a disk most of the time goes into flushing empty tables. In memory it takes a
# quarter. What has to survive a crash is tested on a server with its data on the disk (modelstest.MortalServer).
roomy() {
  local free
  free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -1)
  [ "${free:-0}" -gt 6000000 ] && [ -w /dev/shm ]
}

start_mariadb() {
  local dir=$work/mariadb user=()
  if roomy; then memory=$(mktemp -d -p /dev/shm); chmod 755 "$memory"; dir=$memory/mariadb; fi
  mkdir -p "$dir/data" "$dir/tmp"
  if [ "$(id -u)" = 0 ]; then user=(--user=mysql); chmod 755 "$work"; chown -R mysql "$dir"; fi
  mariadb-install-db --no-defaults "${user[@]}" --datadir="$dir/data" --auth-root-authentication-method=normal --skip-test-db >"$dir/install.log" 2>&1 ||
    { tail -5 "$dir/install.log"; return 1; }
  db_port=$(free_port)
  mariadbd --no-defaults "${user[@]}" --datadir="$dir/data" --tmpdir="$dir/tmp" --socket="$dir/s.sock" --pid-file="$dir/pid" --port="$db_port" --bind-address=127.0.0.1 \
    --character-set-server=utf8mb4 --innodb-buffer-pool-size=512M --max-connections=500 >"$dir/log" 2>&1 &
  pids+=($!)
  patiently mariadb --no-defaults --socket="$dir/s.sock" -uroot \
    -e "CREATE USER IF NOT EXISTS linli@'127.0.0.1' IDENTIFIED BY 'linli'; GRANT ALL ON *.* TO linli@'127.0.0.1'" && return 0
  tail -5 "$dir/log"
  return 1
}

start_redis() { # start_redis PORT OPTION…
  local port=$1; shift
  mkdir -p "$work/redis-$port"
  redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work/redis-$port" "$@" >"$work/redis-$port/log" 2>&1 &
  pids+=($!)
  patiently redis-cli -e -p "$port" ping
}

start_cluster() {
  local port nodes=()
  for _ in 1 2 3; do
    port=$(free_port)
    start_redis "$port" --cluster-enabled yes --cluster-port "$(free_port)" || return 1
    nodes+=("127.0.0.1:$port")
    ports+=("$port")
  done
  timeout 60 redis-cli --cluster create "${nodes[@]}" --cluster-yes >"$work/cluster.log" 2>&1 || { tail -5 "$work/cluster.log"; return 1; }
  local n
  for n in "${nodes[@]}"; do patiently cluster_agrees "${n#*:}" || return 1; done
  cluster=$(IFS=,; echo "cluster:${nodes[*]}")
}

cluster_agrees() { redis-cli -p "$1" cluster info | grep -q cluster_state:ok; }

suite() { # suite WHAT PACKAGE…
  local name=$1; shift
  say "suites on $name"
  # A process group of its own, so that an interrupt ends the tests and not only the one that started them.
  set -m
  (go test -json -count=1 -timeout 30m "$@" 2>&1 </dev/null | "$work/report" "$work/end") &
  running=$!
  set +m
  wait "$running" || failed=1
  running=
  ends+=("$name: $(cat "$work/end" 2>/dev/null || echo 'did not end')")
}

say "building"
go build -o "$work/report" ./.ci/report || exit 1
if [ "$what" = kill ]; then
  unset LINLI_TEST_REDIS LINLI_TEST_SQL_DIR
  if need mariadbd mariadb-server && start_mariadb; then
    LINLI_TEST_DSN="linli:linli@tcp(127.0.0.1:$db_port)/" LINLI_KILL_CASTS=${LINLI_KILL_CASTS:-20000} \
      suite "server and database killed while ${LINLI_KILL_CASTS:-20000} vote" -timeout 120m -run KilledWhileVoting ./server
  else
    skipped+=("the killed database: MariaDB is not installed or does not start")
    LINLI_KILL_CASTS=${LINLI_KILL_CASTS:-20000} suite "server killed while ${LINLI_KILL_CASTS:-20000} vote" -timeout 120m -run '^TestKilledWhileVoting' ./server
  fi
  for e in "${ends[@]}"; do echo "$e"; done
  for s in "${skipped[@]:-}"; do [ -n "$s" ] && echo "skipped: $s"; done
  exit $failed
fi
if ! need chromium chromium; then
  skipped+=("pages in a browser: Chromium is not installed")
  [ -n "${CI:-}" ] && failed=1
fi
{ need jq jq && need curl curl; } || skipped+=("the README's walk-through: jq or curl is not installed")
need bean-check beancount || skipped+=("the exported books in another program: beancount is not installed")
if [ -z "$(fc-list :lang=zh 2>/dev/null)" ]; then
  install fonts-noto-cjk fontconfig || skipped+=("Chinese letters on the pages: fonts-noto-cjk is not installed")
fi

if [ "$what" != servers ]; then
  unset LINLI_TEST_DSN LINLI_TEST_REDIS LINLI_TEST_SQL_DIR
  # Pictures of the pages and sheets, for people to look at: build output, which git ignores.
  export LINLI_TEST_SHOTS=${LINLI_TEST_SHOTS:-$PWD/build/shots}
  mkdir -p "$LINLI_TEST_SHOTS"
  suite "SQLite and embedded Redis" ./...
  say "pictures of pages and sheets: $LINLI_TEST_SHOTS"
  unset LINLI_TEST_SHOTS
fi

if [ "$what" != embedded ]; then
  if need mariadbd mariadb-server && need redis-server redis-server && start_mariadb && start_cluster; then
    mkdir -p "$work/sql"
    export LINLI_TEST_DSN="linli:linli@tcp(127.0.0.1:$db_port)/" LINLI_TEST_REDIS=server LINLI_TEST_SQL_DIR="$work/sql"
    suite "$(mariadbd --version | sed 's/.*Ver //;s/ for.*//') and $(redis-server --version | cut -d' ' -f1-3)" ./...
    # Whoever speaks to Redis, and of the whole program the ways that lead through all of them: sign-in, codes, limits, queues, open pages.
    LINLI_TEST_REDIS=$cluster suite "a Redis Cluster of three masters" -p 1 -parallel 1 ./notify ./notify/inbox ./server/session ./server/web/limit
    LINLI_TEST_REDIS=$cluster suite "the program on that Cluster" -parallel 1 -run '^TestThe.*Walk|WholeStory|PhoneToPhone|DeadRedis|Page(Hears|sAreBounded)|Guessed|KilledBetween|Campaign(From)|ByWeChat|LocksAnOwner|ServiceAccount|Consents|Paying' ./server
    say "every statement that reached the server, through TiDB's parser"
    LINLI_TEST_SQL_CHECK=1 go test -count=1 ./models/store -run TestTiDB -v || failed=1
  else
    skipped+=("everything on MariaDB and Redis: they are not installed or do not start")
    [ -n "${CI:-}" ] && failed=1
  fi
fi

echo
for e in "${ends[@]:-}"; do [ -n "$e" ] && echo "$e"; done
for s in "${skipped[@]:-}"; do [ -n "$s" ] && echo "skipped: $s"; done
[ ${#skipped[@]} = 0 ] && echo "skipped for want of a program: nothing"
[ $failed = 0 ] && echo "every suite that ran passed" || echo "some suite FAILED"
exit $failed
