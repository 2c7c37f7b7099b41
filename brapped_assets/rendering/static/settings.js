// The browser's own time zone is offered where days are counted in another.
"use strict";
const zones = document.querySelector("form[data-zone]"), here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zones && here && here !== zones.dataset.zone) {
  const says = zones.querySelector("[data-says]");
  says.querySelector("[data-here]").textContent = here;
  says.hidden = false;
  zones.elements.zone.value = here;
}
