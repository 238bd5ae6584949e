#!/usr/bin/env bash
# golangci-lint at a pinned version, built through the Go module proxy with a module file of its own, so that the
# product's go.mod knows nothing of it.
set -eu
cd "$(dirname "$0")/.."
bin=${TMPDIR:-/tmp}/linli-golangci-lint
[ -x "$bin" ] || (cd .ci/tools && go build -mod=readonly -o "$bin" github.com/golangci/golangci-lint/v2/cmd/golangci-lint)
"$bin" run --timeout 15m ./...
