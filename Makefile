# Everything a newcomer needs: `make run`, then `make test`. `make help` lists the rest.
PYTHON ?= python3
HOME_DIR ?= sample-home
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED := --no-deps --require-hashes --only-binary :all: -r
UV := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help install run web test test-all lint bench coder-doc postgres compare notebook docs lock clean

help: ## この一覧 · this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/.core ## .venv を作り、固定した版を入れる · create .venv from the hashed lock

run: install ## 見本データで一通り動かし、件数を出す · sample submissions → counts
	@$(BIN)/neta sample --home $(HOME_DIR)
	@$(BIN)/neta run --home $(HOME_DIR) || [ $$? -eq 3 ]

web: install ## 画面を開く (http://127.0.0.1:8321/) · the page
	@$(BIN)/neta web --home $(HOME_DIR)

# Where a browser or PostgreSQL is, what drives it in the tests is installed too; without them those tests skip and say so.
SERVICES := $(if $(shell command -v chromium),$(VENV)/.browser) $(if $(wildcard /usr/lib/postgresql/*/bin/initdb),$(VENV)/.postgres)
# The tests make hundreds of homes; where memory has a place for files, they are made there.
IN_MEMORY := $(shell test -w /dev/shm && test "$$(df -Pm /dev/shm | awk 'NR == 2 { print $$4 }')" -gt 4000 && echo TMPDIR=/dev/shm)
# By files, the longest first (tests/conftest.py); what a hundred child processes compile they find compiled.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(IN_MEMORY) $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
test: install $(SERVICES) ## テスト · the tests
	@$(PYTEST)

test-all: install $(SERVICES) ## テスト、長いものも · the tests, the slow ones too
	@$(PYTEST) -m ""

lint: $(VENV)/.lint ## 書き方の検査 · ruff
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

bench: $(VENV)/.bench ## 速さを同じ実行の中の他と比べる · ratios against named peers
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.exports
	@$(BIN)/python -m tests.bench.feeds
	@$(BIN)/python -m tests.bench.linking
	@$(BIN)/python -m tests.bench.ledger
	@$(BIN)/python -m tests.bench.coders --speed
	@$(BIN)/python -m tests.bench.reviewing
	@$(BIN)/python -m tests.bench.pages

postgres: $(VENV)/.postgres ## 台帳を PostgreSQL に置くための部品 · the driver for a ledger on PostgreSQL

coder-doc: install ## docs/coder.md を測り直して書く(10分ほど) · measure the coder again, write docs/coder.md
	@$(BIN)/neta sample --home $(HOME_DIR) >/dev/null
	@$(BIN)/neta coder evaluate --home $(HOME_DIR) --leave-writers-out --json > .coder.json
	@$(BIN)/python -m tests.bench.coder_doc .coder.json && rm .coder.json

compare: install ## 分類器の作り方を比べる(10分、空いた機械で) · ways to make a coder, compared
	@$(BIN)/python -m tests.bench.coders

notebook: $(VENV)/.notebook ## marimo を入れる (neta sql --open) · install marimo

docs: install ## 生成する文書を作り直す · regenerate the generated pages
	@$(BIN)/python -m tasks.sample.manifest
	@$(BIN)/python -m warehouse.dictionary
	@rm -rf $(VENV)/docs-home  # made anew: what somebody decided in the sample home would change the answers
	@$(BIN)/neta sample --home $(VENV)/docs-home && $(BIN)/neta run --no-prefect --home $(VENV)/docs-home >/dev/null || [ $$? -eq 3 ]
	@$(BIN)/python -m warehouse.questions_page $(VENV)/docs-home/warehouse/warehouse.duckdb

lock: ## 依存を解決し直す (uv が要る) · resolve the locks again (needs uv)
	$(UV) pyproject.toml -o requirements.lock
	$(UV) pyproject.toml --extra lint -o requirements-lint.lock
	$(UV) pyproject.toml --extra bench -o requirements-bench.lock
	$(UV) pyproject.toml --extra postgres -o requirements-postgres.lock
	$(UV) pyproject.toml --extra browser -o requirements-browser.lock
	$(UV) pyproject.toml --extra notebook -o requirements-notebook.lock

clean: ## .venv と見本を消す · remove .venv and the sample home
	rm -rf $(VENV) $(HOME_DIR)

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 以上が必要です。https://www.python.org/ から入れるか、PYTHON=python3.12 make run のように指定してください。"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python の venv が使えません。Debian・Ubuntu では「sudo apt install python3-venv」を実行してください。"; exit 1; }
	@touch $@

$(VENV)/.core: $(VENV)/.python requirements.lock pyproject.toml
	@echo "必要なものを入れています(初回は 1〜2 分)…"
	@$(PIP) $(LOCKED) requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

$(VENV)/.%: requirements-%.lock $(VENV)/.core
	@$(PIP) $(LOCKED) $<
	@touch $@
