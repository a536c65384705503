# make serve [PORT=3001] [DATA=./var] [BIND=0.0.0.0:3001 | BIND=unix:/path]    run an instance
# make demo                                                                     a clone and two pushes, to watch
# make test  [TESTS="-k allowed"] [COVERAGE=yes]                                run every test
# make torture [TORTURE=--short]                                                everything that may go wrong
# make test-fast [TESTS="-k allowed"]                                           those that start no process, on SQLite
# make lint                                                                     everything but the tests
# make bench [AGAINST=../other] [BENCH="--full"]                                speed, as ratios in one run; needs wrk
# make docs                                                                     the pages of docs/ as a site

PORT ?= 3001
DATA ?= ./var
BIND ?=
TESTS ?=
COVERAGE ?=
BENCH ?=
TORTURE ?=
AGAINST ?=
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name))))

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes
# The tests of one file share its fixtures, such as a running gunicorn, so they stay in one process. tests/tiers.py
# puts the slow files first: at the end nobody waits for one that was begun last.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: serve demo test test-fast torture lint bench docs
.DELETE_ON_ERROR:

serve: $(VENV)/.runtime
	@exec env DATA='$(abspath $(DATA))' $(BIN)/python manage.py serve --port $(PORT) $(if $(BIND),--bind '$(BIND)')

demo: $(VENV)/.runtime
	@exec $(BIN)/python -m tests.demo

# Twice: on what an instance has by default, and on what a large one has. COVERAGE=yes counts over both runs.
test: $(VENV)/.dev
	TEST_DATABASE=sqlite $(PYTEST) $(if $(COVERAGE),--cov --cov-report=) $(TESTS)
	TEST_DATABASE=postgres $(PYTEST) $(if $(COVERAGE),--cov --cov-append) $(TESTS)

# Fifteen minutes on two cores; `--short` is the two minutes that .ci/run takes.
torture: $(VENV)/.dev
	@$(BIN)/python -m tests.torture $(TORTURE)

test-fast: $(VENV)/.dev
	TEST_DATABASE=sqlite $(PYTEST) -m fast $(TESTS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	BIN=$(BIN) bash .ci/check-production
	BIN=$(BIN) bash .ci/check-deployment

bench: $(VENV)/.dev
	$(BIN)/python -m bench $(if $(AGAINST),--against '$(AGAINST)') $(BENCH)

# A warning is an error: a link that leads nowhere, a page that no list names.
docs: $(VENV)/.dev
	$(BIN)/sphinx-build -q -W --keep-going -n docs docs/_build
	@echo docs/_build/index.html

$(VENV)/.runtime: requirements/runtime.txt | $(BIN)/python
	$(PIP) -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(BIN)/python
	$(PIP) -r $<
	@touch $@

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
