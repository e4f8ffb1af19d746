# A thin wrapper: every line below is a command that runs by itself on any system.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
VENV := .venv/Scripts/python.exe
else
VENV := .venv/bin/python
endif

DURATION ?=
REPORT ?=
DEVICES ?=
ADDRESS ?=
STATE ?=
KEEP ?=
PAUSED ?=
KEYLESS ?=
TRACES ?=
PROFILE ?= pump

.PHONY: help setup demo func test check audit bench train train-check clean

help: ## what there is to make
	@$(PYTHON) -m local --help

setup: ## install all that is missing
	@$(PYTHON) -m local setup

demo: ## the whole system on this machine; DURATION=60 REPORT=out.json, DEVICES=1000, KEEP=1, PAUSED=1, KEYLESS=1, TRACES=.1
	@$(PYTHON) -m local setup --without-browser
	@$(VENV) -m local up $(if $(DURATION),--duration $(DURATION)) $(if $(REPORT),--report $(REPORT)) \
		$(if $(DEVICES),--devices $(DEVICES)) \
		$(if $(ADDRESS),--address $(ADDRESS)) $(if $(STATE),--state $(STATE)) \
		$(if $(KEEP),--keep) $(if $(PAUSED),--paused) $(if $(KEYLESS),--keyless) \
		$(if $(TRACES),--traces $(TRACES))

func: setup ## all that `func start` in functions/ needs beside it (docs/local.md)
	@$(VENV) -m local.beside_func

test: setup ## every test, browser tests included
	@$(VENV) -m pytest tests/unit tests/contract --hypothesis-profile ci --numprocesses 2 --dist loadfile
	@npm run --silent --prefix dashboard test
	@$(VENV) -m pytest tests/integration tests/e2e -m "not measures_time" --numprocesses 2 --dist loadfile
	@$(VENV) -m pytest tests/integration tests/e2e -m measures_time

check: setup ## style, types, layers, locks
	@$(VENV) -m local check

audit: setup ## known weaknesses of what is installed; needs the network
	@$(VENV) -m local audit

bench: setup ## every benchmark
	@$(VENV) -m benchmarks

train: setup ## make train PROFILE=pump
	@$(VENV) -m ml_model reproduce --profile $(PROFILE)

train-check: setup ## every committed bundle made again and compared; replaces none
	@$(VENV) -m ml_model reproduce --check

clean: ## forget the local services' state
	@$(PYTHON) -m local clean $(if $(STATE),--state $(STATE))
