# make help lists the targets. Missing programs that they need are installed with apt
# if possible, and else named.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.7.0
# The settings with which the binary is compiled: builds with the same ones share the
# build cache.
AS_SHIPPED = CGO_ENABLED=0 GOFLAGS=-trimpath
# Packages without the race detector, which took half of the tests' time there and can
# find no race of ours: SQLite, which is translated from C, hashes of passwords, the
# rendering and parsing of pages, and what converts texts.
# None of them may use sync.Map: its code is generic, the linker may take the copy that was
# compiled without the detector, and that reports races that are none.
CALM = modernc.org/... crypto/internal/fips140/... golang.org/x/crypto/... text/template/... html/template/... golang.org/x/net/html/... \
	github.com/andybalholm/... compress/... regexp/... golang.org/x/text/... github.com/yuin/goldmark/...
RACE = -race $(foreach package,$(CALM),'-gcflags=$(package)=-race=false -d=checkptr=0')
# How make test runs go test, apart from -race. GOGC=400 saves a quarter of the compiler's
# time; the tests run without it, as the program does. make lint runs go vet.
GO_TEST = GOGC=400 go test -exec 'env -u GOGC' -vet=off -shuffle=on -timeout 20m
LDFLAGS = -s -w -X main.buildVersion=$(VERSION) -X main.buildCommit=$(COMMIT)

PREFIX  ?= /usr/local
SYSCONF ?= /etc
STATE   ?= /var/lib/cesi
DESTDIR ?=

FUZZTIME ?= 2m
ROUNDS   ?= 20

.PHONY: help build demo check test soak lint fuzz bench assets screenshots install dist clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: go ## one static binary, ./cesi
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o cesi ./cmd/cesi

demo: build ## a small real fleet and its dashboard on http://localhost:5000
	@.ci/need supervisord=supervisor
	@$(AS_SHIPPED) go build -o tmp/demo ./cmd/demo
	@exec tmp/demo -cesi ./cesi

check: go ## the tests that need no other program: about a minute
	$(AS_SHIPPED) go test -short -shuffle=on ./...

test: go ## every test, against real supervisords and a real nginx
	@command -v cc >/dev/null || { echo "A C compiler is missing (Debian, Ubuntu: apt-get install gcc): go test -race needs one." >&2; exit 1; }
	@NEED_STATUS=0 .ci/need supervisord=supervisor nginx=nginx-light logrotate=logrotate chromium=chromium npm=npm
	@web/axe.sh
	@$(MAKE) --no-print-directory -j 2 test-packages test-program

.PHONY: test-packages test-program
test-packages:
	$(GO_TEST) $(RACE) -p 2 -parallel 4 $$(go list ./internal/... ./migrations/... ./web/... | grep -v '/internal/e2e$$')

# These drive the program as it is shipped, and a browser: compiling the browser's
# protocol for the race detector would take longer than they do.
test-program:
	$(AS_SHIPPED) $(GO_TEST) -parallel 4 ./cmd/... ./internal/e2e

soak: go ## what takes long: hostile replies, the tests that kill CeSI, ROUNDS times (20), then fuzz
	@.ci/need supervisord=supervisor
	SOAK=1 $(AS_SHIPPED) go test -count 1 -run Hostile ./internal/supervisor
	SOAK=1 $(AS_SHIPPED) go test -count $(ROUNDS) -shuffle=on -timeout 5h -run 'Crash|Killed|OutlivesCeSI' ./internal/e2e
	@$(MAKE) --no-print-directory fuzz

lint: go ## gofmt, go vet, staticcheck, the layout of the templates
	@bad=$$(gofmt -l cmd internal migrations web); [ -z "$$bad" ] || { echo "not gofmt-clean:"; echo "$$bad"; exit 1; }
	$(AS_SHIPPED) go vet ./...
	$(AS_SHIPPED) go test -run '^TestTemplates_Layout$$' ./web
	$(AS_SHIPPED) go run $(STATICCHECK) ./...

