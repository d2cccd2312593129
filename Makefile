# What you can do here, a verb each; `make help` lists them. Everything is installed in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# matplotlib and the notebook kernels keep their settings with the environment, not the reader's.
export MPLCONFIGDIR := $(CURDIR)/$(VENV)/matplotlib
export IPYTHONDIR := $(CURDIR)/$(VENV)/ipython
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# See commands/execution.py: a warning fails the notebooks' check, too.
test test-oldest test-newest: export LOKY_MAX_CPU_COUNT := 1
# Threads of a matrix product, and of scikit-learn, sleep while they wait: spinning, they took as much
# of the processors as the work itself. What they compute is the same.
test test-oldest test-newest: export OPENBLAS_THREAD_TIMEOUT := 4
test test-oldest test-newest: export OMP_WAIT_POLICY := PASSIVE

.DEFAULT_GOAL := help
.PHONY: help book site pdf audit test test-oldest test-newest test-pythons bench serve lab refresh lint pins clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: $(VENV)/ready ## build the book and say where to open it
	@$(BIN)/python commands/book.py

site: $(VENV)/ready book ## write a folder and a zip for any static host (ADDRESS=https://…/ where it will stand)
	@$(BIN)/python commands/publish.py $(ADDRESS)

pdf: $(VENV)/ready book ## print the whole book as one PDF
	@$(BIN)/python tests/browser/provision.py chromium
	@$(BIN)/python commands/pdf.py

audit: $(VENV)/ready book ## measure every page (bytes, shifts, axe, HTML, overflow, paper, Lighthouse) into _build/audit.md
	@$(BIN)/python tests/browser/provision.py chromium
	@$(BIN)/python commands/audit.py --lighthouse

test: $(VENV)/ready ## run every test: library, pages in a browser, notebooks
	@$(MAKE) --no-print-directory --jobs 2 lint book || { echo "lint or book failed: see above"; exit 1; }
	@$(BIN)/python tests/browser/provision.py
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	@echo "Notebooks: stored outputs against fresh ones, on this machine's matrix product …"
	$(BIN)/python -m pytest --nbval --nbval-sanitize-with tests/nbval.cfg -n 2 --dist loadfile chapters
	@echo "… and on another one, which rounds differently (Nehalem has no fused multiply-add)"
	OPENBLAS_CORETYPE=Nehalem $(BIN)/python -m pytest --nbval --nbval-sanitize-with tests/nbval.cfg -n 2 --dist loadfile chapters

test-oldest: $(VENV)/ready ## run the library's tests on the lowest versions that pyproject.toml allows
	@$(BIN)/python commands/versions.py oldest

test-newest: $(VENV)/ready ## run the library's tests on the newest versions that pyproject.toml allows
	@$(BIN)/python commands/versions.py newest

test-pythons: $(VENV)/ready ## build and test on every Python from 3.11 to 3.15 that is installed, each in a copy of its own
	@$(BIN)/python commands/pythons.py

bench: $(VENV)/peers book ## measure redraws, judgings, the page's Python and searches beside their peers, trees, files, shards and engines, and pages beside other themes (about two hours)
	@$(BIN)/python tests/browser/provision.py chromium
	$(BIN)/python benchmarks/redraw.py
	$(BIN)/python benchmarks/judging.py
	$(BIN)/python benchmarks/python_in_page.py
	$(BIN)/python benchmarks/copies.py
	$(BIN)/python benchmarks/peers.py
	$(BIN)/python benchmarks/hostile.py
	$(BIN)/python benchmarks/fuzz.py
	$(BIN)/python benchmarks/kinds.py
	$(BIN)/python benchmarks/parent.py
	$(BIN)/python benchmarks/algorithms.py
	$(BIN)/python benchmarks/lists.py
	$(BIN)/python benchmarks/memmap.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/guide.py
	$(BIN)/python benchmarks/shards.py
	$(BIN)/python benchmarks/themes.py

serve: book ## serve the book on localhost and rebuild it on every change
	@$(BIN)/python commands/serve.py

lab: $(VENV)/ready ## open JupyterLab on your own copies of the chapters (in lab/)
	@$(BIN)/python commands/lab.py

refresh: $(VENV)/ready ## run the notebooks and store their outputs in one canonical form
	@$(BIN)/python commands/refresh.py

lint: $(VENV)/ready ## check style, types and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings nnlib rendering tests
	$(BIN)/python commands/javascript.py
	$(BIN)/codespell nnlib rendering commands tests chapters README.md CONTRIBUTING.md

pins: $(VENV)/ready ## choose new exact versions for requirements.txt from pyproject.toml
	$(BIN)/python -m pip install uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --fork-strategy requires-python \
		--extra book --extra lab --extra pdf --extra test --extra lint \
		--no-annotate --upgrade --custom-compile-command "make pins" -o requirements.txt pyproject.toml

clean: ## remove what was built (the environment, too); lab/ is yours and stays, .cache/ was fetched and stays
	rm -rf $(VENV) .venv-oldest .venv-newest .pythons _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# One file says that the environment matches the pins; a half-made environment never has it.
$(VENV)/ready: requirements.txt pyproject.toml commands/environment.py
	@$(PYTHON) commands/environment.py

# The libraries that only `make bench` measures against; the pins stay as they are.
$(VENV)/peers: $(VENV)/ready
	@echo "Installing PyTorch to measure against. On Linux PyTorch may bring gigabytes for graphics cards;"
	@echo "to do without: $(BIN)/pip install torch --index-url https://download.pytorch.org/whl/cpu, then make bench"
	$(BIN)/python -m pip install --constraint requirements.txt --no-build-isolation --editable ".[bench]"
	@touch $@
