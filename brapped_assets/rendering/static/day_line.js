// Minutes by day: a day is told where the pointer is, and a stretch of days is chosen by mouse, finger or keys.
"use strict";
{
  const DAY = 86400000;
  const line = document.querySelector("[data-line]"), told = line.closest("section").querySelector("[data-told]");
  const first = Date.parse(`${line.dataset.first}T00:00:00Z`), minutes = line.dataset.minutes.split(",").map(Number);
  const gaps = new Set(line.dataset.gaps.split(",").filter(Boolean).map(Number)), last = minutes.length - 1;
  const named = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" });
  const dayOf = (place) => new Date(first + place * DAY).toISOString().slice(0, 10);
  const nameOf = (place) => named.format(first + place * DAY);
  const said = (place) => (gaps.has(place) ? _("%(minutes)s min, at least", { minutes: number(minutes[place]) }) : _("%(minutes)s min", { minutes: number(minutes[place]) }));
  const clamped = (place) => Math.max(0, Math.min(last, place));
  const part = (name) => Object.assign(document.createElement("div"), { className: name });
  const stretch = part("stretch"), bubble = part("bubble");
  bubble.append(document.createElement("span"), document.createElement("span"));

  function mark(from, to) {
    const [left, right] = [from, to].sort((a, b) => a - b).map((place) => (100 * place) / last);
    Object.assign(stretch.style, { left: `${left}%`, width: `max(${right - left}%, 2px)` });
    line.append(stretch);
  }
  function choose(from, to) {
    const [begin, end] = [from, to].sort((a, b) => a - b), url = new URL(location);
    for (const other of ["first", "last", "from", "to"]) url.searchParams.delete(other);
    url.searchParams.set("range", `${dayOf(begin)}..${dayOf(end)}`);
    location.assign(url);
  }

  // By mouse and finger.
  let began = null;
  function placeOf(event) {
    const box = line.getBoundingClientRect();
    return clamped(Math.round(((event.clientX - box.left) / box.width) * last));
  }
  function tell(place) {
    bubble.firstChild.textContent = nameOf(place);
    bubble.lastChild.textContent = said(place);
    line.append(bubble);
    const room = line.clientWidth - bubble.offsetWidth, x = (line.clientWidth * place) / last;
    bubble.style.left = `${Math.max(0, Math.min(room, x - bubble.offsetWidth / 2))}px`;
  }
  function leave() {
    began = null;
    bubble.remove();
    stretch.remove();
  }
  line.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    began = placeOf(event);
    line.setPointerCapture(event.pointerId);
    tell(began);
  });
  line.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    tell(place);
    mark(began ?? place, place);
  });
  line.addEventListener("pointerup", (event) => {
    const from = began, to = placeOf(event);
    began = null;
    if (from !== null && from !== to) choose(from, to);
  });
  line.addEventListener("pointercancel", leave);
  line.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && began === null) leave(); });
  addEventListener("pointerdown", (event) => { if (!line.contains(event.target)) leave(); });

  // By keys a day is gone to and told; Enter at one day and at another chooses all between them.
  let at = last, from = null;
  function show() {
    mark(from ?? at, at);
    const here = `${nameOf(at)}: ${said(at)}`, ends = [from ?? at, at].sort((a, b) => a - b);
    line.setAttribute("aria-valuenow", at);
    line.setAttribute("aria-valuetext", here);
    told.textContent = from === null ? _("%(day)s. Enter begins a stretch here.", { day: here })
      : from === at ? _("From %(day)s: go on to another day, then Enter.", { day: nameOf(at) })
      : _("%(first)s to %(last)s. Enter shows it.", { first: nameOf(ends[0]), last: nameOf(ends[1]) });
  }
  function drop() {
    from = null;
    stretch.remove();
    told.textContent = "";
  }
  for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": last, "aria-valuenow": at })) line.setAttribute(name, value);
  line.addEventListener("focus", () => { if (line.matches(":focus-visible")) show(); });
  line.addEventListener("blur", drop);
  line.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -30, PageUp: 30, Home: -last, End: last }[event.key];
    if (step) at = clamped(at + step);
    else if (event.key === "Escape") from = null;
    else if (event.key !== "Enter" && event.key !== " ") return;
    else if (from === null) from = at;
    else if (from !== at) return void choose(from, at);
    event.preventDefault();
    show();
  });
}
