# Every target does its own set-up. `PYTHON` names the interpreter that .venv is made with.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: demo test check soak lint sanitize cross docs train bench bench-figures bench-speed clean

demo: $(VENV)/.installed
	$(VENV)/bin/stance score seeds/articles.csv -o $(VENV)/demo.csv --force --text body --keep outlet
	$(RUN) benchmarks/show.py $(VENV)/demo.csv seeds/articles.csv

# Tests and notebooks, WORKERS at a time. One test: .venv/bin/python -m pytest tests/text/test_tokens.py
WORKERS ?= 2
# worksteal hands out whole stretches of tests, so that the fixtures of a file are mostly made once.
PYTEST = $(RUN) -m pytest -n $(WORKERS) --dist worksteal
test: $(VENV)/.dev
	$(PYTEST) -m "not slow" --nbmake tests stance notebooks

# Before a release, at most 40 minutes: tests marked slow, which rarely fail (every code point, 2,000 forged models, a
# trial of the benchmark of speed), then pairs of repeated units for PAIRS seconds, and a soak of SOAK seconds.
PAIRS ?= 900
SOAK ?= 300
check: $(VENV)/.dev
	$(PYTEST) -m slow tests
	$(RUN) tests/repeated_units.py $(PAIRS)
	$(MAKE) soak

# Threads, forks, loads, kills and resumed runs, over and over: nothing may be wrong, lost or grow.
soak: $(VENV)/.dev
	$(RUN) tests/soak.py $(SOAK)

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

# The extension under AddressSanitizer and UndefinedBehaviorSanitizer: its tests, then INPUTS
# hostile inputs. PYTHONMALLOC=malloc gives every object memory of its own, so that a read past its
# end is seen.
INPUTS ?= 200000
SANITIZED := $(VENV)/sanitized_scorer.so
SANITIZER = LD_PRELOAD="$$($(CC) -print-file-name=libasan.so)" ASAN_OPTIONS=detect_leaks=0 \
  PYTHONMALLOC=malloc $(RUN) tests/with_scorer.py $(SANITIZED)
sanitize: $(VENV)/.dev
	$(CC) -g -O1 -fPIC -shared -Wall -Wextra -Werror -fno-omit-frame-pointer \
	  -fno-sanitize-recover=all -fsanitize=address,undefined \
	  -I"$$($(RUN) -c "import sysconfig; print(sysconfig.get_path('include'))")" \
	  stance/scoring/c/module.c -o $(SANITIZED) -lm
	$(SANITIZER) -m pytest -q -p no:cacheprovider -m "not slow" tests/scoring \
	  tests/tables/readers/test_csv_records.py tests/tables/writers/test_encoder.py
	$(SANITIZER) tests/fuzz_scorer.py $(INPUTS)

# The extension for Linux, macOS and Windows, built with Zig, and the symbols of each build; nothing is run. At first
# Zig compiles the C libraries of these systems, which takes minutes.
CROSS := $(VENV)/cross/bin/python
cross: $(VENV)/cross/.installed
	$(CROSS) benchmarks/cross.py

$(VENV)/cross/.installed: Makefile
	$(PYTHON) -m venv $(VENV)/cross
	$(CROSS) -m pip install --quiet --disable-pip-version-check ziglang==0.17.1 lief==1.0.0
	touch $@

# Pages in docs/_build/html, offline; a warning is an error.
docs: $(VENV)/.dev
	$(RUN) -m sphinx -q -E -W --keep-going docs docs/_build/html

train: $(VENV)/.dev
	$(RUN) -m stance.seeds train

# REAL: a JSONL file of real paragraphs; BENCH: a folder of public benchmarks. Neither comes with the project.
bench: $(VENV)/.dev
	$(RUN) benchmarks/quality.py $(REAL)
	$(RUN) benchmarks/public.py $(BENCH)

# FIGURES: how many simulated prints each row repeats (1,500, some 18 minutes on two quiet cores), and how many the
# other tables do (500).
bench-figures: $(VENV)/.installed
	$(RUN) benchmarks/figures.py $(FIGURES)

# SPEED: options of benchmarks/speed.py. Where fastText does not build, the table says so; make tries again next time.
FASTTEXT := $(VENV)/bench/fasttext
bench-speed: $(VENV)/.bench
	test -x $(FASTTEXT) || $(MAKE) $(FASTTEXT) || echo "fastText's command line does not build here; it is left out"
	$(RUN) benchmarks/speed.py $(SPEED)

# The command line is not on PyPI as a program; its sources lie in the source package of the Python module.
$(FASTTEXT):
	mkdir -p $(@D)/source
	$(RUN) -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --dest $(@D) fasttext==0.9.3
	tar -xzf $(@D)/fasttext-0.9.3.tar.gz --strip-components 1 -C $(@D)/source
	$(CXX) -O3 -funroll-loops -pthread -std=c++17 $(@D)/source/src/*.cc -o $@

$(VENV)/.installed: pyproject.toml setup.py $(wildcard stance/scoring/c/*) constraints.txt
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

$(VENV)/.bench: $(VENV)/.installed
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench,io,plot]'
	touch $@

clean:
	rm -rf $(VENV) build docs/_build *.egg-info
