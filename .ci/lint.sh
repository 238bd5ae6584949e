#!/usr/bin/env bash
# golangci-lint at a pinned version, built through the Go module proxy with a module file of its own, so that the
# product's go.mod knows nothing of it.
set -eu
cd "$(dirname "$0")/.."
bin=$PWD/build/golangci-lint-$(cksum <.ci/tools/go.sum | cut -d' ' -f1) # another version is another file
[ -x "$bin" ] || (cd .ci/tools && go build -mod=readonly -o "$bin" github.com/golangci/golangci-lint/v2/cmd/golangci-lint)
# Its cache remembers files by content and reports another checkout's paths, so each checkout has its own.
export GOLANGCI_LINT_CACHE=$PWD/build/lint-cache
"$bin" run --allow-parallel-runners --timeout 15m ./...
