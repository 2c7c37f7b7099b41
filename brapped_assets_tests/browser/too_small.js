// Tabs, buttons and fields are as large as a finger: 44 by 44 px.
() => [...document.querySelectorAll(
    "button, .button, .tabs a, .periods a, .switch a, summary, input:not([type=hidden], [type=checkbox], [type=file]), select, .months a, .choice")]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert], .sr") && getComputedStyle(element).pointerEvents !== "none")
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
  .map(([element, box]) => `${element.tagName} ${element.className} “${element.textContent.trim().slice(0, 20)}” is ${box.width} × ${box.height}`)
