# What people type here:
#   make demo [ARGS="--port 8080 --fresh"]   everything on this machine, in the browser
#   make test                                linters, types, import contracts, all tests but the long walks
#   make manage ARGS="synchronize CUSTOMER --dry-run"   any command of manage.py
#   make lint | make audit | make bench | make lock
#   make screens   photographs of every page, wide and narrow, light and dark
#   make coverage   all tests while branches are counted; make test repeats the last figure
#   make mutants ARGS=integration/sync/decide.py   which small changes would no test notice?
# A fresh machine needs python3 (3.11 or newer), make and git; the tests also a Chromium.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# One more than there are cores: a test often waits for a browser, a process, a lock.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
CHROMIUM ?= $(firstword $(foreach name,chromium chromium-browser google-chrome google-chrome-stable,$(shell command -v $(name))))

# Made-up secrets are fine here; a real installation never goes through this file.
export DEVELOPMENT ?= true
export CHROMIUM
# The tests start hundreds of processes; each of them would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo manage test quick lint style types audit pytest coverage mutants screens bench lock install chromium

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

demo: install
	@exec $(BIN)/python manage.py demo $(ARGS)

manage: install
	@exec $(BIN)/python manage.py $(ARGS)

# Walks of minutes through the whole application are left to .ci/run, so that this ends within ten minutes. Types, which
# keep one core busy for a minute, are looked at beside the tests.
test: style chromium
	@$(MAKE) --no-print-directory -j2 types quick
	@echo "Left to .ci/run: the long walks through real processes (make pytest ARGS=\"-m story\")."
	@$(BIN)/python -m tests.measures.coverage

quick: install chromium
	EXAMPLES_SHARE=$(or $(EXAMPLES_SHARE),3) $(SUITE) -m "not story" $(ARGS)

lint: style types

style: install audit
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: install
	$(BIN)/mypy integration coupling setup_wizard

# What is known against the locked packages; where nobody answers that is said, and no fault.
audit: install
	$(BIN)/python -m tests.audit requirements.lock

# The import contracts are a test too: tests/test_house.py. Files come in the order of tests/conftest.py.
SUITE = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
pytest: install chromium
	$(SUITE) $(ARGS)

# Counting takes three quarters more time on most Pythons; what a part of the tests has measured is not kept.
coverage: install chromium
	$(SUITE) --cov --cov-report= $(ARGS)
	@$(BIN)/python -m tests.measures.coverage --measured $(if $(ARGS),,--keep)

# What makes mutants renames processes, which other tests look for by name: it is not installed beside the rest.
MUTANTS := .mutants
mutants: install $(MUTANTS)/installed.lock
	@PYTHONPATH=$(CURDIR)/$(MUTANTS)/packages $(BIN)/python -m tests.measures.mutants $(ARGS)

$(MUTANTS)/installed.lock: tests/measures/mutants.lock | install
	@rm -rf $(MUTANTS)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--target $(MUTANTS)/packages -r $<
	@cp $< $@

# Photographs of every page, and what a machine can see of them; they are looked at one by one.
screens: install chromium
	@DEVELOPMENT=true DJANGO_SETTINGS_MODULE=integration.project.settings $(BIN)/python -m tests.measures.screens $(ARGS)

bench: install
	@exec $(BIN)/python -m tests.bench $(ARGS)

# The lock says what is installed, down to the hash of every file; nothing is done while it is the one installed last.
install:
	@cmp -s requirements.lock $(VENV)/installed.lock || $(MAKE) --no-print-directory $(VENV)/installed.lock -B

$(VENV)/installed.lock: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "Python's venv module is missing (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Installing the locked dependencies ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@cp requirements.lock $@

chromium: install
	@test -n "$(CHROMIUM)" || $(BIN)/python -m tests.real.chromium || { \
		echo "The browser tests need a Chromium. Either install the system's (Debian: apt-get install chromium)" >&2; \
		echo "or Playwright's own: $(BIN)/playwright install --with-deps chromium" >&2; exit 1; }

lock:
	@command -v uv >/dev/null || { echo "uv is missing: $(PYTHON) -m pip install uv" >&2; exit 1; }
	uv pip compile pyproject.toml --group pyproject.toml:dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header $(ARGS) --output-file requirements.lock
	uv pip compile --group pyproject.toml:mutants --constraints requirements.lock --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header $(ARGS) --output-file tests/measures/mutants.lock
