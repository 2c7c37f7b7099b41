// The line that zooms, and days of the calendar that open. The drawing and the table below say the same without it.
"use strict";
// What a mouse reads in passing, a finger or a key reads below: the number of a square. A second tap, or Enter, opens it.
const isFinger = (event) => event.pointerType === "touch" || event.pointerType === "pen";
function tell(event, mark, words) {
  const told = mark.closest(".calendar, .week-box").nextElementSibling;
  const again = told.textContent === words;
  told.textContent = words;
  return !isFinger(event) || again;
}
for (const week of document.querySelectorAll(".week-box")) {
  week.addEventListener("click", (event) => {
    const hour = event.target.closest("a");
    if (hour && !tell(event, hour, hour.title)) event.preventDefault();
  });
  week.addEventListener("focusin", ({ target: hour }) => {
    if (hour.matches("a:focus-visible")) week.nextElementSibling.textContent = hour.title;
  });
}
for (const calendar of document.querySelectorAll(".calendar")) {
  // The newest month stands in sight.
  calendar.scrollLeft = calendar.scrollWidth;
  // One stop of the Tab key; inside, arrows go from day to day, and from week to week as they lie beside one another.
  const days = [...calendar.querySelectorAll("a")];
  const wordsOf = (day) => day.textContent.trim();
  let here = days.at(-1);
  for (const day of days) day.setAttribute("tabindex", day === here ? 0 : -1);
  calendar.addEventListener("click", (event) => {
    const day = event.target.closest("a");
    if (day && !tell(event, day, wordsOf(day))) event.preventDefault();
  });
  calendar.addEventListener("focusin", ({ target: day }) => {
    if (!day.matches("a:focus-visible")) return;
    here.setAttribute("tabindex", -1);
    (here = day).setAttribute("tabindex", 0);
    day.scrollIntoView({ block: "nearest", inline: "nearest" });
    calendar.nextElementSibling.textContent = wordsOf(day);
  });
  calendar.addEventListener("keydown", (event) => {
    const at = days.indexOf(here), step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7, Home: -days.length, End: days.length }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    days[Math.max(0, Math.min(days.length - 1, at + step))].focus({ focusVisible: true });
  });
}

