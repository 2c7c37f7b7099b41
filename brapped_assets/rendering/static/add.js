// The drop, the bar, and ticks that this browser remembers. Without it the form works as it stands.
"use strict";
const form = document.querySelector("[data-drop]");
const card = document.querySelector("[data-progress]");
const problem = document.querySelector("[data-problem]");
const bar = card.querySelector("progress");
const say = (selector, words) => { card.querySelector(selector).textContent = words; };
const megabytes = (bytes) => number(Math.round(bytes / 1e5) / 10);

function show(isWorking) {
  card.hidden = !isWorking;
  if (form) form.hidden = isWorking;
}

function complain(words) {
  show(false);
  problem.textContent = words;
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
}

// The bar of an import, whoever began it; at its end the page tells the rest.
async function watch() {
  show(true);
  for (;;) {
    try {
      const answer = await fetch("/add/progress", { cache: "no-store" });
      const { working, rows, expected, text, stage } = await answer.json();
      if (!working) break;
      say("[data-text]", text);
      say("[data-stage]", stage);
      if (expected) { bar.max = expected; bar.value = Math.min(rows, expected); }
    } catch {
      say("[data-text]", _("Brapped does not answer. If it was stopped, start it and add the same file again."));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  location.replace(location.pathname);
}

// A file that is still on its way is not sent any further; what is being stored stops after the piece in hand.
let sending = null;
card.querySelector("[data-cancel]")?.addEventListener("submit", (event) => {
  if (!sending) return;
  event.preventDefault();
  sending.abort();
  sending = null;
  complain(_("Cancelled. Nothing of it was stored."));
});

function send(files) {
  problem.hidden = true;
  const size = [...files].reduce((sum, file) => sum + file.size, 0);
  if (size > Number(form.dataset.most)) return complain(form.dataset.tooLarge);
  // The token goes first: without it no file is taken.
  const body = new FormData(form);
  body.delete("files");
  for (const file of files) body.append("files", file);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    bar.max = event.total; bar.value = event.loaded;
    say("[data-text]", _("%(sent)s of %(all)s MB", { sent: megabytes(event.loaded), all: megabytes(event.total) }));
  });
  request.addEventListener("load", () => {
    sending = null;
    bar.removeAttribute("value");
    if (request.status < 300) watch();
    else complain(request.response?.error ?? _("That did not work. Reload the page and try again."));
  });
  request.addEventListener("error", () => { sending = null; complain(_("The connection to Brapped was lost. Add the same file again.")); });
  say("[data-stage]", _("Sending…"));
  show(true);
  sending = request;
  request.send(body);
}

if (form) {
  const chosen = form.elements.files;
  form.querySelector("[data-send]").hidden = true;
  // The same file may have to be chosen again, and a browser says nothing of one that is chosen already.
  const take = () => {
    const files = [...chosen.files];
    chosen.value = "";
    if (files.length) send(files);
  };
  chosen.addEventListener("change", take);
  form.addEventListener("submit", (event) => { event.preventDefault(); take(); });
  // Anywhere on the page: a file that misses the card would otherwise replace the page.
  let inside = 0;
  const over = (change) => { inside = Math.max(0, inside + change); form.classList.toggle("over", inside > 0); };
  addEventListener("dragenter", (event) => { event.preventDefault(); over(1); });
  addEventListener("dragleave", () => over(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    over(-inside);
    if (form.hidden) return;
    const items = [...(event.dataTransfer.items ?? [])];
    if (items.some((item) => item.webkitGetAsEntry?.()?.isDirectory)) return complain(_("That is a folder. Drop the zip, or the JSON files in it."));
    if (event.dataTransfer.files.length) send(event.dataTransfer.files);
  });
}
if (card.dataset.progress) watch();

// Ticks: in this browser only, and only if it may remember.
const KEPT = "brapped.steps";
const boxes = document.querySelectorAll("[data-steps] input");
try {
  const ticked = new Set(JSON.parse(localStorage.getItem(KEPT) ?? "[]"));
  for (const box of boxes) {
    box.checked = ticked.has(box.name);
    box.addEventListener("change", () => {
      localStorage.setItem(KEPT, JSON.stringify([...boxes].filter((one) => one.checked).map((one) => one.name)));
    });
  }
} catch { /* private windows forget */ }
