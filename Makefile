# Customer Casebook: every verb a learner, an author or a tester needs. `make` alone lists them.
#
# PYTHON     the Python that makes the environment (3.11 or newer)
# VENV       where the environment lies
# NOTEBOOKS  the folder JupyterLab opens
# LAB_FLAGS  more flags for JupyterLab, such as: make lab LAB_FLAGS="--no-browser --port 9999"

PYTHON ?= python3
VENV ?= .venv
NOTEBOOKS ?= notebooks
LAB_FLAGS ?=

BIN := $(VENV)/bin
PIP := "$(BIN)/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help lab test lint notebooks schema pictures bench hub clean

help:  ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1 - \2/p' Makefile

lab: $(VENV)/lab.stamp  ## open the course in JupyterLab; the first time, set everything up
	@exec "$(BIN)/python" -m jupyterlab $(LAB_FLAGS) "$(NOTEBOOKS)/00_start_here.ipynb"

test: lint  ## check everything: code, content, notebooks, and the course in a browser
	@"$(BIN)/python" -m pytest --numprocesses 2 --dist loadfile

lint: $(VENV)/test.stamp  ## check style, types, the one-way arrows between rooms, and plain English
	@"$(BIN)/ruff" check
	@"$(BIN)/ruff" format --check
	@"$(BIN)/codespell" src notebooks *.md
	@"$(BIN)/mypy"
	@"$(BIN)/lint-imports" --no-logo
	@"$(BIN)/python" -m tools.readability

notebooks: $(VENV)/test.stamp  ## run all notebooks again and save their outputs
	@"$(BIN)/python" -m tools.notebooks notebooks/*.ipynb
	@"$(BIN)/python" -m tools.lessons

schema: $(VENV)/lab.stamp  ## write the JSON Schemas that help editors with content
	@set -e; for kind in case facts world misconceptions lenses objectives glossary questions figures simulators situations; do "$(BIN)/customer-casebook" schema $$kind \
	> "src/customer_casebook/content/schema/$$kind.schema.json"; done

pictures: $(VENV)/test.stamp  ## take the README's pictures of the real thing
	@"$(BIN)/python" -m tests.pictures

bench: $(VENV)/test.stamp  ## measure speed and memory into build/bench.json
	@"$(BIN)/python" -m tests.bench $(filter hub,$(MAKECMDGOALS))

hub:  ## with bench, as make bench hub: sixty learners at a JupyterHub, for six minutes
	@test -n "$(filter bench,$(MAKECMDGOALS))" || { echo "Write make bench hub: a class at a hub, six minutes" >&2; exit 1; }

clean:  ## remove the environment and everything built
	rm -rf "$(VENV)" build dist .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# What pip copies into the environment, also from a folder that is linked to it.
COPIES := $(shell find deploy src/customer_casebook/labextension -type f)

# A stamp tells make that the environment is as these files want it.
$(VENV)/lab.stamp: pyproject.toml constraints.txt $(COPIES) | $(VENV)/here
	@command -v "$(PYTHON)" > /dev/null || { \
	  echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or say which one: make PYTHON=/path/to/python3" >&2; \
	  exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Customer Casebook needs Python 3.11 or newer; $(PYTHON) is older. Say which one to use: make PYTHON=python3.12" >&2; \
	  exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2> /dev/null || { \
	  echo "$(PYTHON) cannot make environments: its venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; \
	  exit 1; }
	@echo "Setting up the environment in $(VENV). This takes a few minutes once." >&2
	@test -x "$(BIN)/pip" || "$(PYTHON)" -m venv "$(VENV)"
	@$(PIP) -e '.[lab,author]'
	@touch "$@"

# There is no such file, so this runs each time: pip wrote the folder's path into the environment.
$(VENV)/here:
	@test ! -f "$(VENV)/pyvenv.cfg" || "$(BIN)/python" -c "" 2> /dev/null || { \
	  echo "The environment in $(VENV) does not run here: its Python is gone. Run make clean, and start again." >&2; \
	  exit 1; }
	@test ! -f "$(VENV)/pyvenv.cfg" || "$(BIN)/python" -m tools.environment

$(VENV)/test.stamp: $(VENV)/lab.stamp
	@$(PIP) -e '.[test]'
	@touch "$@"
