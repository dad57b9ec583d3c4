"""`bide` and `python -m bide`."""

import gc

COLLECT_AFTER = 20_000
"""Objects that may be made before the collector looks at the youngest: to look after every few hundred, as Python does by itself, takes
a tenth of a command's time, nearly all of it while modules are imported, which leaves nothing to collect."""


def main() -> None:
    """Run the command line."""
    gc.set_threshold(COLLECT_AFTER)
    from bide.cli.app import run_app

    run_app()


if __name__ == "__main__":
    main()
