// A card as a picture, in one of four shapes. The card itself, laid out at a third of that size, is painted piece by piece.
"use strict";
{
  // Width and height in px, of which a picture has three times as many.
  const SHAPES = { "9x16": [360, 640], "4x5": [360, 450], "1x1": [360, 360], "16x9": [640, 360] }, SCALE = 3;
  // A picture goes by mail and messenger: photographs in it give up what no eye sees before it grows larger.
  const MOST_BYTES = 950000, MOST_BITS = 6;
  const drawn = (paint) => paint && paint !== "none" && paint !== "rgba(0, 0, 0, 0)" && paint !== "transparent";

  // The runs of a text that stand on one line each, with their places.
  function* runs(node) {
    const range = document.createRange();
    let run = null, at = 0;
    for (const sign of node.data) {
      range.setStart(node, at);
      range.setEnd(node, at += sign.length);
      const box = range.getClientRects()[0];
      // A blank that the browser left out has a place, too, of no width.
      if (!box || (!box.width && !sign.trim())) continue;
      if (run && Math.abs(box.top - run.top) < box.height / 2) {
        run.text += sign;
        run.left = Math.min(run.left, box.left);
        run.right = Math.max(run.right, box.right);
      } else {
        if (run) yield run;
        run = { text: sign, top: box.top, height: box.height, left: box.left, right: box.right };
      }
    }
    if (run) yield run;
  }

  function words(ctx, node, style, origin, clip) {
    // Letters of a drawing are measured in units of the drawing.
    const grown = node.parentElement.getScreenCTM?.().a ?? 1;
    ctx.font = `${style.fontWeight} ${parseFloat(style.fontSize) * grown}px ${style.fontFamily}`;
    if ("letterSpacing" in ctx) ctx.letterSpacing = `${(parseFloat(style.letterSpacing) || 0) * grown}px`;
    ctx.textBaseline = "alphabetic";
    ctx.direction = style.direction;
    ctx.fillStyle = node.parentElement instanceof SVGElement ? style.fill : style.color;
    const lines = [...runs(node)];
    const seen = lines.filter((run) => !clip || run.top + run.height / 2 <= clip.bottom);
    if (seen.length < lines.length && seen.length) seen.at(-1).text = `${seen.at(-1).text.trimEnd()}…`;
    for (const run of seen) {
      let text = run.text.trimEnd(), { left, right } = run;
      if (clip && (right > clip.right + 1 || left < clip.left - 1)) {
        ({ left, right } = clip);
        const signs = [...text];
        while (signs.length && ctx.measureText(`${signs.join("")}…`).width > clip.width) signs.pop();
        text = `${signs.join("")}…`;
      }
      const size = ctx.measureText(text);
      const slack = run.height - size.fontBoundingBoxAscent - size.fontBoundingBoxDescent;
      const baseline = run.top + slack / 2 + size.fontBoundingBoxAscent - origin.top;
      const isRight = style.direction === "rtl" && !(node.parentElement instanceof SVGElement);
      ctx.textAlign = isRight ? "right" : "left";
      ctx.fillText(text, (isRight ? right : left) - origin.left, baseline, Math.max(right - left, 1) * 1.02);
    }
  }

  function shape(ctx, element, style, origin) {
    const path = new Path2D(
      element.tagName === "circle"
        ? ((x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`)(
            ...["cx", "cy", "r"].map((name) => Number(element.getAttribute(name))))
        : element.getAttribute("d"));
    const { a, b, c, d, e, f } = element.getScreenCTM();
    ctx.save();
    ctx.transform(a, b, c, d, e - origin.left, f - origin.top);
    if (drawn(style.fill)) { ctx.fillStyle = style.fill; ctx.fill(path); }
    if (drawn(style.stroke)) {
      ctx.strokeStyle = style.stroke;
      ctx.lineWidth = parseFloat(style.strokeWidth);
      ctx.lineCap = style.strokeLinecap;
      ctx.lineJoin = style.strokeLinejoin;
      ctx.stroke(path);
    }
    ctx.restore();
  }

  function box(ctx, element, style, origin) {
    const place = element.getBoundingClientRect();
    const path = new Path2D();
    path.roundRect(place.left - origin.left, place.top - origin.top, place.width, place.height, parseFloat(style.borderTopLeftRadius) || 0);
    if (drawn(style.backgroundColor)) { ctx.fillStyle = style.backgroundColor; ctx.fill(path); }
    return path;
  }

  function paint(ctx, element, origin, clip, images) {
    const style = getComputedStyle(element);
    if (style.display === "none" || style.visibility === "hidden") return;
    ctx.save();
    if (element instanceof SVGElement) {
      if (element.tagName === "path" || element.tagName === "circle") shape(ctx, element, style, origin);
    } else {
      const path = box(ctx, element, style, origin);
      if (style.overflowX !== "visible") {
        clip = element.getBoundingClientRect();
        if (element.classList.contains("cover")) ctx.clip(path);
      }
      if (element.tagName === "IMG" && element.naturalWidth) {
        const place = element.getBoundingClientRect();
        const fit = Math.min(place.width / element.naturalWidth, place.height / element.naturalHeight);
        const wide = element.naturalWidth * fit, tall = element.naturalHeight * fit;
        const left = place.left - origin.left + (place.width - wide) / 2, top = place.top - origin.top + (place.height - tall) / 2;
        ctx.drawImage(element, left, top, wide, tall);
        images.push([left, top, wide, tall].map((length) => Math.round(length * SCALE)));
      }
    }
    for (const child of element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE && child.data.trim()) words(ctx, child, style, origin, clip);
      else if (child.nodeType === Node.ELEMENT_NODE) paint(ctx, child, origin, clip, images);
    }
    ctx.restore();
  }

  // Whoever shows a card need not show which songs they hear: neither names nor covers of them, nor drawings made of names.
  function withoutSongs(copy) {
    for (const song of copy.querySelectorAll("[data-song]")) {
      if (song.matches(".cover")) song.replaceChildren();
      else song.textContent = _("a song");
    }
  }

  // Light in steps of 2, 4, 8 … 64 of 256.
  function coarsen(ctx, [left, top, wide, tall], bits) {
    const part = ctx.getImageData(left, top, wide, tall), mask = 256 - (1 << bits), half = 1 << (bits - 1);
    for (let at = 0; at < part.data.length; at++) if (at % 4 < 3) part.data[at] = (part.data[at] & mask) | half;
    ctx.putImageData(part, left, top);
  }

  // A promise of the card's copy, laid out for its picture; whoever asks takes it away.
  window.laidOut = async (scene, { shape = "9x16", nameless = false } = {}) => {
    const copy = scene.cloneNode(true);
    copy.classList.add("print", `s${shape}`);
    copy.setAttribute("aria-hidden", "true");
    copy.inert = true;
    if (nameless) withoutSongs(copy);
    // An image of the same address is there at once; one that waits to be seen would wait for ever.
    for (const image of copy.querySelectorAll("img")) image.loading = "eager";
    document.body.append(copy);
    await document.fonts.ready;
    fit(copy);
    await Promise.all([...copy.querySelectorAll("img")].map((image) => image.decode().catch(() => image.remove())));
    return copy;
  };

  // What a card says, a line each: for who cannot see its picture, and to be sent along.
  const wordsOf = (copy) => [...copy.querySelectorAll(".eyebrow, .headline, .whose-album, .unit, .lines li, .tiles li, .told dt, .aside, .signature span")]
    .map((part) => [...part.querySelectorAll(".sr")].reduce((words, hidden) => words.replace(hidden.innerText, ""), part.innerText).replace(/\s+/g, " ").trim())
    .filter(Boolean).join("\n");

  // A promise of a card painted on a canvas, and of its words.
  window.paintedCard = async (scene, options = {}) => {
    const copy = await laidOut(scene, options);
    try {
      const [width, height] = SHAPES[options.shape ?? "9x16"];
      const canvas = Object.assign(document.createElement("canvas"), { width: width * SCALE, height: height * SCALE });
      const ctx = canvas.getContext("2d", { willReadFrequently: true });
      ctx.scale(SCALE, SCALE);
      const images = [];
      paint(ctx, copy, copy.getBoundingClientRect(), null, images);
      return { canvas, images, words: wordsOf(copy) };
    } finally {
      copy.remove();
    }
  };

  // A promise of the picture of a card as a PNG blob, and of its words.
  window.pictureOf = async (scene, options) => {
    const { canvas, images, words } = await paintedCard(scene, options);
    const saved = () => new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    let blob = await saved();
    for (let bits = 1; blob?.size > MOST_BYTES && images.length && bits <= MOST_BITS; bits++) {
      for (const place of images) coarsen(canvas.getContext("2d"), place, bits);
      blob = await saved();
    }
    if (!blob) throw new Error(_("This browser makes no picture of it."));
    return { blob, words };
  };
}
