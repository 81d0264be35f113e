# make run serves the cinema, make test proves it. Both install what is missing first.
PORT ?= 8000
PYTHON := $(shell command -v python3.11 || command -v python3)
UV_VERSION := 0.13.9
CERTIFICATES := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),--system-certs)
BIN := .venv/bin
ON_EVERY_CORE = -n logical --maxprocesses 4 --dist worksteal
TEMPLATES = find . -name '*.html' -path '*/templates/*' -not -path './.venv/*'
SCHEMA = manage.py spectacular --format openapi-json --validate --fail-on-warn --file

.PHONY: run test lint fmt rules schema worker lock bench services
.DEFAULT_GOAL := run

run: .venv/installed
	@exec $(BIN)/python manage.py demo --port $(PORT)

test: .venv/installed-dev services
	TEST_DATABASE=sqlite $(BIN)/pytest $(ON_EVERY_CORE) -m both_databases $(PYTEST)
	$(BIN)/pytest $(ON_EVERY_CORE) $(PYTEST)

lint: export VAR_DIR := $(CURDIR)/var/lint
lint: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(TEMPLATES) | xargs -r $(BIN)/djade --target-version 5.2 --check
	$(BIN)/mypy .
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python $(SCHEMA) $(VAR_DIR)/openapi.json
	cmp docs/openapi.json $(VAR_DIR)/openapi.json || { echo "docs/openapi.json is old: make schema"; exit 1; }

fmt: .venv/installed-dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	-$(TEMPLATES) | xargs -r $(BIN)/djade --target-version 5.2

# Which test proves which rule of docs/booking.md.
rules: .venv/installed
	$(BIN)/python -m cinema_project.tests.rules

schema: .venv/installed
	$(BIN)/python $(SCHEMA) docs/openapi.json

# What the scaled cinema runs beside its web processes: worker, beat and relay of the Procfile.
worker: .venv/installed
	@PATH="$(CURDIR)/$(BIN):$$PATH"; trap 'trap - TERM; kill 0' INT TERM EXIT; \
	for name in worker beat relay; do sh -c "exec $$(sed -n "s/^$$name: //p" Procfile)" & done; wait

bench: .venv/installed-dev services
	$(BIN)/python -m bench

lock: $(BIN)/uv
	$(call compile,requirements.in) -o requirements.txt
	$(call compile,requirements-dev.in -c requirements.txt) -o requirements-dev.txt

# --- What the targets above stand on ---------------------------------------------------------------------------------
# $(call apt,packages) installs them where that is possible, and says what to do where it is not.
apt = if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; \
	then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) > /dev/null; \
	else echo "Not root, or no apt-get. If something is missing below, install: $(1)"; fi

$(BIN)/uv:
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { $(call apt,python3-venv); }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

compile = $(BIN)/uv pip compile --quiet $(CERTIFICATES) --no-header --generate-hashes --python-version 3.11 $(1)

# $(call install,lock file): uv is fast; pip knows the package indexes that only pip was told about.
install = $(BIN)/uv pip install --quiet $(CERTIFICATES) --python $(BIN)/python --require-hashes -r $(1) \
	|| $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(1)

.venv/installed: requirements.txt $(BIN)/uv
	$(call install,$<)
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(call install,$<)
	@touch $@

# Without these packages PostgreSQL and Redis come from wheels; the tests say what else is missing.
services:
	@export PATH="$$PATH:/usr/sbin"; missing=""; \
	ls /usr/lib/postgresql/*/bin/postgres > /dev/null 2>&1 || missing="postgresql"; \
	command -v curl > /dev/null || missing="$$missing curl"; \
	command -v redis-server > /dev/null || missing="$$missing redis-server"; \
	command -v mosquitto > /dev/null || missing="$$missing mosquitto"; \
	{ command -v chromium && command -v chromedriver; } > /dev/null || missing="$$missing chromium chromium-driver"; \
	if [ -n "$$missing" ]; then $(call apt,$$missing) || true; fi
