// Words in every element that has some of its own, against what lies behind them (WCAG 2: 4.5, or 3 for large words; or `least` for all).
// A card that is a small picture is read when a tap has opened it. On a story's card every shape of the drawing may lie behind. Colours are drawn on a canvas, which knows all notations.
(least) => {
  const ctx = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const remembered = (make, known = new Map()) => (key) => known.get(key) ?? known.set(key, make(key)).get(key);
  const rgba = remembered((colour) => {
    ctx.clearRect(0, 0, 1, 1); ctx.fillStyle = colour; ctx.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = ctx.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  });
  const over = ([r, g, b, a], under) => [r, g, b].map((value, nth) => value * a + under[nth] * (1 - a));
  const light = (colour) => colour.slice(0, 3)
    .map((value) => value / 255).map((value) => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4)
    .reduce((sum, value, nth) => sum + value * [.2126, .7152, .0722][nth], 0);
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + .05) / (low + .05);
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
      const motif = at.classList.contains("story") && at.parentElement.querySelector(".motif");
      if (motif) {
        const fills = [...motif.querySelectorAll("path, circle")].map((shape) => getComputedStyle(shape))
          .map((style) => style.fill === "none" ? style.stroke : style.fill);
        return [...new Set([...fills, getComputedStyle(at.parentElement).backgroundColor])].map(
          (fill) => layers.reduceRight((under, layer) => over(layer, under), rgba(fill)));
      }
    }
    return [layers.reduceRight((under, layer) => over(layer, under), [255, 255, 255])];
  };
  const found = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const words = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join(" ").trim();
    const style = getComputedStyle(element);
    if (!words || element instanceof SVGElement || !element.checkVisibility({ visibilityProperty: true }) || element.closest(".sr, .skip, meter, progress, [disabled]")) continue;
    if (element.closest(".scene")?.inert) continue;
    let seen = 1;
    for (let at = element; at; at = at.parentElement) seen *= Number(getComputedStyle(at).opacity);
    const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const [r, g, b, a] = rgba(style.color);
    for (const ground of behind(element)) {
      const ratio = contrast(over([r, g, b, a * seen], ground), ground);
      if (ratio < (least ?? (isLarge ? 3 : 4.5))) found.add(`${ratio.toFixed(2)} ${element.closest("[class]")?.className} “${words.slice(0, 30)}” on ${ground.map(Math.round)}`);
    }
  }
  return [...found];
}