const DAY = 86400000;
// Beside this script, in the same version.
const CHART = new URL("vendor/echarts.js", document.currentScript.src);
const figure = document.querySelector("[data-line]");
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// What the line tells: each day with its minutes, and how a day is written.
function told(figure) {
  const first = Date.parse(`${figure.dataset.first}T00:00:00Z`);
  const days = figure.dataset.minutes.split(",").map((minutes, n) => [first + n * DAY, Number(minutes)]);
  return { days, named: new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" }) };
}

function drawn(figure) {
  const { days, named } = told(figure);
  const unfinished = "unfinished" in figure.dataset;
  const gaps = (figure.dataset.gaps || "").split(",").filter(Boolean).map((day) => Date.parse(`${day}T00:00:00Z`));
  const [ink, soft, line, coral, lift] = ["--ink", "--soft", "--line", "--coral", "--lift"].map(colour);
  const text = { color: soft, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const style = { type: "line", showSymbol: days.length < 32, symbolSize: 6, sampling: "lttb", color: coral };
  // Many days are read by the mean of each and the three to either side.
  const whole = unfinished ? days.slice(0, -1) : days;
  const means = days.length > 60 ? whole.map(([day], n) => {
    const near = whole.slice(Math.max(n - 3, 0), n + 4);
    return [day, Math.round(near.reduce((sum, [, minutes]) => sum + minutes, 0) / near.length)];
  }) : [];
  return {
    useUTC: true,
    animation: !still.matches,
    aria: { enabled: true, label: { description: figure.getAttribute("aria-label") } },
    grid: { left: 44, right: 12, top: 12, bottom: 76 },
    xAxis: { type: "time", axisLabel: { ...text, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, splitNumber: 4, axisLabel: text, splitLine: { lineStyle: { color: line } } },
    // Text, never HTML.
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: ink, borderWidth: 0, textStyle: { ...text, color: lift, fontWeight: 700 },
      formatter: ([point]) => `${named.format(point.value[0])}\n${point.value[1].toLocaleString("en")} min${gaps.includes(point.value[0]) ? ", at least" : ""}`,
    },
    dataZoom: [
      { type: "inside", zoomOnMouseWheel: "shift", moveOnMouseWheel: false, moveOnMouseMove: false, preventDefaultMouseMove: false },
      { type: "slider", realtime: false, height: 32, bottom: 12, borderColor: line, fillerColor: `${coral}22`, showDetail: false, handleSize: 28, brushSelect: false,
        handleStyle: { color: lift, borderColor: soft }, moveHandleStyle: { color: soft }, dataBackground: { lineStyle: { color: coral }, areaStyle: { color: coral, opacity: .15 } },
        selectedDataBackground: { lineStyle: { color: coral }, areaStyle: { color: coral, opacity: .3 } } },
    ],
    series: [
      { ...style, data: whole, lineStyle: means.length ? { width: 1, opacity: .35 } : { width: 2.5 },
        markArea: { silent: true, itemStyle: { color: soft, opacity: .25 }, data: gaps.map((day) => [{ xAxis: day - DAY / 2 }, { xAxis: day + DAY / 2 }]) } },
      ...(means.length ? [{ ...style, data: means, silent: true, smooth: .3, lineStyle: { width: 3 } }] : []),
      ...(unfinished ? [{ ...style, data: days.slice(-2), lineStyle: { width: 2, type: "dotted" } }] : []),
    ],
  };
}

function chart() {
  const box = document.createElement("div");
  box.className = "chart";
  figure.replaceChildren(box);
  const shown = window.echarts.init(box, null, { renderer: "svg" });
  shown.setOption(drawn(figure));
  new ResizeObserver(() => shown.resize()).observe(box);
  dark.addEventListener("change", () => shown.setOption(drawn(figure)));
  const dayOf = (at) => new Date(Math.round(at / DAY) * DAY).toISOString().slice(0, 10);
  const choose = (first, last) => {
    const url = new URL(location);
    for (const other of ["first", "last", "from", "to"]) url.searchParams.delete(other);
    url.searchParams.set("range", `${dayOf(first)}..${dayOf(last)}`);
    location.assign(url);
  };
  byKeys(shown, box, choose);
  // What the slider is left at is chosen, by mouse or finger (it tells so once); the turning wheel only looks closer.
  shown.on("datazoom", ({ batch }) => {
    const { startValue, endValue } = shown.getOption().dataZoom[1];
    if (!batch) choose(startValue, endValue);
  });
  // Across the line itself a mouse draws a stretch; a finger scrolls.
  const stretch = document.createElement("div");
  stretch.className = "stretch";
  let began = null;
  const xOf = (event) => event.clientX - box.getBoundingClientRect().left;
  box.addEventListener("pointerdown", (event) => {
    const y = event.clientY - box.getBoundingClientRect().top;
    if (event.pointerType !== "mouse" || event.button || !shown.containPixel("grid", [xOf(event), y])) return;
    event.preventDefault();
    began = xOf(event);
  });
  addEventListener("pointermove", (event) => {
    if (began === null) return;
    const [left, right] = [began, xOf(event)].sort((a, b) => a - b);
    Object.assign(stretch.style, { left: `${left}px`, width: `${right - left}px` });
    box.append(stretch);
  });
  addEventListener("pointerup", (event) => {
    if (began === null) return;
    const ends = [began, xOf(event)].sort((a, b) => a - b).map((x) => shown.convertFromPixel({ xAxisIndex: 0 }, x));
    const known = figure.dataset.minutes.split(",").length, first = Date.parse(`${figure.dataset.first}T00:00:00Z`);
    began = null;
    stretch.remove();
    if (ends[1] - ends[0] >= DAY / 2) choose(Math.max(ends[0], first), Math.min(ends[1], first + (known - 1) * DAY));
  });
}

// By keys a day is gone to and told; Enter at one day and at another chooses all between them.
function byKeys(shown, box, choose) {
  const { days, named } = told(figure), words = figure.nextElementSibling;
  const held = document.createElement("div");
  held.className = "stretch";
  let at = days.length - 1, from = null;
  function show() {
    const ends = [from ?? at, at].sort((a, b) => a - b), [left, right] = ends.map((nth) => shown.convertToPixel({ xAxisIndex: 0 }, days[nth][0]));
    Object.assign(held.style, { left: `${left}px`, width: `${Math.max(right - left, 2)}px` });
    box.append(held);
    const [first, last] = ends.map((nth) => named.format(days[nth][0]));
    const here = `${named.format(days[at][0])}: ${days[at][1].toLocaleString("en")} min`;
    figure.setAttribute("aria-valuenow", at);
    figure.setAttribute("aria-valuetext", here);
    words.textContent = from === null ? `${here}. Enter begins a stretch here.` : ends[0] === ends[1] ? `From ${first}: go on to another day, then Enter.` : `${first} to ${last}. Enter shows it.`;
  }
  function drop() {
    from = null;
    held.remove();
    words.textContent = "";
  }
  for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": at, "aria-valuenow": at })) figure.setAttribute(name, value);
  figure.addEventListener("focus", () => { if (figure.matches(":focus-visible")) show(); });
  figure.addEventListener("blur", drop);
  figure.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -30, PageUp: 30, Home: -days.length, End: days.length }[event.key];
    if (step) at = Math.max(0, Math.min(days.length - 1, at + step));
    else if (event.key === "Escape") from = null;
    else if (event.key !== "Enter" && event.key !== " ") return;
    else if (from === null) from = at;
    else if (from !== at) return void choose(...[from, at].sort((a, b) => a - b).map((nth) => days[nth][0]));
    event.preventDefault();
    show();
  });
}

// Half a megabyte is fetched only when somebody looks at the line, which is drawn without it.
if (figure) {
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    const script = document.createElement("script");
    script.src = CHART;
    script.addEventListener("load", chart);
    document.head.append(script);
  }, { threshold: .2 }).observe(figure);
}
