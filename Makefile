# Two commands for a newcomer: `make demo` runs the main job, `make test` runs all tests.
# Needed: Rust 1.89 or later, Python 3.11, a C11 and a C++17 compiler, make.

PYTHON ?= python3.11
CARGO ?= cargo
VENV := .venv
TARGET = $(or $(CARGO_TARGET_DIR),target)
BIN := $(VENV)/bin
# The extension is built once for the demo and the tests.
EXTENSION_SOURCES := $(shell find core/src core/rulebook core/instruments ffi/src python/src -type f) Cargo.lock Cargo.toml core/Cargo.toml ffi/Cargo.toml python/Cargo.toml python/pyproject.toml

.PHONY: demo test test-rust test-c test-python lint bless fuzz bench compare calibrate disclosure clean
.DELETE_ON_ERROR:

demo: $(VENV)/.built
	$(BIN)/colead assess examples/harbour --out build/harbour
	@echo
	@echo "The report and its JSON are in build/harbour. Try: $(BIN)/colead classify"

test: test-rust test-c test-python
	@echo "all tests passed"

test-rust:
	$(CARGO) test --workspace --locked

test-c:
	sh tests/c/run.sh

test-python: $(VENV)/.built $(VENV)/.tested-with
	cd python && ../$(BIN)/python -m pytest -q

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.maturin: $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check maturin==1.16.0
	@touch $@

$(VENV)/.built: $(VENV)/.maturin $(EXTENSION_SOURCES)
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/maturin develop --quiet --release --locked -m python/Cargo.toml
	@touch $@

$(VENV)/.tested-with: $(VENV)/.built python/pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $$($(BIN)/python -c "import tomllib; print(*tomllib.load(open('python/pyproject.toml', 'rb'))['project']['optional-dependencies']['test'])")
	@touch $@

# Formatting and lints; needs the rustfmt and clippy components.
lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

# Writes everything that is generated and committed: header, example, coverage, vectors.
bless:
	COLEAD_BLESS=1 $(CARGO) test --workspace --locked

# Damaged texts through every door, for long; COLEAD_FUZZ_SEED to begin elsewhere.
fuzz:
	COLEAD_FUZZ_ROUNDS=$${COLEAD_FUZZ_ROUNDS:-200000} $(CARGO) test --release -p colead --locked --test fuzz

# What things cost: in Rust, and a call from C and from Python.
bench: $(VENV)/.built
	$(CARGO) bench --locked -p colead
	$(CARGO) build --release --locked -p colead-ffi
	mkdir -p build
	$(CC) -O2 -Iinclude ffi/benches/classify.c $(TARGET)/release/libcolead_ffi.a -lpthread -ldl -lm -o build/classify
	build/classify
	$(BIN)/python python/benches/classify.py

# Other tools on the same jobs in the same run; installs them into a virtual environment of their own.
compare: $(VENV)/.built
	$(PYTHON) -m venv build/compare
	build/compare/bin/python -m pip install --quiet --disable-pip-version-check -r core/benches/compare/requirements.txt
	cd core/benches/compare && for script in *.py; do PYTHONPATH=$(CURDIR)/python $(CURDIR)/build/compare/bin/python $$script || exit 1; done
	$(CARGO) run --release --manifest-path core/benches/compare/engines/Cargo.toml

# How often intervals cover what they claim, and judgments are right, by simulation; some minutes.
calibrate:
	mkdir -p build
	for page in calibration:calibrate calibration-coherence:calibrate_coherence yield:yields; do \
	    $(CARGO) run --release --locked -p colead --example $${page#*:} > build/page.md && mv build/page.md docs/$${page%:*}.md || exit 1; \
	done

# What disclosure control costs in cells and seconds, beside the optimum and the rule of platforms.
disclosure:
	COLEAD_BLESS=1 $(CARGO) test --release --locked -p colead --test disclosure_scale -- --ignored

clean:
	$(CARGO) clean
	rm -rf $(VENV) build
