# Every target makes the virtual environment that it needs, in .venv, and installs the packages that it needs.
# You need Python 3.10 or later with its headers, make, and a C compiler. Without a compiler, everything runs more slowly.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
SOURCES := pyproject.toml setup.py $(wildcard autograd/engine/*.py autograd/engine/*.pxd autograd/engine/*.h)

.DEFAULT_GOAL := help
.PHONY: help demo test test-compiled test-interpreted coverage test-long test-package test-browser test-widget test-notebooks test-optimized test-lowest test-installs test-pyodide playground test-playground bench-playground bench-pages screenshots fuzz soak lint format docs wheels bench grading arrays agreement accuracy \
	mutants pictures clean

# Tests and benchmarks start many interpreters. Without this, each would compile all modules again on a system that tells
# Python not to keep compiled modules.
export PYTHONDONTWRITEBYTECODE :=

# Run the tests on all cores.
ON_ALL_CORES := -n auto --dist worksteal

# The amount of work of make fuzz and make soak. Without a SEED, each run of make fuzz tries other inputs.
FORMULAS := 1000000
WEIGHTS := 100000
SEED :=
MINUTES := 60

help:
	@echo "make demo    train on the iris data and show the deltas of backpropagation; pictures go to out/"
	@echo "make test    run all tests with the compiled engine, and the tests of the engine also with the interpreted one"
	@echo "make coverage  measure the share of branches that the tests take, in both runs (three times as long)"
	@echo "make test-browser  test the pages in a real browser;  make test-notebooks  run the notebooks"
	@echo "make test-long  run the tests that take longest: long series of random programs, all combinations of settings, and suites of others"
	@echo "make test-package  build the package in several ways, and check the types of the documents and notebooks"
	@echo "make test-widget  test the widget of play in a real JupyterLab"
	@echo "make test-optimized  run the tests under python -O, except those of pages and notebooks"
	@echo "make test-lowest  test with the lowest declared versions;  make test-installs  test new installations with each extra"
	@echo "make test-pyodide test the interpreted engine and the grader in the Python of browsers (needs node and npm)"
	@echo "make playground  build the playground in out/playground;  make test-playground  test it, and the accessibility of all pages, in a real browser"
	@echo "make bench-playground  measure how long the playground takes to start and to answer, in a real browser"
	@echo "make bench-pages  measure how many steps and moves of a slider a second the pages show, in a real browser"
	@echo "make fuzz    try a million damaged formulas and sheets, and a hundred thousand damaged weight files (FORMULAS, WEIGHTS, SEED)"
	@echo "make soak    run everything in a loop for an hour, and watch the memory (MINUTES)"
	@echo "make bench   measure the speed, side by side with other libraries"
	@echo "make grading count the random mistakes in hand derivations that are flagged and named, and time each stage"
	@echo "make arrays  compare the reader of programs with NumPy on 20,000 random programs over arrays"
	@echo "make agreement compare machine code with the engine on random graphs (bits) and functions with branches (numbers)"
	@echo "make accuracy compare derivatives with mpmath, PyTorch, JAX and HIPS autograd, and the ways to one gradient"
	@echo "make mutants change the engine and the grader in one place at a time, and list the changes that no test notices (ARGS='--file sweep' for less)"
	@echo "make pictures make the pictures of the README again"
	@echo "make screenshots  make the screenshots of the documentation again"
	@echo "make docs    build the documentation in docs/_build/html"
	@echo "make wheels  build a compiled wheel, a pure-Python wheel and the source distribution in dist, and try each of them"
	@echo "make lint    check lint, format, types and spelling (needs node and npm)"
	@echo "make clean   remove the files that the other targets made"

# One environment, with a file that marks each set of extras. So a target installs only the packages that it uses. An engine
# file that changed is compiled again.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --upgrade pip

$(VENV)/.with-%: $(SOURCES) | $(VENV)/bin/python
	$(RUN) -m pip install --quiet -e '.[$*]'
	@touch $@

demo: $(VENV)/.with-demo
	$(RUN) notebooks/demo.py

# All tests run with the compiled engine. Interpreted, only the engine differs, so only its tests run a second time.
test: test-compiled test-interpreted

test-compiled: $(VENV)/.with-test
	$(RUN) -c "import autograd; assert autograd.compiled, 'the engine was not compiled: is there a C compiler?'"
	$(RUN) -m pytest $(ON_ALL_CORES) -m "not browser and not notebook and not package and not long"

test-interpreted: $(VENV)/.with-test
	DELTAGRAD_INTERPRETED=1 $(RUN) -m pytest tests/engine $(ON_ALL_CORES) -m "not untraced"

# Both runs under a tracer, with combined results, because compiled code cannot be traced. It takes about three times as
# long. Tests that are marked untraced would take too long.
coverage: $(VENV)/.with-test
	rm -f .coverage*
	COVERAGE_FILE=.coverage.compiled $(RUN) -m pytest $(ON_ALL_CORES) -m "not untraced and not browser and not notebook and not package" \
	  --cov --cov-report= --cov-fail-under=0
	DELTAGRAD_INTERPRETED=1 COVERAGE_FILE=.coverage.interpreted $(RUN) -m pytest tests/engine $(ON_ALL_CORES) -m "not untraced" \
	  --cov --cov-report= --cov-fail-under=0
	$(RUN) -m coverage combine --keep .coverage.compiled* .coverage.interpreted*
	$(RUN) -m coverage report

# Long series of random programs, all combinations of settings, and test suites that run in processes of their own. make
# agreement and make accuracy have longer series.
test-long: $(VENV)/.with-test
	$(RUN) -m pytest $(ON_ALL_CORES) -m long

# These tests share a cache of types, so one process runs them.
test-package: $(VENV)/.with-test
	$(RUN) -m pytest -m package

test-browser: $(VENV)/.with-test
	$(RUN) -m pytest -m browser

# The sliders in a real JupyterLab.
test-widget: $(VENV)/.with-test $(VENV)/.with-notebooks
	DELTAGRAD_WIDGET=1 $(RUN) -m pytest tests/drawing/test_widget.py

test-notebooks: $(VENV)/.with-test
	$(RUN) -m pytest $(ON_ALL_CORES) -m notebook

# pytest keeps the assert statements that it rewrites (tests/test_assertions.py), and warns of all others.
test-optimized: $(VENV)/.with-test
	PYTHONOPTIMIZE=1 $(RUN) -m pytest $(ON_ALL_CORES) -W "ignore:assertions not in test modules:pytest.PytestConfigWarning" \
	  -m "not browser and not notebook" --ignore=tests/mutants

# A separate environment with the lowest declared versions. Old libraries use features that newer ones deprecate.
LOWEST := .venv-lowest
$(LOWEST)/.with-lowest: $(SOURCES) tests/lowest.py | $(VENV)/bin/python
	$(PYTHON) -m venv $(LOWEST)
	$(RUN) -c "import sys; sys.exit(sys.version_info < (3, 11))" || $(RUN) -m pip install --quiet tomli
	$(RUN) tests/lowest.py > $(LOWEST)/constraints.txt
	$(LOWEST)/bin/python -m pip install --quiet -c $(LOWEST)/constraints.txt -e '.[test]'
	@touch $@

test-lowest: $(LOWEST)/.with-lowest
	$(LOWEST)/bin/python -m pytest $(ON_ALL_CORES) -W ignore::DeprecationWarning \
	  -m "not untraced and not browser and not notebook"

test-installs:
	$(PYTHON) tests/installs.py

# The Python of browsers, which node runs. It has no C compiler, no threads, no processes and a small stack.
PYODIDE := .pyodide
$(PYODIDE)/.with-wheels: tests/pyodide/package.json | $(VENV)/bin/python
	mkdir -p $(PYODIDE)
	cp tests/pyodide/package.json $(PYODIDE)
	npm install --prefix $(PYODIDE) --no-audit --no-fund --silent
	$(RUN) -m pip install --quiet --target $(PYODIDE)/site --no-deps --only-binary :all: --upgrade \
	  mpmath tqdm graphviz latex2mathml pytest pluggy iniconfig packaging pygments
	@touch $@

test-pyodide: $(PYODIDE)/.with-wheels
	node tests/pyodide/run.mjs $(PYODIDE)

# The playground, a static folder in out/playground. docs/playground pins the versions of its parts.
PLAYGROUND := .playground
$(PLAYGROUND)/.with-parts: docs/playground/package.json docs/playground/requirements.txt | $(VENV)/bin/python
	mkdir -p $(PLAYGROUND)
	cp docs/playground/package.json $(PLAYGROUND)
	npm install --prefix $(PLAYGROUND) --no-audit --no-fund --silent
	rm -rf $(PLAYGROUND)/wheels
	$(RUN) -m pip download --quiet --no-deps --only-binary :all: --dest $(PLAYGROUND)/wheels -r docs/playground/requirements.txt
	@touch $@

playground: $(PLAYGROUND)/.with-parts
	$(RUN) docs/playground/build.py out/playground $(PLAYGROUND)/node_modules $(PLAYGROUND)/wheels
	@echo "To serve it, run: python -m autograd playground out/playground"

# Test the playground in a real browser, and check every kind of page with axe-core.
test-playground: $(VENV)/.with-test playground
	DELTAGRAD_PLAYGROUND=out/playground DELTAGRAD_AXE=$(PLAYGROUND)/node_modules/axe-core/axe.min.js \
	  $(RUN) -m pytest tests/playground

bench-playground: $(VENV)/.with-test playground
	$(RUN) -m benchmarks.playground out/playground

bench-pages: $(VENV)/.with-test
	$(RUN) -m benchmarks.frames

fuzz: $(VENV)/.with-test
	$(RUN) tests/fuzzing --formulas $(FORMULAS) --weights $(WEIGHTS) $(if $(SEED),--seed $(SEED))

soak: $(VENV)/.with-test
	PYTHONPATH=. $(RUN) -W error tests/soak.py --minutes $(MINUTES)

pictures: $(VENV)/.with-demo
	$(RUN) notebooks/pictures.py

screenshots: $(VENV)/.with-test playground
	$(RUN) docs/screenshots.py out/playground
	DELTAGRAD_PICTURES=docs/pictures $(MAKE) test-widget

# The documentation, with warnings as errors, in docs/_build/html.
docs: $(VENV)/.with-docs
	$(RUN) -m sphinx -q -W --keep-going -b html docs docs/_build/html

# Build everything that can be built on this machine. Each result is installed into a new environment and tried.
wheels: $(VENV)/.with-wheels
	rm -rf dist
	$(RUN) -m build --outdir dist .
	DELTAGRAD_PURE=1 $(RUN) -m build --wheel --outdir dist .
	$(RUN) tests/wheels.py dist/*

# Pyright is a program for node.
PYRIGHT := .pyright
$(PYRIGHT)/node_modules/pyright/index.js:
	npm install --prefix $(PYRIGHT) --no-audit --no-fund --silent pyright

lint: $(VENV)/.with-lint $(PYRIGHT)/node_modules/pyright/index.js
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m mypy --strict --follow-imports=silent tests/typing/user_program.py tests/typing/public_api.py
	node $(PYRIGHT)/node_modules/pyright/index.js --pythonpath $(RUN) --project tests/typing/pyrightconfig.json
	$(VENV)/bin/codespell $$(git ls-files '*.md' '*.py' '*.ipynb' Makefile)

format: $(VENV)/.with-lint
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

bench: $(VENV)/.with-bench
	$(RUN) -m benchmarks
	$(RUN) -m benchmarks.speed
	$(RUN) -m benchmarks.compiling
	$(RUN) -m benchmarks.large

grading: $(VENV)/.with-test
	$(RUN) -m benchmarks.formulas
	$(RUN) -m benchmarks.grading
	$(RUN) -m benchmarks.people

arrays: $(VENV)/.with-test
	PYTHONPATH=. $(RUN) tests/grading/arrays/random_programs.py 20000

agreement: $(VENV)/.with-test
	$(RUN) tests/compiler/agreement.py 10000
	$(RUN) tests/compiler/sequences.py 2000
	$(RUN) tests/nn/programs_of_samples.py 2000
	$(RUN) tests/nn/random_trainings.py 300

# HIPS autograd has the same import name as this package, so it needs a separate environment.
HIPS := .venv-hips
$(HIPS)/.with-autograd: | $(VENV)/bin/python
	$(PYTHON) -m venv $(HIPS)
	$(HIPS)/bin/python -m pip install --quiet 'autograd>=1.7' scipy
	@touch $@

accuracy: $(VENV)/.with-test $(VENV)/.with-bench $(HIPS)/.with-autograd
	$(RUN) tests/accuracy/comparing.py --hips $(HIPS)/bin/python
	$(RUN) tests/accuracy/five_ways.py

mutants: $(VENV)/.with-test
	$(RUN) tests/mutation $(ARGS)

clean:
	rm -rf $(VENV) $(PYRIGHT) $(HIPS) $(LOWEST) $(PYODIDE) $(PLAYGROUND) build dist out .cache .coverage *.egg-info autograd/engine/*.c autograd/engine/*.so .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
