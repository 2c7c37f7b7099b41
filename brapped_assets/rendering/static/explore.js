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
    hold();
    window.fit(page);
    // The mark that was pressed keeps the focus and its place; one that is gone leaves it to the page.
    const same = mark && all(page, "a[href]").find((one) => nameOf(one) === mark);
    const target = same || page.querySelector("h1");
    if (!same) target.setAttribute("tabindex", -1);
    target.focus({ preventScroll: true });
    // A pane that stands still while the page moves is moved itself; once it no longer stands still, the page goes the rest.
    for (const part of same ? [window, same.closest("[data-keep]"), window] : []) {
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

  // From one bar of time to another, by dragging (a finger rests on the first) or by Shift and an arrow: all between them.
  const HOLD_MS = 350, FAR_PX = 10;
  const bars = () => all(document, ".time a");
  let from = -1, to = -1, held, began;
  function show() {
    const within = bars().slice(Math.min(from, to), from < 0 ? 0 : Math.max(from, to) + 1);
    for (const bar of bars()) {
      bar.classList.toggle("within", within.length > 1 && within.includes(bar));
      bar.classList.toggle("held", within.length === 1 && within.includes(bar));
    }
    const [first, last] = [within[0], within.at(-1)].map((bar) => bar?.title.split(":")[0]), told = document.querySelector("[data-stretch]");
    if (told) told.textContent = within.length > 1 ? _("%(first)s to %(last)s", { first, last }) : "";
    return within;
  }
  function begin(bar) {
    from = to = bars().indexOf(bar);
  }
  function end(isChosen) {
    clearTimeout(held);
    const within = show();
    from = to = -1;
    if (!isChosen || within.length < 2) return void show();
    const url = new URL(within[0].href);
    url.searchParams.set("range", `${within[0].dataset.first}..${within.at(-1).dataset.last}`);
    go(url.href, null, true);
  }
  document.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest(".time a");
    if (!bar || event.button) return;
    began = event;
    if (event.pointerType === "mouse") begin(bar);
    else held = setTimeout(() => { begin(bar); show(); }, HOLD_MS);
  });
  document.addEventListener("pointermove", (event) => {
    if (began && Math.hypot(event.clientX - began.clientX, event.clientY - began.clientY) > FAR_PX) clearTimeout(held);
    if (from < 0 || !event.buttons) return;
    // Whatever stands above or below the pointer, and the nearest end beyond them.
    const edges = bars().map((bar) => bar.getBoundingClientRect().left), after = edges.findIndex((left) => left > event.clientX);
    to = after < 0 ? edges.length - 1 : Math.max(after - 1, 0);
    show();
  });
  addEventListener("pointerup", () => end(true));
  addEventListener("pointercancel", () => end(false));
  for (const name of ["dragstart", "contextmenu"]) {
    document.addEventListener(name, (event) => { if (from >= 0 && event.target.closest?.(".time")) event.preventDefault(); });
  }
  // While a stretch is chosen by finger, nothing scrolls.
  const hold = () => document.querySelector(".time")?.addEventListener("touchmove", (event) => { if (from >= 0) event.preventDefault(); }, { passive: false });
  hold();
  document.addEventListener("keydown", (event) => {
    const bar = event.target.closest?.(".time a");
    if (!bar) return;
    if (event.shiftKey && event.key.startsWith("Arrow")) {
      if (from < 0) begin(bar);
      // The focus went on already.
      to = bars().indexOf(document.activeElement);
      show();
    } else if (event.key === "Enter" && from >= 0 && from !== to) {
      event.preventDefault();
      end(true);
    } else if (event.key !== "Shift") end(false);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("main a[href]");
    if (!link || link.pathname !== location.pathname || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    link.focus({ preventScroll: true });
    go(link.href, nameOf(link), true);
  });
  addEventListener("popstate", () => {
    if (location.pathname + location.search !== shown) {
      go(location.href, document.activeElement?.matches("main a") && nameOf(document.activeElement), false);
    } else {
      // There and back again: what was asked for in between comes too late.
      asking.abort();
      document.querySelector("main").removeAttribute("aria-busy");
    }
  });
}
