# Everything installs into .venv/; PYTHON may name another interpreter, version 3.11 or later.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# A file's tests stay together, for what they share is made once a process.
TESTS := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: run test quick lint format index evaluate bench screenshots clean

run: $(READY)  ## set everything up and serve the chat at http://127.0.0.1:7860
	$(BIN)/chatbot serve

test: $(READY)  ## set everything up and run the tests, as many at a time as there are processors, at most four
	$(TESTS)

quick: $(READY)  ## the tests of the core alone, for while you write: no browser, no server, no language model
	$(TESTS) \
	    --ignore tests/browser --ignore tests/web --ignore tests/writing --ignore tests/test_cli.py --ignore tests/test_bench.py

lint: $(READY)  ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)  ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

index: $(READY)  ## build the index of the corpus
	$(BIN)/chatbot index

evaluate: $(READY)  ## measure how well the chatbot answers the shipped questions
	$(BIN)/chatbot evaluate $(foreach option,$(EVALUATE),'$(option)')

bench: .venv-bench/.ready  ## compare with other libraries on a SQuAD file: make bench SQUAD=xquad.en.json
	.venv-bench/bin/python -m tests.benchmarks $(SQUAD)

screenshots: $(READY)  ## take pictures of the page in every state, into docs/screenshots
	$(BIN)/python -m tests.browser.screenshots

clean:  ## remove what was installed and built
	rm -rf .venv .venv-bench index/models index/squad index/versions index/current index/converted

# torch comes first and pinned, so that nothing else can ask for a build with gigabytes of CUDA.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one with: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on torch==2.13.0
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on --editable '.[dev]'
	@touch $(READY)

# The others are installed beside this program, so that nothing of theirs gets into its own environment.
.venv-bench/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --disable-pip-version-check torch==2.13.0
	.venv-bench/bin/python -m pip install --disable-pip-version-check --editable '.[bench]'
	@touch .venv-bench/.ready
