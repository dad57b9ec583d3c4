"""`bide` and `python -m bide`."""


def main() -> None:
    """Run the command line."""
    from bide.cli.app import run_app

    run_app()


if __name__ == "__main__":
    main()
