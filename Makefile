# Sonde's front door. Every target sets up what it needs from nothing but Python 3.11+ and make.
#
#   make demo    run the server with a sample shop that sends real telemetry (ARGS="--seconds 20" passes options on)
#   make test    run the tests
#   make browse  every view of the pages in a real browser (what is around them is part of `make test`)
#   make check   what CI checks beside the tests: style, types, import rules, sizes, locks
#   make bench   the figures, beside their peers, into benchmarks/out/
#   make fault   the long fault runs: kill -9, torn and flipped bytes, hostile requests, mutated payloads
#   make ui      build the pages into the package (done by `make demo` where Node.js is, or can be had)
#   make shots   pictures of every view, light and dark, at three widths, into benchmarks/out/shots/
#   make docs    build the documentation site into site/
#   make lock    resolve dependencies anew into locks/

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
UV := $(BIN)/uv
COUNT ?= 1000
NPM = PATH="$$($(BIN)/python ui/build.py --where):$$PATH" npm --prefix ui

.DEFAULT_GOAL := help
.PHONY: help demo test check bench fault docs lock clean server dev format ui ui-types shots browse

help:
	@sed -n 's/^#   //p' Makefile

# Two steps of set-up, so that the demo does not wait for the linters. A stamp is newer than what it was made from.
$(VENV)/bootstrap.stamp: locks/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sonde needs Python 3.11 or newer; say which: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --default-pip >/dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/bootstrap.txt
	@touch $@

$(VENV)/server.stamp: $(VENV)/bootstrap.stamp locks/server.txt pyproject.toml setup.py $(wildcard src/sonde/*/*.pyx src/sonde/*/*.pxi)
	@echo "Setting up Sonde (once) …"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r locks/server.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . --reinstall-package sonde
	@touch $@

$(VENV)/dev.stamp: $(VENV)/server.stamp locks/dev.txt
	@echo "Setting up the test tools (once) …"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r locks/dev.txt
	@touch $@

# Pages that cannot be built are no reason to stop: the server runs without them and its page says what to do.
UI_SOURCES := ui/package-lock.json ui/index.html ui/vite.config.ts $(shell find ui/src ui/public -type f 2>/dev/null)
$(VENV)/ui.stamp: $(VENV)/server.stamp $(UI_SOURCES)
	@echo "Building the pages …"
	@$(BIN)/python ui/build.py --install-node && touch $@ || true

$(VENV)/ui-tools.stamp: $(VENV)/dev.stamp $(UI_SOURCES)
	@$(BIN)/python ui/build.py --install-node --tools
	@touch $@ $(VENV)/ui.stamp

server: $(VENV)/server.stamp
dev: $(VENV)/dev.stamp
ui: $(VENV)/ui.stamp

demo: server ui
	@$(BIN)/sonde demo $(ARGS)

ui-types: $(VENV)/ui-tools.stamp
	@$(BIN)/python docs/generate_ui_types.py

shots: dev ui
	$(BIN)/python -m tests.e2e.ui.shots $(ARGS)

test: dev ui
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not browser" $(ARGS)

browse: dev ui
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m browser tests/e2e/ui $(ARGS)

check: dev $(VENV)/ui-tools.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/house.py
	$(BIN)/python docs/generate_ui_types.py --check
	$(NPM) run --silent check
	$(NPM) test --silent

format: dev $(VENV)/ui-tools.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(NPM) run --silent format

bench: dev
	$(BIN)/python -m benchmarks $(ARGS)

fault: dev
	$(BIN)/python -m tests.fault --count $(COUNT) $(ARGS)

docs: dev
	$(BIN)/python docs/generate.py
	$(BIN)/mkdocs build --quiet --strict
	@echo "open site/index.html"

# Lock files carry hashes and no addresses; universal, so that one file serves every supported Python and platform.
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header
lock: $(VENV)/bootstrap.stamp
	$(LOCK) locks/bootstrap.in -o locks/bootstrap.txt
	$(LOCK) pyproject.toml locks/build.in --extra server --extra demo --extra dev --extra bench --extra docs -o locks/dev.txt
	$(LOCK) pyproject.toml locks/build.in --extra server --extra demo -c locks/dev.txt -o locks/server.txt
	$(LOCK) locks/node.in -o locks/node.txt
	rm -rf ui/package-lock.json ui/node_modules
	$(NPM) install --package-lock-only --omit-lockfile-registry-resolved=false
	sed -i '/^ *"resolved":/d' ui/package-lock.json

clean:
	rm -rf $(VENV) build site ui/node_modules src/sonde/web/ui .pytest_cache .mypy_cache .ruff_cache .hypothesis src/*.egg-info src/sonde/*/*.so src/sonde/otlp/kernel.c src/sonde/otlp/encoder.c src/sonde/otlp/json_writer.c src/sonde/store/blocks.c
