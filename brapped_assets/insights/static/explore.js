// A click changes the page in its place: without a jump, with its address, and the way back. Without it links do the same.
"use strict";
{
  // What is exchanged: the page itself, and links of the frame that carry the selection on.
  const PARTS = ["main", ".tabs", ".people"];
  let asking = new AbortController(), shown = location.pathname + location.search;
  const nameOf = (link) => link.dataset.mark ?? link.textContent.trim();
  const all = (part, what) => [...part.querySelectorAll(what)];

  function exchange(text, mark) {
    const next = new DOMParser().parseFromString(text, "text/html");
    // Parsed as if no script ran, it holds pictures that are loaded in time anyway.
    for (const part of all(next, "noscript")) part.remove();
    const main = document.querySelector("main"), top = mark && document.activeElement?.getBoundingClientRect().top;
    // What is open stays open, and what was scrolled stays where it was.
    const folds = all(main, "[data-fold]").map((fold) => [fold.dataset.fold, fold.open]);
    const places = all(main, "[data-keep]").map((part) => [part.dataset.keep, part.scrollLeft, part.scrollTop]);
    for (const part of PARTS) {
      const [old, fresh] = [document.querySelector(part), next.querySelector(part)];
      if (old && fresh) old.replaceWith(fresh);
    }
    document.title = next.title;
    document.body.dataset.chosen = next.body.dataset.chosen;
    const page = document.querySelector("main");
    for (const [name, open] of folds) for (const fold of all(page, `[data-fold="${name}"]`)) fold.open = open;
    for (const [name, left, from] of places) for (const part of all(page, `[data-keep="${name}"]`)) part.scrollTo({ left, top: from, behavior: "instant" });
    window.settle(page);
    window.fit(page);
    // The mark that was pressed keeps the focus and its place; one that is gone leaves it to the page.
    const same = mark && all(page, "a[href]").find((one) => nameOf(one) === mark);
    const target = same || page.querySelector("h1");
    if (!same) target.setAttribute("tabindex", -1);
    target.focus({ preventScroll: true });
    // A pane that stands still while the page moves is moved itself.
    for (const part of same ? [window, same.closest("[data-keep]")] : []) {
      part?.scrollBy({ top: same.getBoundingClientRect().top - top, behavior: "instant" });
    }
  }

  async function go(url, mark, isNew) {
    asking.abort();
    const { signal } = (asking = new AbortController());
    document.querySelector("main").setAttribute("aria-busy", true);
    try {
      const answer = await fetch(url, { signal });
      if (answer.status >= 500) throw new Error(answer.status);
      const text = await answer.text();
      if (isNew) history.pushState(null, "", url);
      shown = location.pathname + location.search;
      exchange(text, mark);
    } catch {
      if (!signal.aborted) location.assign(url);
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("main a[href]");
    if (!link || link.pathname !== location.pathname || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    link.focus({ preventScroll: true });
    go(link.href, nameOf(link), true);
  });
  addEventListener("popstate", () => {
    if (location.pathname + location.search !== shown) go(location.href, document.activeElement?.matches("main a") && nameOf(document.activeElement), false);
  });
}
