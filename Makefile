.PHONY: help setup demo run test check lint types lock bench evaluate clean
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

help: ## what can be made here
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(READY): requirements/dev.txt pyproject.toml
	@echo "Setting up .venv from requirements/dev.txt (once; a minute or two)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

setup: $(READY) ## .venv from the pinned requirements

demo: $(READY) ## a newsroom on loopback, the service on it, addresses to open
	$(BIN)/python -m demo

run: $(READY) ## the service on config/ and feeds/, with the real sources
	$(BIN)/syndicator run

test: $(READY) ## the whole suite, on SQLite and PostgreSQL
	$(BIN)/python -m pytest -n 3 --dist worksteal

lint: $(READY) ## ruff and the import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(READY) ## mypy --strict
	$(BIN)/mypy

check: lint types test ## all four checks, as in CI

evaluate: $(READY) ## quality against its floors
	$(BIN)/syndicator evaluate all --brief --floors quality/floors.json

bench: $(READY) ## the web service beside a bare function, Flask and nginx
	$(BIN)/python -m benchmarks.serving

lock: ## pin the requirements anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 -o requirements/runtime.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group dev -o requirements/dev.txt pyproject.toml

clean: ## what was made, but not data/
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
