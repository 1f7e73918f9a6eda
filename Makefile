# Each target does its own set-up: a new machine needs Python 3.11 or later, git and make.
PYTHON ?= python3
PYTHON_3_13 ?= python3.13
BIN := .venv/bin
READY := .venv/.ready
ONLY ?=
FIRMS ?= 20000

.PHONY: help demo test check lint bench locales requirements wheel browser-tools clean

help:
	@echo "make demo          a year of the made-up Weihai into demo/ (FIRMS=20000)"
	@echo "make test          the tests"
	@echo "make check         the tests with coverage, ruff, mypy and import-linter"
	@echo "make bench         the benchmarks (ONLY=chain for one group)"
	@echo "make locales       collect and compile the message catalogues"
	@echo "make requirements  pin the dependencies again (needs uv)"
	@echo "make wheel         build the wheel into dist/"
	@echo "make browser-tools install the page checkers of the browser tests (needs npm)"

define SET_UP
	$(1) -m venv $(2)
	$(2)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(2)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $(2)/.ready
endef

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "double-random needs Python 3.11 or later; name one with make PYTHON=…")'
	$(call SET_UP,$(PYTHON),.venv)

# A second Python, with which the tests compare records where it is there.
.venv-3.13/.ready: requirements.txt pyproject.toml
	$(call SET_UP,$(PYTHON_3_13),.venv-3.13)

demo: $(READY)
	$(BIN)/double-random demo --out demo --firms $(FIRMS) --replace

test: $(READY)
	$(BIN)/python -m pytest -n 2 -q

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint
	$(BIN)/python -m pytest -n 2 -q --cov --cov-report=term:skip-covered --cov-fail-under=95

bench: $(READY)
	$(BIN)/python -m tests.benchmarks $(ONLY)

CLICK = $(shell $(BIN)/python -c 'import click, pathlib; print(pathlib.Path(click.__file__).parent)')
CATALOGUE := data/locales/zh_CN/LC_MESSAGES/double-random

locales: $(READY)
	$(BIN)/pybabel -q extract -F babel.cfg -k _ -k noop -k N_ -k ngettext:1,2 --no-location --sort-output --omit-header -o .messages.pot scheduler models cli.py $(CLICK)
	$(BIN)/pybabel -q update -i .messages.pot -o $(CATALOGUE).po -l zh_CN --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel -q compile -i $(CATALOGUE).po -o $(CATALOGUE).mo
	@rm .messages.pot
	$(BIN)/python -m tests.make_verifier_digest

requirements:
	uv pip compile pyproject.toml --extra postgresql --group dev --universal --no-strip-extras --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --quiet --output-file requirements.txt --custom-compile-command "make requirements"

wheel: $(READY)
	$(BIN)/python -m hatchling build --target wheel

browser-tools:
	npm install --prefix tests/browser --no-package-lock --no-audit --no-fund --silent

clean:
	rm -rf .venv .venv-3.13 demo dist build .mypy_cache .ruff_cache .pytest_cache .coverage
