# Every target does its own set-up. `PYTHON` names the interpreter that .venv is made with.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: demo test lint train bench clean

demo: $(VENV)/.installed
	$(VENV)/bin/stance score seeds/articles.csv -o $(VENV)/demo.csv --force --text body --keep outlet
	$(RUN) benchmarks/show.py $(VENV)/demo.csv seeds/articles.csv

test: $(VENV)/.dev
	$(RUN) -m pytest
	$(RUN) -m pytest -p no:doctest --override-ini addopts= --nbmake notebooks

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

train: $(VENV)/.dev
	$(RUN) -m stance.seeds train

# REAL: a JSONL file of real paragraphs; BENCH: a folder of public benchmarks. Neither comes with the project.
bench: $(VENV)/.dev
	$(RUN) benchmarks/quality.py $(REAL)
	$(RUN) benchmarks/public.py $(BENCH)

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info
