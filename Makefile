# Two commands are enough: `make run` and `make test`. The rest are parts of them.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/run.stamp
DEV_STAMP := $(VENV)/dev.stamp

# Ansible itself passes over a configuration in a folder that all may write to.
export ANSIBLE_CONFIG ?= $(CURDIR)/ansible.cfg

.DEFAULT_GOAL := help

.PHONY: help
help: ## show this text
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: run
run: $(RUN_STAMP) ## from this machine to the workbook, in the virtual lab, with the plan quick
	$(BIN)/ansible-playbook playbooks/full.yml $(ARGS)

.PHONY: env
env: $(RUN_STAMP) ## ansible-playbook and vmmlab into .venv/bin

.PHONY: plan
plan: $(RUN_STAMP) ## what the plan measures, and how long it takes (PLAN=report)
	$(BIN)/vmmlab plan $(or $(PLAN),quick) $(ARGS)

.PHONY: teardown
teardown: $(RUN_STAMP) ## take everything back that the lab changed; stop the virtual lab
	$(BIN)/ansible-playbook playbooks/teardown.yml $(ARGS)

.PHONY: check
check: $(DEV_STAMP) ## lint, types and unit tests: about five minutes on two cores
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/yamllint --strict .
	$(BIN)/ansible-lint --offline -q
	$(BIN)/pytest -n 3 --dist worksteal -q -m "not sandbox and not e2e"

.PHONY: test
test: check ## everything: check, roles in the sandbox, full.yml in the virtual lab
	$(BIN)/pytest -n 2 --dist loadfile -q -m sandbox
	$(BIN)/pytest -q -m e2e

CATALOGUE := collector/words/zh.po
.PHONY: words
words: $(DEV_STAMP) ## what the code says anew, into the Chinese catalogue: then translate it there
	$(BIN)/pybabel -q extract -F collector/words/babel.cfg --no-location --sort-output \
	    -o $(CATALOGUE)t collector
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	    -w 100 -l zh -i $(CATALOGUE)t -o $(CATALOGUE)
	rm $(CATALOGUE)t

.PHONY: lock
lock: ## resolve the locked versions again (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	    --upgrade --group build pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	    --upgrade --group build --group dev pyproject.toml -c requirements/run.txt -o requirements/dev.txt

# A fresh Debian has Python without the module that makes environments.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "vmmlab needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	    || { [ "$$(id -u)" = 0 ] || sudo=sudo; $$sudo apt-get update && $$sudo apt-get install -y python3-venv; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): $(BIN)/python requirements/run.txt pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements/dev.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements/dev.txt
	touch $@
