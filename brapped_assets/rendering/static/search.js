// Search as it is typed. Without this the form does the same with Enter. Names only ever become text.
"use strict";
const form = document.querySelector("[data-search]");
const hint = document.querySelector("[data-hint]");
const template = document.querySelector("[data-hit]");
const field = form.elements.q;
const WAIT_MS = 120;
let timer, running;

const initials = (name) => {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  return (words.length ? words : [name || "?"]).slice(0, 2).map((word) => [...word][0]).join("").toUpperCase();
};

const line = (hit) => {
  const item = template.content.cloneNode(true);
  const chosen = document.body.dataset.chosen;
  item.querySelector("a").href = `${document.body.dataset.root}/${hit.kind}/${hit.key}${chosen && `?${chosen}`}`;
  const cover = item.querySelector(".cover");
  cover.classList.add(`t${hit.key % 8}`);
  cover.firstChild.textContent = initials(hit.name);
  if (hit.has_cover) {
    const image = new Image(56, 56);
    image.alt = "";
    image.addEventListener("load", () => cover.append(image));
    image.src = `/cover/${hit.kind}/${hit.key}`;
  }
  item.querySelector(".name").textContent = hit.name;
  if (hit.by) item.querySelector(".by").textContent = hit.by;
  else item.querySelector(".by").remove();
  const unit = document.createElement("small");
  unit.textContent = ngettext("play", "plays", hit.plays);
  item.querySelector(".count").append(number(hit.plays), unit);
  return item;
};

const show = ({ q, enough, hits }) => {
  for (const section of document.querySelectorAll("[data-kind]")) {
    const of = hits.filter((hit) => hit.kind === section.dataset.kind);
    section.hidden = of.length === 0;
    section.querySelector("ul").replaceChildren(...of.map(line));
  }
  if (!enough) hint.textContent = q ? _("One more letter.") : _("Two letters are enough, in any script, with or without accents.");
  else hint.textContent = hits.length ? "" : _("Nothing you played has this in its name.");
  const address = new URL(location);
  if (q) address.searchParams.set("q", q);
  else address.searchParams.delete("q");
  history.replaceState(null, "", address);
};

const look = async () => {
  running?.abort();
  running = new AbortController();
  const asked = new URLSearchParams(location.search);
  asked.set("q", field.value);
  try {
    const answer = await fetch(`${document.body.dataset.root}/search.json?${asked}`, { signal: running.signal });
    if (answer.ok) show(await answer.json());
  } catch (error) {
    if (error.name !== "AbortError") hint.textContent = _("No answer just now. Enter tries again.");
  }
};

field.addEventListener("input", (event) => {
  clearTimeout(timer);
  // While a syllable is being put together there is nothing to look for yet.
  if (!event.isComposing) timer = setTimeout(look, WAIT_MS);
});
field.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(look, WAIT_MS); });