fuzz: go ## every fuzz target, for FUZZTIME each (2m)
	@grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' cmd internal migrations web | while IFS=: read -r file target; do \
		echo "$${file%/*}: $${target#func }"; \
		go test "./$${file%/*}" -run '^$$' -fuzz "^$${target#func }\$$" -fuzztime '$(FUZZTIME)' </dev/null || exit 1; \
	done

bench: go ## the figures that matter, measured
	@.ci/need supervisord=supervisor
	@NEED_STATUS=0 .ci/need chromium=chromium
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m ./internal/e2e ./internal/supervisor ./internal/store

assets: ## fetch Bootstrap, its themes and icons from npm into web/static
	@command -v npm >/dev/null || { echo "npm is missing (Debian, Ubuntu: apt-get install npm)." >&2; exit 1; }
	web/assets.sh

screenshots: ## the pictures of the README, taken of the demo
	@.ci/need supervisord=supervisor chromium=chromium
	@fc-list :lang=zh | grep -q . || { echo "No Chinese font (Debian, Ubuntu: apt-get install fonts-wqy-zenhei)." >&2; exit 1; }
	SCREENSHOTS='$(CURDIR)/web/screenshots' go test -count 1 -run '^TestScreenshots_Take$$' ./internal/e2e

install: installable ## the binary, a configuration and a supervisord program; never over an existing file of yours
	install -D -m 0755 cesi '$(DESTDIR)$(PREFIX)/bin/cesi'
	install -d -m 0750 '$(DESTDIR)$(STATE)'
	@$(call keep,$(SYSCONF)/cesi.conf); install -D -m 0640 cesi.conf.sample "$$file" && sed -i 's|^;database = cesi.db$$|database = $(STATE)/cesi.db|' "$$file"
	@$(call keep,$(PROGRAM_FILE)); install -d "$$(dirname "$$file")" && printf '%s\n' "$$PROGRAM" > "$$file"

# Root often has no Go in its PATH: then what was built before is installed.
.PHONY: installable
installable:
	@if [ -x cesi ] && ! $(MAKE) -s go >/dev/null 2>&1; then echo "Go 1.25 or newer is not in this PATH: installing ./cesi as it was built"; \
	else $(MAKE) --no-print-directory build; fi

# keep leaves the recipe line if the file is there already, else names it $file.
keep = file='$(DESTDIR)$(1)'; if [ -e "$$file" ]; then echo "$$file is there already: left as it is"; exit 0; fi; echo "writing $$file"

# Debian's supervisor includes one place, others' the other.
PROGRAM_FILE ?= $(if $(wildcard $(DESTDIR)$(SYSCONF)/supervisord.d),$(SYSCONF)/supervisord.d/cesi.ini,$(SYSCONF)/supervisor/conf.d/cesi.conf)
define PROGRAM
[program:cesi]
command = $(PREFIX)/bin/cesi -c $(SYSCONF)/cesi.conf
directory = $(STATE)
autorestart = true
stopwaitsecs = 5
redirect_stderr = true
endef
export PROGRAM

# What make dist builds, and where. nfpm makes the Debian packages.
DIST    ?= dist
TARGETS ?= linux/amd64 linux/arm64 darwin/arm64
NFPM = github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2

dist: go ## what people download, into ./dist: archives, Debian packages, SHA256SUMS
	@DIST='$(DIST)' TARGETS='$(TARGETS)' NFPM='$(NFPM)' VERSION='$(VERSION)' LDFLAGS='$(LDFLAGS)' .dist/build

clean: ## remove what was built
	rm -rf cesi tmp dist

.PHONY: go
go:
	@command -v go >/dev/null || { echo "Go is missing: install 1.25 or newer from https://go.dev/dl/." >&2; exit 1; }
	@go version | awk '{ split(substr($$3, 3), v, "."); exit !(v[1] > 1 || v[2] >= 25) }' || { echo "Go 1.25 or newer is needed, this is $$(go version)." >&2; exit 1; }
