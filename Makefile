# Bare `make` lists the targets. All of them set up what they need, in .venv, from the versions in constraints.txt.

VENV := .venv
PY := $(VENV)/bin/python
PACKAGES := dossier simulator streams monitoring motcua
SUITE := $(PY) -m pytest -n logical --maxprocesses 4 --dist loadfile

# The newest Python from 3.11 on that can make a virtual environment; or name one: make demo PYTHON=python3.12
PYTHON ?= $(shell for python in python3.14 python3.13 python3.12 python3.11 python3; do \
	"$$python" -c 'import ensurepip, sqlite3, ssl, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test full check cover kafka docs effects picture bench peers faults lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

demo: $(VENV)/.demo ## simulate a month, stream it, watch it live; e.g. make demo ARGS="--kafka local"
	@$(PY) -m motcua demo $(ARGS)

test: $(VENV)/.test ## run the whole suite; what this machine lacks is skipped, and said; e.g. ARGS="-k calendar"
	@$(SUITE) $(ARGS)

full: $(VENV)/.test ## the tests that take minutes or more, which `make test` leaves out; e.g. ARGS="-k coverage"
	@$(PY) -m pytest -m full $(ARGS)

check: $(VENV)/.test ## what CI runs: lint, format, types, layers, generated files, the suite
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports
	@$(PY) -m motcua.docs --check
	@$(SUITE) $(ARGS)

cover: $(VENV)/.test ## run the suite with its coverage; half as long again
	@$(PY) -m coverage erase
	@$(PY) -m coverage run -m pytest $(ARGS)
	@$(PY) -m coverage combine --quiet
	@$(PY) -m coverage report

kafka: $(VENV)/.demo ## run a real Apache Kafka on 127.0.0.1:9092 until Ctrl-C (Java 17, Maven); e.g. ARGS="--brokers 3"
	@$(PY) -m streams.broker --port 9092 $(ARGS)

docs: $(VENV)/.test ## make the files under docs/ that come from the code
	@$(PY) -m motcua.docs
	@$(PY) -m tests.dossier.audit.precision

effects: $(VENV)/.test ## measure each lever in each scenario for docs/effects.md: half an hour; e.g. ARGS=quickstart
	@$(PY) -m motcua.worth $(ARGS)

picture: $(VENV)/.test ## take the README's pictures: the page, two worlds on it, reports; with Chromium
	@$(PY) -m motcua demo
	@$(PY) -m monitoring.screenshot file://$(CURDIR)/motcua-demo/page.html docs/page.png --width 1180 --height 1240
	@$(PY) -m motcua demo --lever edd:on=2026-03-09 --lever e-signature:on=2026-03-16 --out motcua-demo/worlds
	@$(PY) -m monitoring.screenshot file://$(CURDIR)/motcua-demo/worlds/page.html docs/worlds.png \
		--width 1180 --height 1010
	@$(PY) -m motcua simulate quickstart --out motcua-demo/march.jsonl.gz >/dev/null
	@$(PY) -m motcua report motcua-demo/march.jsonl.gz --month 2026-03 --by field --lang vi --out motcua-demo/report.html
	@$(PY) -m monitoring.screenshot file://$(CURDIR)/motcua-demo/report.html docs/report.png --width 1280 --height 660
	@$(PY) -m motcua compare quickstart --lever edd --lever e-signature --world "both=edd;e-signature" \
		--report motcua-demo/answer.html >/dev/null
	@$(PY) -m monitoring.screenshot file://$(CURDIR)/motcua-demo/answer.html docs/answer.png --width 900 --height 860

bench: $(VENV)/.demo ## measure the engine, the fold and the embedded pipeline
	@$(PY) -m benchmarks.speed

peers: $(VENV)/.demo ## measure the engine beside other simulators; make peers PEERS=FOLDER, and benchmarks.peers --help
	@$(PY) -m benchmarks.peers --peers "$(PEERS)" $(ARGS)

faults: $(VENV)/.test ## strike workers and brokers on a real Kafka, and compare; e.g. ARGS="kill --events 20000"
	@$(PY) -m tests.streams.faults $(ARGS)

lock: ## choose the versions in constraints.txt anew, for Python 3.11 to 3.14
	@rm -rf build/lock && $(call python,-m venv build/lock)
	@build/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	@build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml -o build/lock/found
	@{ echo '# The versions that make uses, for Python 3.11 to 3.14. Made by: make lock'; cat build/lock/found; } \
		> constraints.txt
	@rm -rf build/lock; rmdir build 2>/dev/null || true

clean: ## remove what was made here: the environment, caches, the demo's output
	@rm -rf $(VENV) build dist motcua-demo .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache
	@find $(PACKAGES) tests -name __pycache__ -prune -exec rm -rf {} +

# The environment counts as whole only while .venv/.python stands. It is away while pip works, so that a set-up
# that was cut short is begun anew. .demo and .test say which extras are in.

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/.python
	$(call install,kafka$(comma)report,.demo)

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/.python
	$(call install,kafka$(comma)report$(comma)tables$(comma)plot$(comma)ray$(comma)dask$(comma)whatif$(comma)dev,.demo .test)

$(VENV)/.python:
	@$(call python,-m venv --clear $(VENV))
	@touch $@

comma := ,

# $(call install,EXTRAS,STAMPS)
define install
	@echo "Setting up $(VENV) with the extras $(1) ..."
	@cd $(VENV) && rm -f .python .demo .test
	@$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(1)]'
	@cd $(VENV) && touch .python $(2)
endef

# $(call python,ARGUMENTS): the Python of the machine, or what to do about there being none.
define python
if [ -z "$(PYTHON)" ]; then \
	echo "No Python here from 3.11 on that can make a virtual environment: install one, on Debian and Ubuntu with" >&2; \
	echo "apt-get install python3 python3-venv, or name yours: make PYTHON=/path/to/python3" >&2; exit 1; fi; \
"$(PYTHON)" $(1)
endef
