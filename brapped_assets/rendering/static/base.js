// Small comforts; every page works without them.
"use strict";
// Covers are fetched when they come into sight (a browser's own way fetches screens ahead). One that is not there leaves
// the initials.
const inSight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    inSight.unobserve(target);
    target.src = target.dataset.src;
  }
}, { rootMargin: "64px" });
const showCovers = (part) => {
  for (const image of part.querySelectorAll("img[data-cover]")) {
    const gone = () => image.remove();
    image.addEventListener("error", gone);
    if (image.closest(".art")) image.addEventListener("load", learnColours, { once: true });
    if (image.dataset.src) inSight.observe(image);
    else if (image.complete && image.naturalWidth === 0) gone();
  }
};
// Colours of covers are known once these are here: a rule for each that was asked for.
const accents = document.querySelector("link[data-accents]");
const asked = accents && [...new URL(accents.href).searchParams.keys()].length;
function learnColours() {
  if (accents && (accents.sheet?.cssRules.length ?? 0) < asked) accents.href += "&again";
}
// What is chosen stands in sight within its row. By scrollIntoView the first Tab would go on from there, past the link to
// the content.
function centre(chosen) {
  const row = chosen.parentElement, [here, all] = [chosen, row].map((one) => one.getBoundingClientRect());
  row.scrollLeft += here.left + here.width / 2 - all.left - all.width / 2;
}
window.centre = centre;
// What a page, or a part that comes later, needs.
function settle(part) {
  showCovers(part);
  // Two dates become the one word that an address uses for a period.
  for (const form of part.querySelectorAll("form[data-custom-range]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { first, last } = form.elements;
      const others = [...new FormData(form)].filter(([name]) => name !== "first" && name !== "last").map(([name, value]) => `&${name}=${encodeURIComponent(value)}`);
      if (first.value && last.value) location.assign(`${form.getAttribute("action")}?range=${first.value}..${last.value}${others.join("")}`);
    });
  }
  for (const chosen of part.querySelectorAll(".periods [aria-current]")) centre(chosen);
  // What has the focus there stands in sight whole.
  part.querySelector(".periods")?.addEventListener("focusin", ({ target }) => target.scrollIntoView({ block: "nearest", inline: "nearest" }));
  window.rove?.(part);
}
window.settle = settle;
settle(document);
// A finger that draws across the page turns to the period beside this one. What scrolls or is drawn over is left alone.
{
  const FAR = 72, ways = { 1: "prev", [-1]: "next" };
  const taken = (at) => {
    for (let part = at; part && part !== document.body; part = part.parentElement) {
      if (part.matches("[data-line], [data-player], input, select") || (part.scrollWidth > part.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(part).overflowX))) return true;
    }
    return false;
  };
  let began = null;
  addEventListener("touchstart", ({ touches, target }) => { began = touches.length === 1 && !taken(target) ? { clientX: touches[0].clientX, clientY: touches[0].clientY, atTop: scrollY <= 0 } : null; }, { passive: true });
  addEventListener("touchend", ({ changedTouches: [ended] }) => {
    if (!began) return;
    const across = ended.clientX - began.clientX, down = ended.clientY - began.clientY;
    // On a home screen an iPhone has no way of its own to ask again.
    if (navigator.standalone && began.atTop && down > 2 * FAR && down > 2 * Math.abs(across)) location.reload();
    else if (Math.abs(across) > FAR && Math.abs(across) > 2 * Math.abs(down)) document.querySelector(`.beside [rel=${ways[Math.sign(across)]}]`)?.click();
  });
}
// The database wakes up: look again.
const waiting = document.querySelector("[data-reload]");
if (waiting) setTimeout(() => location.reload(), 1000 * Number(waiting.dataset.reload));
// Without a secure connection browsers have no such thing, and in some windows it may not be kept.
navigator.serviceWorker?.register("/service_worker.js").catch(() => {});
