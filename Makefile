# What a contributor types; CI calls the same targets. `make` alone lists them.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= data
WORKERS ?= 2

BIN := .venv/bin
SDK := tests/sdk/.venv
WEB := gateway/web
# Wherever below tests/ packages of npm are named.
NPM_TESTS := $(shell find tests \( -name node_modules -o -name .venv \) -prune -o -name package.json -exec dirname {} +)
PAGE := $(WEB)/dist/index.html
NODE_TESTS := $(NPM_TESTS:=/node_modules/.package-lock.json)
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
PIP_COMPILE := build/pins/bin/pip-compile --quiet --upgrade --generate-hashes --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links

# GraphiQL, the audits and the web clients need Node, as package.json's `engines` says; everything else does without.
NODE := $(shell command -v npm >/dev/null && node --eval \
	'const [major, minor] = process.versions.node.split(".").map(Number); if (major > 20 || (major === 20 && minor >= 19)) console.log("found")' \
	2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-long lint format bench flame schema tables screenshot web pins clean needs-node without-node

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.run $(if $(NODE),$(PAGE),without-node) ## Serve the demo fleet (PORT=8000 HOST=127.0.0.1 DATA=data)
	$(BIN)/gateway serve --demo --host $(HOST) --port $(PORT) --data $(DATA)

test: .venv/.tests $(SDK)/.installed needs-node $(PAGE) $(NODE_TESTS) ## Run every test but the long ones (WORKERS=2 ARGS="-k name")
	$(BIN)/python -m pytest -m "not long" -n $(WORKERS) $(ARGS)

test-long: .venv/.tests $(SDK)/.installed needs-node $(PAGE) $(NODE_TESTS) ## Run the long tests: more rounds, larger fleets, slower clients
	$(BIN)/python -m pytest -m long --timeout 3600 $(ARGS)

lint: .venv/.tests ## Check style, types, layers and conventions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q tests/conventions

format: .venv/.tests ## Put the code into form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: .venv/.tests ## Measure what requests cost, and hold that against the bars
	$(BIN)/python -m tests.bench $(ARGS)

flame: .venv/.tests ## Draw where a gateway spends its time, into build/ (ARGS=list50, fanout50, one or hot)
	$(BIN)/python -m tests.bench.flame $(ARGS)

schema: .venv/.run ## Print the graph into schema.graphql
	@mkdir -p build
	$(BIN)/gateway schema print > build/schema.graphql
	mv build/schema.graphql schema.graphql

tables: .venv/.tests ## Write the tables of settings and metrics into README.md
	$(BIN)/python -m tests.conventions.settings_table

screenshot: .venv/.tests needs-node $(PAGE) ## Take the README's picture of GraphiQL
	GRAPHIQL_SCREENSHOT=deploy/graphiql.png $(BIN)/python -m pytest -q tests/web -k test_runs_a_query

web: needs-node $(PAGE) ## Build GraphiQL

pins: ## Resolve every package anew and pin it with its hashes
	$(PYTHON) -m venv build/pins
	build/pins/bin/python $(PIP_INSTALL) pip-tools
	$(PIP_COMPILE) --extra dev --output-file tests/requirements.txt pyproject.toml tests/requirements.in
	$(PIP_COMPILE) --constraint tests/requirements.txt --output-file deploy/requirements.txt pyproject.toml
	$(PIP_COMPILE) --constraint tests/requirements.txt --all-build-deps --only-build-deps --output-file deploy/build-requirements.txt pyproject.toml
	$(PIP_COMPILE) --output-file tests/sdk/requirements.txt tests/sdk/requirements.in

clean: ## Remove what was built and installed; the data directory stays
	rm -rf .venv $(SDK) $(WEB)/node_modules $(WEB)/dist $(NPM_TESTS:=/node_modules) build dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find gateway tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; name it with PYTHON=…" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/.run: deploy/requirements.txt deploy/build-requirements.txt pyproject.toml | .venv/pyvenv.cfg
	@echo "Installing the pinned packages into .venv …"
	$(BIN)/python $(PIP_INSTALL) --require-hashes -r deploy/requirements.txt -r deploy/build-requirements.txt
	$(BIN)/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.tests: tests/requirements.txt .venv/.run
	@echo "Installing the packages of the tests …"
	$(BIN)/python $(PIP_INSTALL) --require-hashes -r tests/requirements.txt
	@touch $@

# The last AWS SDK that knows both services lives apart: it needs older packages than the gateway.
$(SDK)/.installed: tests/sdk/requirements.txt | .venv/pyvenv.cfg
	@echo "Installing the AWS SDK of the tests into $(SDK) …"
	$(BIN)/python -m venv $(SDK)
	$(SDK)/bin/python $(PIP_INSTALL) --require-hashes -r tests/sdk/requirements.txt
	@touch $@

$(PAGE): $(WEB)/node_modules/.package-lock.json $(WEB)/index.html $(WEB)/vite.config.ts $(WEB)/tsconfig.json $(shell find $(WEB)/src -type f)
	@echo "Building GraphiQL …"
	cd $(WEB) && npm run build --silent -- --logLevel warn

%/node_modules/.package-lock.json: %/package-lock.json %/package.json %/.npmrc
	cd $* && npm ci --silent
	@touch $@

needs-node:
	@$(if $(NODE),:,echo "Node 20.19 or newer with npm is needed for this." >&2; exit 1)

without-node:
	@echo "There is no Node 20.19 or newer with npm here: everything but GraphiQL will work." >&2
