"""A finger on the glass, as the browser's own driver sends it."""

from itertools import pairwise

from playwright.sync_api import Page

STEPS = 4


def draw(page: Page, *places: tuple[float, float]) -> None:
    """Put down at the first place, drawn to each of the others, and lifted; at one place alone it is a tap."""
    driver = page.context.new_cdp_session(page)

    def send(kind: str, *touched: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in touched]
        driver.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    send("Start", places[0])
    for (from_x, from_y), (to_x, to_y) in pairwise(places):
        for step in range(1, STEPS + 1):
            part = step / STEPS
            send("Move", (from_x + part * (to_x - from_x), from_y + part * (to_y - from_y)))
    send("End")
    driver.detach()
