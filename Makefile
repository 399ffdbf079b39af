# make demo | test | check | bench | format | clean     (Linux or macOS, Python 3.11 or newer with venv)
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
# A changed list of requirements installs again; the same one never does.
digest = $(shell cat $(1) | cksum | cut -d' ' -f1)
RUNTIME := .venv/runtime-$(call digest,requirements.txt constraints.txt)
DEV := .venv/dev-$(call digest,requirements.txt requirements-dev.txt constraints.txt)
TYPED := $(sort $(wildcard */services.py */services/*.py */rules.py cases/ladder.py cases/states.py grids/scope.py workdays/*.py ops/*.py))
# uv where it is on the PATH, because it is ten times as fast; pip everywhere else.
INSTALL := $(if $(shell command -v uv),uv pip install --quiet --python $(PY),$(PY) -m pip install --quiet --disable-pip-version-check)
VENV := $(if $(shell command -v uv),uv venv --quiet --allow-existing --python $(PYTHON) .venv,$(PYTHON) -m venv .venv)

.DEFAULT_GOAL := help
.PHONY: help demo test check bench format clean venv

help:
	@sed -n 1p Makefile

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=…")'
	$(VENV)

$(RUNTIME): | $(PY)
	@echo "Installing the portal's packages into .venv …"
	$(INSTALL) -r requirements.txt
	rm -f .venv/runtime-*
	touch $@

$(DEV): | $(PY)
	@echo "Installing the portal's packages and the test tools into .venv …"
	$(INSTALL) -r requirements-dev.txt
	rm -f .venv/dev-* .venv/runtime-*
	touch $@ $(RUNTIME)

venv: $(DEV)

demo: $(RUNTIME)
	@exec $(PY) -m ops.demo

test: $(DEV)
	@$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

check: $(DEV)
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	WEIDU_DEMO=1 $(BIN)/mypy $(TYPED)
	$(BIN)/djlint --lint --quiet templates
	export VAR_DIR=$(CURDIR)/var/check
	$(PY) -m ops.servers $(PY) manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') WEIDU_DEMO=0 TLS=1 ALLOWED_HOSTS=portal.example \
		$(PY) -m ops.servers $(PY) manage.py check --deploy --fail-level WARNING

# The benches run on servers with the durability of the demo, never on the throw-away ones of the tests.
bench: $(DEV)
	@export VAR_DIR=$(CURDIR)/var/bench
	$(PY) -m ops.servers $(PY) manage.py migrate --verbosity 0
	$(PY) -m ops.servers $(PY) manage.py collectstatic --no-input --verbosity 0
	$(PY) -m ops.servers $(PY) manage.py bench --output $(CURDIR)/var/bench.json $(ARGS)

format: $(DEV)
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Everything that running the portal left behind, the demonstration data included. The packages in .venv stay.
clean:
	@for folder in var var/bench var/check; do VAR_DIR=$(CURDIR)/$$folder $(PYTHON) -m ops.servers --erase; done
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
