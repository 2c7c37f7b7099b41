"""What can be read and touched, asked of the browser itself: scripts that answer with a line about each that cannot."""

from pathlib import Path

from playwright.sync_api import Page

HERE = Path(__file__).parent
TOO_FAINT, TOO_SMALL = ((HERE / f"{name}.js").read_text("utf-8") for name in ("too_faint", "too_small"))


def too_faint(page: Page) -> list[str]:
    return list(page.evaluate(TOO_FAINT))


def too_small(page: Page) -> list[str]:
    return list(page.evaluate(TOO_SMALL))
