"""Where `brapped` begins: importing takes a second, in which Ctrl-C is pressed, too."""

import sys


def main() -> None:
    try:
        from brapped_assets.cli import main as run  # noqa: PLC0415  (inside, so that stopping it is no traceback)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    run()


if __name__ == "__main__":
    main()
