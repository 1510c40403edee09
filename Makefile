# Two commands do everything: `make run` and `make test`. All they install goes under this folder.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the packages of requirements.lock (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-binary jieba -r requirements.lock
	@touch $(STAMP)

setup: $(STAMP)  ## environment and database, without starting
	@$(BIN)/python -m bot seed

run: setup  ## start the bot with its web chat, and print where to open it
	@exec $(BIN)/python -m bot run --welcome

chat: setup  ## chat in this terminal
	@exec $(BIN)/python -m bot chat

test: $(STAMP)  ## all tests, with real PostgreSQL and a real browser where they can be had
	@PYTHON=$(BIN)/python sh tests/browser/provide.sh
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: $(STAMP)  ## style, types, import rules, data
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(STAMP)  ## the measured figures, as ratios within one run
	@$(BIN)/python -m tests.benchmarks

.PHONY: help setup run chat test lint bench
.DEFAULT_GOAL := help
