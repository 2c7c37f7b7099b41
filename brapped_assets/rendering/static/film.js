// The story as a silent film of 10 to 20 seconds, made in this browser: nothing leaves the machine.
"use strict";
{
  const WIDTH = 720, HEIGHT = 1280, A_SECOND = 30, BITS_A_SECOND = 3000000;
  const MOST_CARDS = 12, SECONDS = 14, SLIDE = .45;
  const KINDS = ["video/mp4;codecs=avc1.42E01F", "video/mp4", "video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];
  const kind = window.MediaRecorder && HTMLCanvasElement.prototype.captureStream && KINDS.find((one) => MediaRecorder.isTypeSupported(one));

  window.canFilm = Boolean(kind);
  const eased = (part) => 1 - (1 - Math.min(part, 1)) ** 3;

  // One moment: a card comes up over the one before it, and grows a little while it stands.
  function draw(ctx, cards, at, each) {
    const nth = Math.min(cards.length - 1, Math.floor(at / each)), since = at - nth * each;
    const come = nth ? eased(since / SLIDE) : 1, grown = 1 + .035 * Math.min(since / each, 1);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    if (come < 1) ctx.drawImage(cards[nth - 1], 0, -.25 * HEIGHT * come, WIDTH, HEIGHT);
    ctx.setTransform(grown, 0, 0, grown, (WIDTH * (1 - grown)) / 2, (HEIGHT * (1 - grown)) / 2 + HEIGHT * (1 - come));
    ctx.drawImage(cards[nth], 0, 0, WIDTH, HEIGHT);
  }

  // Of many cards the first ones, and the last, which sums them up.
  const chosen = (scenes) => (scenes.length > MOST_CARDS ? [...scenes.slice(0, MOST_CARDS - 1), scenes.at(-1)] : scenes);

  // A promise of the film as a blob. `told` hears how much of it is there, from 0 to 1; `signal` ends it.
  window.filmOf = async (scenes, options, told, signal) => {
    const cards = [];
    for (const scene of chosen(scenes)) {
      const { canvas } = await paintedCard(scene, { ...options, shape: "9x16" });
      cards.push(await createImageBitmap(canvas, { resizeWidth: WIDTH, resizeHeight: HEIGHT, resizeQuality: "high" }));
      signal.throwIfAborted();
    }
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    const ctx = canvas.getContext("2d", { alpha: false }), each = SECONDS / cards.length;
    draw(ctx, cards, 0, each);
    const recorder = new MediaRecorder(canvas.captureStream(A_SECOND), { mimeType: kind, videoBitsPerSecond: BITS_A_SECOND });
    const pieces = [];
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    const stopped = new Promise((resolve, reject) => {
      recorder.addEventListener("stop", resolve);
      recorder.addEventListener("error", ({ error }) => reject(error));
    });
    recorder.start(1000);
    const began = performance.now();
    await new Promise((resolve) => {
      (function next() {
        const at = (performance.now() - began) / 1000;
        if (at >= SECONDS || signal.aborted) return resolve();
        draw(ctx, cards, at, each);
        told(at / SECONDS);
        requestAnimationFrame(next);
      })();
    });
    recorder.stop();
    await stopped;
    for (const card of cards) card.close();
    signal.throwIfAborted();
    return new Blob(pieces, { type: kind.split(";")[0] });
  };
}
