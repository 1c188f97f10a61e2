# The contributor's menu. `make` prints it; every target works on a fresh Debian 12 with Swift 6.3.
.DEFAULT_GOAL := menu
.PHONY: menu run test build load bench bench-quick bench-scale bench-web engines lint format conformance fuzz sanitize clean

PORT ?= 5280
export PORT UPSTREAM DOMAIN

menu:
	@echo 'make run          a private Prosody with two demo accounts, the edge in front of it'
	@echo '                  (PORT=5280; UPSTREAM=host:port DOMAIN=d use a server of yours instead)'
	@echo 'make test         everything that has to hold: lint, build, every suite'
	@echo 'make build        .build/release/xmpp-edge'
	@echo 'make load         .build/release/xmpp-load, the load tester'
	@echo 'make bench        the edge beside nginx, HAProxy, Prosody and ejabberd, in one run (some 10 minutes)'
	@echo 'make bench-quick  the same in less than 3 minutes'
	@echo 'make bench-scale  60,000 sessions on this machine, all exchanging messages for 5 minutes'
	@echo 'make bench-web    how smooth the page stays: long rooms, large rooms, floods (MINUTES=2 for the heap)'
	@echo 'make engines      the page in Firefox and in WebKitGTK'
	@echo 'make lint         formatting, borders between rooms, banned constructs, sizes'
	@echo 'make format       lay out all Swift sources'
	@echo 'make conformance  which rows of Tests/CONFORMANCE.md have a test'
	@echo 'make fuzz         each parser against generated input, SECONDS=60 for each'
	@echo 'make sanitize     the suites under AddressSanitizer and ThreadSanitizer'
	@echo 'make clean        remove what was built'

run:
	@deploy/packages run
	@swift build -c release --product xmpp-edge
	@python3 deploy/demo/run.py

test:
	@Tests/all

build:
	@deploy/packages build
	swift build -c release --product xmpp-edge

load:
	@deploy/packages build
	swift build -c release --product xmpp-load

bench bench-quick: load
	@deploy/packages bench
	swift build -c release --product xmpp-edge
	@python3 -B Tests/bench/run.py $(if $(filter bench-quick,$@),--quick) --json bench.json --html bench.html

bench-scale: load
	swift build -c release --product xmpp-edge
	@python3 -B Tests/bench/scale.py

lint:
	@Tests/lint/all

format:
	swift format format --in-place --parallel --recursive Sources Tests Package.swift

conformance:
	@python3 Tests/lint/conformance.py

SECONDS ?= 60
fuzz:
	@deploy/packages build
	@Tests/fuzz $(SECONDS)

sanitize:
	@deploy/packages test
	@Tests/sanitizing/run

engines:
	@deploy/packages engines
	@Tests/venv
	@swift build --product xmpp-edge
	@LIBGL_ALWAYS_SOFTWARE=1 xvfb-run --auto-servernum .venv/bin/python Tests/web/engines.py

MINUTES ?= 2
bench-web:
	@deploy/packages test
	@Tests/venv
	@swift build -c release --product xmpp-edge
	@XMPP_EDGE=.build/release/xmpp-edge .venv/bin/python Tests/measure/page_speed.py --minutes $(MINUTES)

clean:
	rm -rf .build .build-asan .build-tsan .venv
