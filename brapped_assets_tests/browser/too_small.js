// Tabs, buttons and fields are as large as a finger: 44 by 44 px. Squares of a calendar or a heat map have 24 by 24.
() => [
  [43.5, "button, .button, .tabs a, .periods a, .switch a, summary, input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), .options label, select, .months a, .choice, .row, .more, .only, .sheet > summary"],
  [23.5, "[data-day], .week tbody td, .years td a"],
].flatMap(([least, which]) => [...document.querySelectorAll(which)]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert], .sr") && getComputedStyle(element).pointerEvents !== "none")
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.height < least || box.width < least)
  .map(([element, box]) => `${element.tagName} ${element.className.baseVal ?? element.className} “${element.textContent.trim().slice(0, 20)}” is ${box.width} × ${box.height}`))
