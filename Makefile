# Two commands do all the set-up: `make report` and `make test`. Needs Python 3.11 or later and make.
PYTHON ?= python3
BIN := .venv/bin
# What a report needs, and all that the project names.
READY := .venv/.ready
INSTALLED := .venv/.installed
PYTEST := $(BIN)/python -m pytest
# What is installed in .venv is compiled once, at its first use, and not in every process that imports it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: report test soak papermill size lab lint check expected frozen reference benchmarks clean

report: $(READY)  ## build the default report (Umeå 2024) from what is in the repository
	$(BIN)/lagesbild build

test: $(INSTALLED) lint  ## lint, and the whole suite: also what is marked slow
	@sh tests/browser.sh
	@sh tests/office.sh
	$(PYTEST) -m "not soak" -n 2 --dist loadfile --durations=10

soak: $(INSTALLED)  ## the long seeded runs: damaged files, kills (LAGESBILD_SOAK=200 for more rounds)
	$(PYTEST) -m soak --durations=10

papermill: $(INSTALLED)  ## papermill's own tests, on spawned and on warm kernels, and where they differ
	$(BIN)/python tests/papermill_suite.py

size: $(INSTALLED)  ## how many lines and files the project has, by kind
	$(BIN)/python tests/size.py

lab: $(INSTALLED)  ## open the notebooks in JupyterLab, where a kernel has its imports done when it starts
	JUPYTER_DEFAULT_PROVISIONER_NAME=lagesbild-warm $(BIN)/jupyter lab notebooks

lint: $(INSTALLED)  ## style, formatting, types, and notebooks without outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb notebooks/examples/*.ipynb

check: $(READY)  ## read the hand-made files strictly, and hold their claims against the figures
	$(BIN)/lagesbild check --strict

expected: $(INSTALLED)  ## accept the default report's key figures: read the diff before you commit it
	$(BIN)/lagesbild build
	mkdir -p tests/expected
	cp reports/2480/2024/key_figures.csv tests/expected/key_figures.csv

frozen: $(INSTALLED)  ## cut data/raw anew to the small snapshot that tests look at: read the diff before you commit it
	$(BIN)/python tests/freeze_snapshot.py

reference: $(INSTALLED)  ## write anew what CONTRIBUTING.md and CHANGELOG.md have from the code: fields, old names
	$(BIN)/python tests/reference.py

benchmarks: $(INSTALLED)  ## time judgements, cells, own files, and the batch against a loop of papermill and nbconvert
	$(BIN)/python benchmarks/all_judgements.py
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/own_files.py
	$(BIN)/python benchmarks/cells.py

$(READY): requirements-report.lock pyproject.toml
	@$(PYTHON) tests/install.py requirements-report.lock
	@touch $@

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) tests/install.py requirements.lock
	@touch $@ $(READY)

clean:  ## remove what was made: reports, the tidy table, caches
	find reports data/processed -mindepth 1 ! -name 'README*' -delete
	rm -rf .cache .pytest_cache .ruff_cache .hypothesis
