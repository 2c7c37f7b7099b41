// Marks of a chart are one stop of the Tab key; arrows go from one to the one beside, above or below it, as they lie.
"use strict";
{
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const middle = (mark) => {
    const box = mark.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  function beside(marks, here, [right, down]) {
    const [x, y] = middle(here);
    let best = here, least = Infinity;
    for (const mark of marks) {
      const [atX, atY] = middle(mark), ahead = (atX - x) * right + (atY - y) * down;
      const far = ahead + 4 * Math.abs((atX - x) * down) + 4 * Math.abs((atY - y) * right);
      if (ahead > 1 && far < least) [best, least] = [mark, far];
    }
    return best;
  }
  window.rove = (part) => {
    for (const chart of part.querySelectorAll("[data-marks]")) {
      const marks = [...chart.querySelectorAll("a")];
      let here = marks.find((mark) => mark.ariaCurrent) ?? marks[0];
      for (const mark of marks) mark.setAttribute("tabindex", mark === here ? 0 : -1);
      chart.addEventListener("focusin", ({ target }) => {
        if (!marks.includes(target)) return;
        here.setAttribute("tabindex", -1);
        (here = target).setAttribute("tabindex", 0);
      });
      chart.addEventListener("keydown", (event) => {
        const step = STEPS[event.key];
        if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        beside(marks, here, step).focus({ focusVisible: true });
      });
    }
  };
  rove(document);
}
