// Days of the calendar and hours of the week that tell their numbers and open.
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
