"""Somebody who presses what there is in Dagster's own pages, in a real browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Page, Playwright, expect
from playwright.sync_api import TimeoutError as TookTooLong

from brapped_assets_tests.browser import fonts
from brapped_assets_tests.browser.conftest import launched

# A page of Dagster's asks a busy machine for much.
MILLISECONDS = 300_000
PRESSES = 3


@contextmanager
def opened(url: str, playwright: Playwright, folder: Path) -> Iterator["DagsterUi"]:
    """A browser whose only fonts are DejaVu, written into `folder`; `url` is that of Dagster's web server."""
    expect.set_options(timeout=MILLISECONDS)
    browser = launched(playwright, fonts.configuration(folder, fonts.DEJAVU, "DejaVu Sans"))
    try:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(MILLISECONDS)
        yield DagsterUi(url, page)
    finally:
        browser.close()


class DagsterUi:
    def __init__(self, url: str, page: Page) -> None:
        self._url = url
        self.page = page

    def open(self, path: str) -> None:
        self.page.goto(self._url + path)

    def automations(self) -> list[str]:
        """What each line of the automation page says, once all are there."""
        self.open("/automation")
        expect(self.page.get_by_text("Standard sensor")).to_have_count(6)
        expect(self.page.get_by_text("Scheduled", exact=False)).to_have_count(1)
        return self.page.locator("body").inner_text().splitlines()

    def checks(self, asset: str, count: int) -> None:
        """Whether so many checks of an asset are shown, each as one that has succeeded."""
        self.open(f"/assets/{asset}?view=checks")
        expect(self.page.get_by_text(f"Checks ({count})")).to_be_visible()
        expect(self.page.get_by_text("Succeeded", exact=True)).to_have_count(count)
        expect(self.page.get_by_text("Not evaluated")).to_have_count(0)

    def launch(self, job: str, partition: str) -> str:
        """Choose a partition in the launchpad and launch; the run's id."""
        self.open(f"/locations/demo/jobs/{job}/playground")
        expect(self.page.get_by_text("No errors")).to_be_visible()
        self.page.get_by_placeholder("Partition").click()
        self.page.keyboard.type(partition)
        self.page.get_by_text(partition, exact=True).last.click()
        self._press_until_there("Launch Run", re.compile("/runs/[0-9a-f-]{36}"))
        return self.page.url.rpartition("/")[2]

    def _press_until_there(self, button: str, address: re.Pattern[str]) -> None:
        """Press again where nothing came of it: while the launchpad still reads a partition, it ignores the button."""
        for _ in range(PRESSES):
            self.page.get_by_role("button", name=button).click()
            with suppress(TookTooLong):
                return self.page.wait_for_url(address, timeout=MILLISECONDS / PRESSES)
        raise AssertionError(f"{button} was pressed {PRESSES} times:\n{self.page.locator('body').inner_text()}")

    def materialize_all(self) -> str:
        """*Materialize all*, *All*, *Launch backfill*; the backfill's id."""
        self.open("/asset-groups")
        self.page.get_by_role("button", name="Materialize all").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="All", exact=True).click()
        dialog.get_by_role("button", name="Launch backfill").click()
        told = self.page.get_by_text("Created backfill").first
        return told.inner_text().split()[-1]

    def follow(self, asset: str, link: str) -> Page:
        """Press a link in an asset's metadata; the page that it opens."""
        self.open(f"/assets/{asset}")
        with self.page.expect_popup() as popup:
            self.page.get_by_role("link", name=link).first.click()
        popup.value.wait_for_load_state()
        return popup.value
