# Everything a newcomer needs: `make run`, `make test`. `make help` lists the rest.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup run test test-deep check fmt bench check-jexl browser lock vendor clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## make the environment in .venv

$(READY): requirements.lock pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" sh tools/setup.sh $(VENV)
	@touch $(READY)

run: $(READY) ## set everything up and serve the suite with demo data
	@exec $(BIN)/formwright run

browser: $(READY) ## find Chromium for the browser tests, or install it
	@sh tools/chromium.sh $(BIN)

test: $(READY) browser ## all tests but the long ones, in parallel
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not deep"

test-deep: $(READY) browser ## the long suites
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m deep

check: $(READY) ## style, types, layers, metadata
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/formwright check

fmt: $(READY) ## put code into house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## print the budgets of the design as ratios
	@for script in tests/bench/*.py; do echo "== $$script"; PYTHONPATH=. $(BIN)/python $$script || exit 1; done

check-jexl: $(READY) ## compare our JEXL with the npm package on random expressions (wants Node)
	@sh tools/check-jexl.sh $(BIN)

lock: $(READY) ## resolve the dependencies anew, with hashes
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra embedded --group test --group lint pyproject.toml -o requirements.lock

clean: ## remove what make made, but not the data in .formwright
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
