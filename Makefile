PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: report test cover fuzz lab lint bench check docs lock clean help
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(READY): requirements.lock pyproject.toml
	@echo "Umgebung wird eingerichtet …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==0.9.30"
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

report: $(READY) ## notebooks to PDF and HTML, into reports/
	@$(BIN)/sok report

test: $(READY) ## all tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile

cover: $(READY) ## all tests with coverage; takes twice as long
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term

fuzz: $(READY) ## every reader on thousands of damaged files
	@SOK_FUZZ=2000 $(BIN)/python -m pytest -n 2 -k "damaged or crash or hostile or fuzz"

lab: $(READY) ## JupyterLab on the notebooks
	@$(BIN)/sok lab

check: $(READY) ## check the district's data
	@$(BIN)/sok check

lint: $(READY) ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: $(READY) ## what is timed, against whom
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --requirement benchmarks/peers.txt
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m benchmarks.reach
	@$(BIN)/python -m benchmarks.catchments
	@$(BIN)/python -m benchmarks.portfolio
	@$(BIN)/python -m benchmarks.cut

docs: $(READY) ## reference pages of the handbook, from schema and parameters
	@$(BIN)/python -m sokanalysis.reference

lock: $(READY) ## resolve the lock file anew
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade --output-file requirements.lock

clean: ## remove what the targets made
	rm -rf $(VENV) reports .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
