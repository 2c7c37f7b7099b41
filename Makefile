# Every target sets up what it needs. On a fresh machine: Python >= 3.11, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BROWSER := brapped_assets_tests/browser

.PHONY: demo up lint test check ci bench generated newest clean

demo: $(INSTALLED)  ## everything with a simulated account
	$(BIN)/brapped demo

up: $(INSTALLED)  ## collect a real account
	$(BIN)/brapped up

# Whoever sets this has every test process compile everything anew: half a minute of it.
unexport PYTHONDONTWRITEBYTECODE

# The browser's by themselves: they share one browser, and what drives it leaves an event loop running that others would
# trip over. They run beside the others, and what they say is shown at the end. The others two at a time: each process
# takes ten seconds of CPU to collect the tests and to start what they share, and three fill two cores.
# Files go to whoever is free in the order of their names: the last ones, the warehouse's, are short.
ONE_BY_ONE := --dist loadfile --no-loadscope-reorder
both = @$(BIN)/python -m pytest -q $(BROWSER) $(1) >$(VENV)/browser.log 2>&1 & beside=$$!; \
	$(BIN)/python -m pytest -q -n $(3) $(ONE_BY_ONE) --ignore $(BROWSER) $(2); \
	others=$$?; wait $$beside; code=$$?; cat $(VENV)/browser.log; test $$others -eq 0 -a $$code -eq 0
QUICK := --hypothesis-profile quick

lint: $(INSTALLED)  ## lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: $(INSTALLED)  ## the tests, but for the slow ones; a tenth of the examples of each property
	$(call both,$(QUICK) -m "not slow",$(QUICK) -m "not slow",2)

# Some of the slow ones wait for processes to start and stop: three at a time.
check: lint  ## lint, types, all tests
	$(call both,,,3)

ci: lint  ## what CI runs: as `check`, with the first cases, a tenth of the examples, and none of the browser's slow ones
	$(call both,$(QUICK) -m "not slow",$(QUICK) -m "not thorough",3)

generated: $(INSTALLED)  ## what is generated and committed: columns and lineage that Dagster shows, versions of code
	$(BIN)/python -m brapped_assets_tests.generated

# The oldest Python there is to be, and the newest that there is here; every package as new as pyproject.toml lets it be.
NEWEST_PYTHONS ?= python3.11 python3.13

newest:  ## the tests against the newest releases of everything, on the oldest and the newest Python
	@for python in $(NEWEST_PYTHONS); do \
		echo "== $$python: what differs from constraints.txt"; \
		env=$(VENV)-newest/$$(basename $$python); \
		$$python -m venv $$env || exit 1; \
		$$env/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --editable '.[dev]' || exit 1; \
		$$env/bin/python -m pip freeze --exclude-editable | grep -vixFf constraints.txt; \
		$$env/bin/python -m pytest -q -n 3 $(ONE_BY_ONE) --hypothesis-profile quick --ignore $(BROWSER) \
			-m "not slow and not pinned" || exit 1; \
	done

bench: $(INSTALLED)  ## each budget beside the measured figure
	$(BIN)/python -m bench

clean:  ## remove the environment; what was collected stays
	rm -rf $(VENV) $(VENV)-newest

# The stamp is as old as what it was made from.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Brapped needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..."; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python's venv module is missing (Debian, Ubuntu: apt install python3-venv)."; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(INSTALLED)
