# The commands that people and automation type. `make help` lists them.
#
# GNU make 3.81 and any POSIX shell (macOS has them): no .ONESHELL, no grouped targets, no $(file …), no GNU-only options.

.DEFAULT_GOAL := help
.SUFFIXES:
.PHONY: help setup guides site serve doctor test check format lock quality bench bench-machines cluster-demo clean
SHELL := /bin/sh

# What to run: selectors and backends, apart by spaces (backends by commas, too). Empty means all.
GUIDE ?=
BACKENDS ?=
PROFILE ?= quick
PYTHON ?=
# What makes HTML of the pages: mkdocs or zensical.
ENGINE ?= mkdocs
GPU ?=
# For make test: how many tests run at a time: a number (0: all in one process), or as many as there are cores, at most 4.
WORKERS ?= logical
# For make serve: the languages to show, beside English, and where.
LANGUAGES ?=
PORT ?= 8000
DATE ?=
GUIDES ?= 100
REPEATS ?= 5
export PYTHON GPU

# Any of these would send pip, or an import, somewhere else.
unexport PYTHONHOME PYTHONPATH PIP_PREFIX PIP_TARGET PIP_USER

comma := ,
backends := $(subst $(comma), ,$(BACKENDS))
selection := $(foreach guide,$(GUIDE),'$(guide)') $(foreach backend,$(backends),--backend '$(backend)')
sources := src tests scripts guides benchmarks

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  GUIDE=…        these guides only: a name, a pattern ('intro*'), or several apart by spaces"
	@echo "  BACKENDS=…     these backends only: BACKENDS=torch, BACKENDS='jax torch'"
	@echo "  PROFILE=…      quick (the default) or full (what is published: hours on a laptop)"
	@echo "  ENGINE=…       what make site builds with: mkdocs (the default) or zensical"
	@echo "  WORKERS=…      how many test files make test runs at a time: as many as there are cores, at most 4"
	@echo "  LANGUAGES=…    what make serve shows: LANGUAGES=ko (English is always there)"
	@echo "  PORT=…         where make serve serves: 8000"
	@echo "  PYTHON=…       the Python 3.11, 3.12 or 3.13 to set up with"
	@echo "  GUIDES=…       how many guides bench generates (100), and REPEATS=… how often it measures (5)"
	@echo "  DATE=…         the day that stands beside the figures of quality and the benchmarks; else the revision's"
	@echo "  GPU=1          install the backends for an NVIDIA GPU (Linux)"

setup: ## Make .venv with everything but the backends (the others do this themselves)
	@sh scripts/install . '.[dev]'

guides: ## Prove guides on their backends, then build the site
	@sh scripts/install .
	@sh scripts/backends $(selection)
	@.venv/bin/guidewright build $(selection) --profile '$(PROFILE)'

site: ## Build the site from the committed records; no backend needed
	@sh scripts/install $(if $(filter zensical,$(ENGINE)),'.[zensical]',.)
	@.venv/bin/guidewright site --engine '$(ENGINE)'

serve: ## Serve the site on this machine, in step with what you save; Ctrl-C ends it
	@sh scripts/install .
	$(if $(GUIDE)$(BACKENDS),@sh scripts/backends $(selection))
	@.venv/bin/guidewright serve $(selection) $(foreach code,$(subst $(comma), ,$(LANGUAGES)),--lang '$(code)') --port '$(PORT)'

doctor: ## Say what works here, what is missing, and the command that mends it
	@sh scripts/install .
	@.venv/bin/guidewright doctor

test: ## Pass every test, on every backend
	@sh scripts/install . '.[dev]'
	@sh scripts/backends
	.venv/bin/python -m pytest -n '$(WORKERS)' --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: ## Lint, formatting, types; what can be said of guides and translations without running them
	@sh scripts/install . '.[dev]'
	.venv/bin/ruff check $(sources)
	.venv/bin/ruff format --check $(sources)
	.venv/bin/mypy
	.venv/bin/guidewright check $(if $(GITHUB_ACTIONS),--format github)
	@sh scripts/workflows

format: ## Mend what `make check` can mend by itself
	@sh scripts/install . '.[dev]'
	.venv/bin/ruff check --fix $(sources)
	.venv/bin/ruff format $(sources)

lock: ## Resolve every dependency anew, and write requirements/lock.txt
	@sh scripts/lock

quality: ## Have Lighthouse and Chromium judge the built site; the figures go to docs/quality.md
	@sh scripts/install . '.[dev]'
	@.venv/bin/guidewright site
	@.venv/bin/python -m benchmarks.quality $(if $(DATE),--date '$(DATE)')

bench: ## Time runs of guides against scripts and other tools (build/speed.json), and builds of GUIDES generated ones (build/bench.json)
	@sh scripts/install . '.[dev]'
	@sh scripts/backends
	@.venv/bin/python -m benchmarks.speed --repeats '$(REPEATS)' $(if $(DATE),--date '$(DATE)')
	@.venv/bin/python -m benchmarks.scale --guides '$(GUIDES)' --repeats '$(REPEATS)' $(if $(DATE),--date '$(DATE)')

bench-machines: ## Time a cluster's 3,000 jobs that sleep (build/bench-cluster.json), and 1,000 shared records and shards (build/bench-machines.json)
	@sh scripts/install . '.[dev]'
	@.venv/bin/python -m benchmarks.cluster $(if $(DATE),--date '$(DATE)')
	@.venv/bin/python -m benchmarks.machines $(if $(DATE),--date '$(DATE)')

cluster-demo: ## Run guides, quick, on a Dask scheduler and two workers that this machine starts for it
	@sh scripts/install . '.[cluster]'
	@sh scripts/backends $(selection)
	@.venv/bin/python -m scripts.cluster $(selection)

clean: ## Remove what was built; the environment and the cache of quick runs stay
	rm -rf build site dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
