# Every target works on a clean clone; `make test` installs what it lacks when it may.
.PHONY: build run demo test test-embedded test-servers kill lint fmt race bench generate

build:
	CGO_ENABLED=0 go build -trimpath -o build/server ./server

run:
	go run ./server

demo:
	go run ./server demo

test:
	bash .ci/test.sh all

test-embedded:
	bash .ci/test.sh embedded

test-servers:
	bash .ci/test.sh servers

# kill -9 of the server, and of a MariaDB of its own, five times each while 20,000 vote
kill:
	bash .ci/test.sh kill

lint:
	bash .ci/lint.sh

fmt:
	gofmt -w config miniapp-api models notify server

race:
	go test -race -short -timeout 20m ./models/audit ./models/outbox ./models/vault ./notify/... ./server/session ./server/web/...
	concurrent=$$(bash .ci/concurrent.sh models/store models/complaint models/assembly models/fee models/checkout) && go test -race -short -timeout 20m -run "$$concurrent" ./models/store ./models/complaint ./models/assembly ./models/fee ./models/checkout

bench:
	go run ./server bench import

generate:
	go test ./server -run TestReadme -update
