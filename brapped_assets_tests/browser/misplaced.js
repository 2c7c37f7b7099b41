// Words on two lines, words that are cut, and whatever stands outside its card, its scene or the window.
// Names that are longer than any line may end in "…", nothing else may. Within `root`, or everywhere.
(root) => {
  root ??= document.body;
  const WORDS = /[≈+−<]*\d[\d.,:]*(?:\u00a0\S+)*|[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*/gu;
  // They may go on in the next line between any two signs; a short name does not.
  const WITHOUT_BLANKS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
  const LONGEST = 40, LONGEST_WITHOUT_BLANKS = 7;
  const found = new Set();
  const wide = root !== document.body ? 0 : document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide) found.add(`${wide} px wider than the window`);
  const clips = (style) => style.overflowX !== "visible";
  const scrolls = (style) => style.overflowX === "auto" || style.overflowX === "scroll";
  const places = new Map();
  // What cuts an element's text: the nearest that clips, or the scene or card it stands on.
  function placeOf(element) {
    if (places.has(element)) return places.get(element);
    let place = null;
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (scrolls(style)) { place = { free: true }; break; }
      if (clips(style) || at.matches(".card, .scene")) { place = { box: at.getBoundingClientRect(), by: at.className }; break; }
    }
    places.set(element, place ??= { box: { left: 0, right: innerWidth }, by: "window" });
    return place;
  }
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest(".sr, .skip, script, style, template, meter, progress, option, pre, noscript") ) continue;
    // What is out of reach is not looked at, but for small cards, which are pictures that open.
    const inert = element.closest("[inert]");
    if (inert !== root.closest("[inert]") && !inert.matches(".scene")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const isName = element.closest("[dir=auto], .cover"), place = placeOf(element), scene = element.closest(".scene")?.getBoundingClientRect();
    for (const { 0: word, index } of node.data.matchAll(WORDS)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 0);
      if (!boxes.length) continue;
      const tops = boxes.map((box) => box.top + box.height / 2), height = boxes[0].height;
      const length = [...word].length;
      const around = [...node.data.slice(0, index).match(/\S*$/)[0], ...node.data.slice(index).match(/^\S*/)[0]].length;
      const may = (element.closest(".breaks") && around > LONGEST) || (element.closest(".breaks, .what") && WITHOUT_BLANKS.test(word) && length > LONGEST_WITHOUT_BLANKS);
      const where = `“${word.slice(0, 24)}” in ${element.closest("[class]")?.className || element.tagName}`;
      if (Math.max(...tops) - Math.min(...tops) > height / 2 && !may) found.add(`${where} is on two lines`);
      const left = Math.min(...boxes.map((box) => box.left)), right = Math.max(...boxes.map((box) => box.right));
      if (!isName && !place.free && (left < place.box.left - 1 || right > place.box.right + 1)) found.add(`${where} is cut by ${place.by}`);
      if (scene && !isName && boxes.some((box) => box.top < scene.top - 1 || box.bottom > scene.bottom + 1)) found.add(`${where} is outside its scene`);
    }
  }
  for (const story of root.querySelectorAll(".story")) {
    const scene = story.parentElement.getBoundingClientRect(), name = story.parentElement.className;
    if (!scene.width) continue;
    const signature = story.querySelector(".signature"), [first, last] = [signature.firstElementChild, signature.lastElementChild].map((part) => part.getBoundingClientRect());
    if (first.width < 1 || first.left < scene.left || last.right > scene.right || Math.max(first.bottom, last.bottom) > scene.bottom - 2) found.add(`${name}: the signature is outside`);
    const top = signature.getBoundingClientRect().top + parseFloat(getComputedStyle(signature).paddingTop);
    for (const part of story.children) {
      const box = part.getBoundingClientRect();
      if (part !== signature && box.height && (box.bottom > top + 1 || box.left < scene.left - 1 || box.right > scene.right + 1)) found.add(`${name}: ${part.className.baseVal ?? part.className} is outside its place`);
    }
    // Headlines are clamped: none has more lines than are seen.
    const headline = story.querySelector(".headline");
    if (headline.scrollHeight > headline.clientHeight + parseFloat(getComputedStyle(headline).fontSize) * .4) found.add(`${name}: the headline is cut`);
  }
  return [...new Set([...found].map((line) => line.replace(/\d/g, "0")))];
}
