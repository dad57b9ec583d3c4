# Everything a person or CI does here, a line or two each. `make setup` is implied by all of them.
.PHONY: setup check test demo serve bench drills docs

.venv/.ready: pyproject.toml constraints.txt scripts/setup
	@scripts/setup

setup: .venv/.ready

check: setup   ## formatting, lint, types
	@scripts/check

test: setup    ## check, and beside it every test (about 10 minutes on two cores)
	@scripts/check & checking=$$!; scripts/test; tested=$$?; wait $$checking && exit $$tested

demo: setup    ## run examples/ against the provider simulator and show the receipt
	@scripts/demo

serve: setup   ## the gateway on port 8080 before a simulated provider, an hour a minute; it prints what to export
	@scripts/serve

bench: setup   ## figures as ratios, in one run with their yardsticks
	@.venv/bin/python -m bench

drills: setup  ## the long ones: kills, 10,000 simulated seeds, soak
	@scripts/drills

docs: setup    ## redraw what docs/ derives from code (states, command help)
	@.venv/bin/python scripts/draw_docs.py
	@.venv/bin/python -m tests.providers.translate.page
	@.venv/bin/python -m tests.advise.worked_examples
