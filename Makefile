# Two commands do all their own set-up: `make demo` and `make test`.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-slow test-browser check format lock clean

help:
	@echo "make demo [PORT=8000]  load the sample team, dream, serve on 127.0.0.1"
	@echo "make setup             set up and migrate, for a first run without the sample team"
	@echo "make test              run the suite (DATABASE_URL chooses PostgreSQL)"
	@echo "make test-slow         run the tests marked slow"
	@echo "make check             lint, types, contracts, migrations, lock files"
	@echo "make format            format the code"
	@echo "make lock              compile the lock files again"

$(VENV)/run.stamp: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/run.stamp

# The verifier as one file, the same that packs carry; no package has to be installed for it.
$(VENV)/bin/lucid-verify: $(VENV)/run.stamp $(wildcard audit/verify/*.py)
	$(PY) -m audit.verify.single > $@
	@chmod +x $@

setup: $(VENV)/run.stamp $(VENV)/bin/lucid-verify
	$(PY) manage.py migrate --verbosity 0

demo: $(VENV)/run.stamp $(VENV)/bin/lucid-verify
	DEMO=1 $(PY) manage.py migrate --verbosity 0
	DEMO=1 $(PY) manage.py demo
	DEMO=1 exec $(PY) manage.py up --port $(PORT)

# Over the cores, a database and a folder each; what shares an xdist_group stays together.
SPREAD := --numprocesses logical --maxprocesses 4 --dist loadgroup
test: $(VENV)/dev.stamp
	$(PY) -m pytest -m "not slow" $(SPREAD) $(ARGS)

test-slow: $(VENV)/dev.stamp
	$(PY) -m pytest -m slow $(SPREAD) $(ARGS)

check: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djade --check --target-version 5.2 $$(git ls-files -co --exclude-standard 'templates/*.html')
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	@! grep -nE '://' requirements.lock requirements-dev.lock || (echo "lock files must hold no URL" >&2; exit 1)

format: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check --fix-only .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/djade --target-version 5.2 $$(git ls-files -co --exclude-standard 'templates/*.html')

LOCK := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url
lock: $(VENV)/dev.stamp
	$(LOCK) requirements.in -o requirements.lock
	$(LOCK) -c requirements.lock requirements-dev.in -o requirements-dev.lock

clean:
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
