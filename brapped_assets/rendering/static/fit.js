// Text that is fitted, not guessed: letters shrink until no word breaks, and until a card holds all of its text.
"use strict";
{
  // These scripts write long names without a blank; beyond a line's length they go on in the next one.
  const WITHOUT_BLANKS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
  // Of a card's unit, a hundredth of its width; and of a page, in px. A name among others ends in "…" rather than be tiny.
  const LEAST = { card: 3.3, small_card: 8, name: 5, without_blanks: 12, page: 9.5 };
  const STEP = .93, SMALLEST_CARD = .5;
  // Lines of a headline, of large letters and of small ones; and how small they are at least.
  const LINES = [3.5, 4.5], SMALL = 12, SMALLEST = 5.5;
  const ON_PAGES = ".huge, .big, .unit, .strips .eyebrow, .year b, main > h1, .winner, .item h1, .cover-page h1, .numbers dd, .choose, .stage-head h1, .history-head h1";
  const ON_CARDS = ".eyebrow, .whose-album, .unit, .aside, .rule, .told dt, .to-come li, .choice > *, .two h3, .short .whose > :first-child";
  const size = (element) => parseFloat(getComputedStyle(element).fontSize);

  function release(element) {
    element.style.fontSize = "";
    element.classList.remove("breaks", "cut", "clamped");
  }

  // As large as the style sheet has it, or as much smaller as its longest word asks; `unit` is what sizes are told in.
  // What is longer still breaks in a heading; elsewhere it ends in "…".
  function within(element, least, unit, written, otherwise = "cut") {
    release(element);
    for (let tries = 5; tries && element.scrollWidth > element.clientWidth; tries--) {
      const now = size(element), wanted = now * Math.min(element.clientWidth / element.scrollWidth, .99);
      if (now <= least * 1.001) return element.classList.add(otherwise);
      element.style.fontSize = written(Math.max(wanted, least) / unit);
    }
  }

  const onPage = (element) => within(element, LEAST.page, 1, (px) => `${px.toFixed(2)}px`, "breaks");

  // A card, wherever it stands. Sizes are told in its own unit, so that they hold at any width of it.
  function card(scene) {
    const story = scene.querySelector(".story"), headline = story.querySelector(".headline");
    const signature = story.querySelector(".signature"), figure = story.querySelector(".chart .figure");
    const inUnits = (count) => `calc(var(--u) * ${count.toFixed(3)})`;
    // Where it stands, whatever moves it there.
    const isTall = () => signature.offsetTop + signature.offsetHeight > story.clientHeight - parseFloat(getComputedStyle(story).paddingBottom) + 1;
    const lines = () => headline.scrollHeight / (size(headline) * 1.05);
    // A picture cuts what its card cuts, on whichever screen it is made.
    const isSmall = scene.inert && !scene.matches(".print");
    const leastOfHeadline = WITHOUT_BLANKS.test(headline.textContent) ? LEAST.without_blanks : LEAST.card;
    scene.classList.add("is-fitted");
    if (figure) {
      figure.style.fontSize = "";
      const wide = figure.getComputedTextLength();
      if (wide > 1000) figure.style.fontSize = `${(size(figure) * 990) / wide}px`;
    }
    for (let part = 1; part >= SMALLEST_CARD; part *= STEP) {
      story.style.setProperty("--fit", part.toFixed(3));
      const unit = size(signature) / 4;
      for (const text of story.querySelectorAll(ON_CARDS)) {
        const least = isSmall ? LEAST.small_card : text.matches("dt[dir]") ? LEAST.name : LEAST.card;
        within(text, least * unit, unit, inUnits);
      }
      within(headline, leastOfHeadline * unit, unit, inUnits, "breaks");
      const lowest = Math.min(size(headline), SMALLEST * unit);
      const most = () => LINES[Number(size(headline) < SMALL * unit)];
      while ((lines() > most() || isTall()) && size(headline) > lowest * 1.01) {
        headline.style.fontSize = inUnits(Math.max(size(headline) * STEP, lowest) / unit);
      }
      headline.classList.toggle("clamped", lines() > most());
      if (!isTall()) return;
    }
  }

  // All text of a page, or of the cards within `part`.
  function fit(part) {
    for (const element of part.querySelectorAll(ON_PAGES)) if (!element.closest(".scene")) onPage(element);
    for (const scene of part.querySelectorAll(".scene")) if (scene.clientWidth) card(scene);
    if (part.matches?.(".scene")) card(part);
  }

  window.fit = fit;
  fit(document);
  // Other letters are of other widths; and what lies in folded parts is measured when they open.
  document.fonts.ready.then(() => fit(document));
  let width = innerWidth, height = innerHeight, waiting;
  addEventListener("resize", () => {
    if (innerWidth === width && innerHeight === height) return;
    [width, height] = [innerWidth, innerHeight];
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => fit(document));
  });
}
