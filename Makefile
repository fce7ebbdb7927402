.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
PACK ?= heat
export MAINLINE_PACK ?= $(PACK)
CALL ?= --from 13800138001 --keys 1,0
UV := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

.PHONY: help setup up test check format call bench conservation screenshots lock clean

help: ## Show this list
	@awk 'BEGIN{FS=":.*## "} /^[a-z-]+:.*## /{printf "  make %-12s %s\n",$$1,$$2} /^##@/{printf "\n%s\n",substr($$0,5)}' $(MAKEFILE_LIST)

##@ Every day
setup: ## Prepare this machine: packages, .venv, browser libraries, Asterisk
	@scripts/setup.sh

up: setup ## Prepare everything, start everything, say where to look (PACK=heat|gas|water)
	@exec setpriv --pdeathsig TERM $(BIN)/mainline up

call: ## Call the hotline of the running instance (CALL="--from 13800138001 --keys 1,0")
	@$(BIN)/mainline call $(CALL)

##@ Before a change goes in
test: ## Prepare everything, run every test: rules, services, pages, real calls
	@scripts/setup.sh --tests
	@$(BIN)/pytest -n 3 $(TESTS)

check: ## Format, lint, layers, types, translations, browser code
	@scripts/check.sh

format: ## Put every file into the house's form
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: ## Measure this machine: one line for each figure
	@scripts/setup.sh --tests
	@$(BIN)/python -m bench

conservation: ## Ten thousand generated calls through the database, with a worker that is killed again and again
	@scripts/setup.sh --tests
	@MAINLINE_TEST_CALLS=10000 $(BIN)/pytest --timeout=3600 tests/agi/test_conservation.py

screenshots: ## Take the README's pictures from a running system
	@scripts/setup.sh --tests
	@$(BIN)/python -m scripts.screenshots

##@ Seldom
lock: ## Pin all Python libraries anew, with hashes and without any registry's name
	@echo "uv==$$($(BIN)/uv --version | cut -d' ' -f2)" | $(UV) - -o requirements-uv.lock
	@$(UV) --upgrade pyproject.toml --group build -o requirements.lock
	@$(UV) --upgrade -c requirements.lock pyproject.toml --group build --group dev -o requirements-dev.lock

clean: ## Remove what can be made again; the data folder stays
	@rm -rf .venv node_modules build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
