#!/usr/bin/env bash
# Prints, as a pattern for go test -run, the tests of some folders that start goroutines of their own: under the race detector the
# embedded database is many times slower, and the other tests of these packages have nothing for it to find.
set -euo pipefail
for folder in "$@"; do
  awk '/^func Test/ { name = $2; sub(/\(.*/, "", name) }
    /wg\.Go\(|go func\(/ && name { print name; name = "" }
    /^}/ { name = "" }' "$folder"/*_test.go
done | sort -u | paste -sd'|' | sed 's/^/^(/; s/$/)$/'
