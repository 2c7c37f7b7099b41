// A list narrows as its box is typed into: the same page is asked for, and its list put in place of this one.
"use strict";
const box = document.querySelector("[data-narrow]");
const field = box.elements.q;
const WAIT_MS = 120;
let timer, running;

const inView = () => document.querySelectorAll(".lists [aria-current], .sorts [aria-current]").forEach(centre);
inView();

const narrow = async () => {
  running?.abort();
  running = new AbortController();
  const asked = new URLSearchParams(new FormData(box));
  if (!field.value.trim()) asked.delete("q");
  const address = `${box.getAttribute("action")}?${asked}`;
  const list = document.querySelector("[data-list]");
  try {
    const answer = await fetch(address, { signal: running.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-list]");
    if (!found) throw new Error("no list");
    list.replaceWith(document.adoptNode(found));
    // Links beside the list keep what it is narrowed by.
    for (const part of [".filters", ".periods"]) document.querySelector(part)?.replaceWith(page.querySelector(part) ?? "");
    settle(document.querySelector("main"));
    inView();
    history.replaceState(null, "", address);
  } catch (error) {
    if (error.name !== "AbortError") list.querySelector("[data-total]").textContent = _("No answer just now. Enter tries again.");
  }
};

field.addEventListener("input", (event) => {
  clearTimeout(timer);
  // While a syllable is being put together there is nothing to look for yet.
  if (!event.isComposing) timer = setTimeout(narrow, WAIT_MS);
});
field.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(narrow, WAIT_MS); });
