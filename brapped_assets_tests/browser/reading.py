"""What can be read and touched, asked of the browser itself: scripts that answer with a line about each that cannot."""

from pathlib import Path

from playwright.sync_api import Page

HERE = Path(__file__).parent
TOO_FAINT, TOO_SMALL, MISPLACED = (
    (HERE / f"{name}.js").read_text("utf-8") for name in ("too_faint", "too_small", "misplaced")
)
# A page is measured anew in the frame after its window has another size.
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# The letters of a page: its own, or a font of the machine as where its own is not there.
LETTERS = """(font) => {
  document.documentElement.style.setProperty("--font", font);
  return document.fonts.ready.then(() => fit(document));
}"""
# Each card of a story as it fills the window.
EACH_CARD = f"""() => {{
  const misplaced = {MISPLACED}, found = [], before = document.querySelector(".frame.on");
  for (const frame of [...document.querySelectorAll("[data-frame]"), before]) {{
    document.querySelector(".frame.on").classList.remove("on");
    frame.classList.add("on");
    fit(frame);
    found.push(...misplaced());
  }}
  return found;
}}"""
# Each card as it is laid out for its picture.
EACH_PICTURE = f"""async () => {{
  const misplaced = {MISPLACED}, found = [];
  for (const scene of document.querySelectorAll("[data-frame] .scene")) {{
    const copy = await laidOut(scene);
    found.push(...misplaced(copy));
    copy.remove();
  }}
  return found;
}}"""


def too_faint(page: Page, least: float | None = None) -> list[str]:
    """Words with too little contrast: by WCAG 2 for their size, or with less than `least`."""
    return list(page.evaluate(TOO_FAINT, least))


def misplaced(page: Page) -> list[str]:
    """On a page, or on every card of the story it plays."""
    return list(page.evaluate(EACH_CARD if page.locator("html.playing").count() else MISPLACED))


def misplaced_in_pictures(page: Page) -> list[str]:
    return list(page.evaluate(EACH_PICTURE))


def too_small(page: Page) -> list[str]:
    return list(page.evaluate(TOO_SMALL))
