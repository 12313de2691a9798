# Hejie. `make` lists what can be made.

SHELL := /bin/sh
.SHELLFLAGS := -euc
.DELETE_ON_ERROR:
.SUFFIXES:

# SQLite need not count its memory, which costs it two locks at each allocation, nor plan a statement anew for other values, which it
# does at each call of those with LIMIT ? or a range. The memory that it has at hand for a connection, 40 pieces, prepared statements use up:
# with 120 there is some for what a write needs for a moment. The rest is what cgo has by itself.
export CGO_CFLAGS := -O2 -g -DSQLITE_DEFAULT_MEMSTATUS=0 -DSQLITE_ENABLE_QPSG -DSQLITE_DEFAULT_LOOKASIDE=1200,120

BIN    := bin/hejie
DIST   := web/dist/index.html
S3     := bin/versitygw
MODULES := web/node_modules/.package-lock.json

# What the program is made of, without what only tests or npm have.
GO_FILES := $(shell find cmd migrations negotiation server web -name node_modules -prune -o -type f \( -name '*.go' ! -name '*_test.go' \
	-o -name '*.sql' -o -name '*.tsv' -o -path 'negotiation/workday/*.json' \) -print)
WEB_FILES := $(shell find web/src web/public web/scripts -type f ! -name '*.test.ts') $(wildcard web/*.html web/*.ts web/*.js web/tsconfig*.json)

# Everything but the browser tests and the faults, which want the plain program.
UNIT = $$(go list ./... | grep -v '^hejie/e2e')
FAULTS := ./e2e/platform ./e2e/faults ./e2e/linear ./e2e/balancer
SOAK ?= 30m

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build everything and run the demo: addresses and accounts are printed
	@exec $(BIN) demo

.PHONY: build
build: versions $(BIN) ## build front end and program into bin/hejie

$(BIN): go.mod go.sum $(GO_FILES) $(DIST)
	go build -o $@ ./cmd/hejie

$(DIST): $(MODULES) $(WEB_FILES)
	cd web && npm run --silent build
	@touch $@

# npm ci only when the lock file changed.
$(MODULES): web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: test
test: versions packages ## everything that must hold before a change goes in
	@.ci/step 'front end, and what Go needs of others' $(MAKE) -j2 --output-sync=target test-web warm $(S3)
	@.ci/step 'gofmt, go vet' $(MAKE) vet
	@.ci/step 'go test -race' $(MAKE) test-go
	@.ci/step 'faults' $(MAKE) test-faults
	@.ci/step 'browsers' $(MAKE) e2e

.PHONY: test-web
test-web: $(MODULES)
	cd web && npm run --silent lint && npm run --silent test
	$(MAKE) $(DIST)

# Compiles SQLite once for the race detector while the front end is built; packages that embed the front end wait for it.
.PHONY: warm
warm:
	go build -race ./negotiation/... ./server/app ./server/store ./server/live

# The server that tests of evidence in S3 talk to, from the Go module proxy like everything else.
$(S3): .ci/s3.mod .ci/s3.sum .ci/s3server
	@.ci/s3server

.PHONY: test-go
test-go: $(DIST) $(S3)
	go test -race $(UNIT)

.PHONY: e2e
e2e: $(DIST) ## the program in real browsers, and the architecture
	go test -count=1 -timeout 20m $$(go list ./e2e/... | grep -v -e /platform$$ -e /faults$$ -e /linear$$ -e /balancer$$)

.PHONY: test-faults
test-faults: $(DIST)
	go test -count=1 -timeout 10m $(FAULTS)

.PHONY: soak
soak: $(DIST) packages ## kill, cut, stall, fill up and shift clocks for SOAK=30m, then race, then upgrade; SEED=n throws the same again
	HEJIE_SOAK=$(SOAK) HEJIE_SEED=$(SEED) go test -count=1 -v -timeout 0 -p 1 ./e2e/faults ./e2e/linear ./e2e/balancer

.PHONY: vet
vet: $(DIST)
	@unformatted=$$(gofmt -l cmd e2e migrations negotiation server web/*.go); [ -z "$$unformatted" ] || { echo "gofmt -w these:"; echo "$$unformatted"; exit 1; }
	go vet ./...

.PHONY: lint
lint: versions vet $(MODULES) ## gofmt, go vet, eslint, and golangci-lint when it is installed
	cd web && npm run --silent lint
	@if command -v golangci-lint >/dev/null; then golangci-lint run ./...; else echo 'golangci-lint is not installed: go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0'; fi

# Inputs that break something are kept beside the tests, in testdata/fuzz, and are tried by every go test from then on.
FUZZ ?= 2m

.PHONY: fuzz
fuzz: $(DIST) ## try what strangers may send: each target for FUZZ=2m
	@grep -ro --include='*_test.go' '^func Fuzz[A-Za-z]*' negotiation server | sed 's,/[^/]*:func , ,' | sort | { bad=0; while read -r package target; do \
		go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZ) -fuzzminimizetime 10x ./$$package || bad=1; done; exit $$bad; }

.PHONY: bench
bench: build ## figures of speed and size, beside yardsticks in the same minute; BENCH="-short -only idle" and the like
	HEJIE_BINARY=$(CURDIR)/$(BIN) go run ./e2e/bench $(BENCH)

.PHONY: bench-large
bench-large: build ## a record of a million cases beside one of ten thousand; DATABASE=postgres on a server
	HEJIE_BINARY=$(CURDIR)/$(BIN) go run ./e2e/bench -large -database=$(DATABASE) $(BENCH)

.PHONY: generate
generate: $(MODULES) ## write the generated files again: HTTP from the contract, TypeScript from both
	cd server/http && go generate
	cd server/live && go generate
	cd web && npm run --silent types

.PHONY: clean
clean: ## remove what was built and downloaded
	rm -rf bin web/node_modules e2e/shots coverage.out
	find web/dist -mindepth 1 ! -name .gitkeep -delete

.PHONY: versions
versions:
	@.ci/versions

.PHONY: packages
packages:
	@.ci/packages
