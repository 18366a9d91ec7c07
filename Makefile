# Needs Python 3.11 or newer and make; everything else is put into .venv.
# Another interpreter: make PYTHON=/path/to/python3.13 test

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
CANDIDATES := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)
RUNS := 7
# How many processes run the tests; 0 for none but the first, as a debugger needs it.
PROCESSES := auto
# The folders of folders that `make compare` reads, with the checkout in BEFORE and with this one.
TOPS := examples
# How many mutants `make mutants` tries, how they are drawn, and a pattern for their modules.
SAMPLE := 440
SEED := 1
ONLY :=
# How long `make fuzz` is at each target.
SECONDS := 60

# A lock file to install from, as CI does: LOCK=requirements/ci.txt. Without, pip takes the newest.
LOCK ?=
LOCKED = $(BIN)/python -m pip install --quiet --require-hashes --requirement $(LOCK) && \
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
install = $(if $(LOCK),$(LOCKED),$(BIN)/python -m pip install --quiet --editable '$(1)')

# An editable install compiles nothing: without this every start would, where Python is told to write
# no bytecode. The second command keeps what the data files read as, and what the code asks for.
WARM := unset PYTHONDONTWRITEBYTECODE; $(BIN)/python -m compileall -q cnilint && \
	$(BIN)/cnilint check --fail-on never examples >/dev/null

comma := ,
lock = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --output-file requirements/$(1).txt

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help demo test lint docs pipelines build locks audit sbom bench compare corpus variations kills fuzz mutants clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.installed ## install cnilint into .venv, then check and inspect every example
	@set -eu; \
	shown=no; \
	for example in examples/*/; do \
		[ -d "$$example" ] || continue; \
		shown=yes; \
		printf '\n$$ cnilint check %s\n' "$$example"; \
		code=0; $(BIN)/cnilint check "$$example" || code=$$?; \
		if [ "$$code" -gt 1 ]; then \
			echo "make demo: cnilint check $$example failed with exit code $$code" >&2; exit 1; \
		fi; \
		printf '\n$$ cnilint inspect %s\n' "$$example"; \
		$(BIN)/cnilint inspect "$$example"; \
	done; \
	if [ "$$shown" = no ]; then echo "make demo: there is no folder in examples/" >&2; exit 1; fi

test: $(VENV)/.installed-dev ## run the whole test suite (ARGS="-k name" for a part)
	$(BIN)/python -m pytest --numprocesses=$(PROCESSES) --dist=loadfile $(ARGS)

lint: $(VENV)/.installed-dev ## ruff, its formatter and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/.installed ## write docs/rules anew from the cards, docs/options.md from the table
	rm -rf docs/rules
	$(BIN)/cnilint rules --no-config --pages docs/rules
	$(BIN)/python -m cnilint.config.reference >docs/options.md

pipelines: $(VENV)/.installed-pipelines ## check the files made for GitHub, GitLab, pre-commit and Docker
	.ci/pipelines

build: $(VENV)/.installed-dev ## build the source distribution and the wheel into dist/
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .

locks: $(VENV)/.installed-release ## write the lock files in requirements/ anew
	$(call lock,cnilint) pyproject.toml
	$(call lock,lowest) --resolution lowest-direct pyproject.toml
	$(call lock,ci) --extra dev --extra browser --extra pipelines pyproject.toml
	$(call lock,release) --extra dev --extra release pyproject.toml
	echo 'hatchling>=1.26' | $(call lock,build) -

audit: $(VENV)/.installed-release ## look up known holes in what the lock files name
	$(BIN)/pip-audit --require-hashes --disable-pip --progress-spinner off \
		$(foreach name,cnilint build ci release,--requirement requirements/$(name).txt)

sbom: $(VENV)/.installed-release ## write dist/cnilint.cdx.json: what is in an installed cnilint (CycloneDX)
	mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file dist/cnilint.cdx.json requirements/cnilint.txt

bench: $(VENV)/.installed ## measure beside other programs (WORKLOADS="start tree" RUNS=7)
	$(BIN)/python -m benchmarks.run --runs $(RUNS) $(WORKLOADS)

compare: $(VENV)/.installed ## list what another checkout reports otherwise (BEFORE=folder TOPS="examples")
	$(BIN)/python benchmarks/compare_reports.py $(BEFORE) . $(TOPS)

corpus: $(VENV)/.installed-dev ## list the errors on public manifests anew (CORPUS=folder)
	$(BIN)/python -m tests.corpus_findings $(CORPUS)

variations: $(VENV)/.installed-dev ## make every fix, written in 84 ways (CORPUS=folder; hours)
	nice $(BIN)/python -m tests.variations.run $(CORPUS)

kills: $(VENV)/.installed ## kill `check --fix` 200 times while it writes 100 files
	$(BIN)/python benchmarks/kills.py

fuzz: $(VENV)/.installed-fuzz ## fuzz every target of tests/fuzz (SECONDS=60 for each)
	@set -eu; \
	for target in $$($(BIN)/python -c 'from tests.fuzz.targets import TARGETS; print(*TARGETS)'); do \
		echo "fuzzing $$target"; \
		$(BIN)/python -m tests.fuzz.run $$target $(SECONDS); \
	done

mutants: $(VENV)/.installed-mutation ## change the code 440 times, and count what tests notice (hours)
	nice $(BIN)/python -m benchmarks.mutants --sample $(SAMPLE) --seed $(SEED) --only '$(ONLY)'

clean: ## remove .venv, what was built and every cache
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find cnilint tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Both stamps are newer than pyproject.toml as long as what it asks for is installed.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(call install,.)
	@$(WARM)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(call install,.[dev$(comma)browser])
	@$(WARM)
	@touch $(VENV)/.installed $@

$(VENV)/.installed-pipelines: $(VENV)/.installed-dev
	$(call install,.[pipelines])
	@touch $@

$(VENV)/.installed-release: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --editable '.[release]'
	@touch $@

$(VENV)/.installed-fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	@touch $@

$(VENV)/.installed-mutation: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --editable '.[mutation]'
	@touch $@

# Asking each candidate to run finds those that are too old, lack venv, or are a version manager's
# empty placeholder.
$(BIN)/python:
	@for candidate in $(CANDIDATES); do \
		if "$$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' \
			2>/dev/null; then \
			echo "creating $(VENV) with $$("$$candidate" --version)"; \
			"$$candidate" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }; \
			exit 0; \
		fi; \
	done; \
	echo "cnilint needs Python 3.11 or newer with its venv module; tried: $(CANDIDATES)" >&2; \
	echo "name one that has both: make PYTHON=/path/to/python3.11" >&2; \
	exit 1
