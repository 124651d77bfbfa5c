# The same steps without make (Windows): see README.md.
PYTHON ?= python3
JOBS ?= 2
PLATFORM ?= this
TARGET_PYTHON ?= 3.11
INSTALL = $(PYTHON) lib/effekt/packaging/install.py
VENV = .venv/bin/python

.PHONY: run test verify wheelhouse lock

run:  ## evaluate every cluster of the demo study; open outputs/latest/index.html
	@$(INSTALL)
	@$(VENV) -m effekt run $(ARGS)

test: export OPENBLAS_NUM_THREADS = 1
test: export EFFEKT_EXAMPLES ?= 20
test:  ## everything that is checked before a change is kept
	@$(INSTALL) --test
	@$(VENV) -m effekt prepare --study data/demo
	@$(VENV) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --nbval --nbval-current-env $(ARGS) tests notebooks

verify: export OPENBLAS_NUM_THREADS = 1
verify:  ## the long proofs, with their figures
	@$(INSTALL) --test
	@set -e; for proof in tests/verify/[!_]*.py; do echo "== $$proof"; $(VENV) "$$proof"; done

wheelhouse:  ## wheels for a machine without internet: make wheelhouse PLATFORM=win_amd64 TARGET_PYTHON=3.11
	@$(INSTALL)
	@$(VENV) -m effekt.packaging.wheelhouse --platform $(PLATFORM) --python $(TARGET_PYTHON)

lock:  ## raise the locked versions (needs uv), then rewrite environment.yml
	@$(INSTALL)
	@$(VENV) -m effekt.packaging.lock
	@$(VENV) -m effekt.packaging.environment
