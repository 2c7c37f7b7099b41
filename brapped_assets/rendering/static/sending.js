// Cards leave as pictures, in the shape and with the names that were chosen, with their words; and all of them as a film.
"use strict";
{
  const options = document.querySelector("[data-options]"), stage = document.querySelector("[data-stage]");
  const said = options?.querySelector("[data-said]"), filmButton = options?.querySelector("[data-film]");
  const asked = () => ({ shape: options?.querySelector("[name=shape]:checked")?.value ?? "9x16", nameless: Boolean(options?.querySelector("[name=nameless]")?.checked) });
  // Whether files go to other apps here. A mouse's owner wants the file.
  const isTouched = matchMedia("(pointer: coarse)").matches;
  const takes = (type) => isTouched && Boolean(navigator.canShare?.({ files: [new File([], "one", { type })] }));
  window.sendsCards = takes("image/png");

  function save(file) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: file.name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }
  // Closing the share sheet is no mistake; whatever else keeps it from opening, the file is there. Its words go along,
  // or lie ready to be pasted beside it.
  async function handOver(file, words) {
    if (takes(file.type)) return navigator.share({ files: [file], text: words }).catch((error) => error.name === "AbortError" || save(file));
    save(file);
    if (words) await navigator.clipboard?.writeText(words).then(() => { if (said) said.textContent = _("Its words are copied, to be pasted beside it."); }).catch(() => {});
  }
  const named = (name, ending) => `brapped-${stage.dataset.label}-${name}.${ending}`;

  // Called by the player, with the card and its button.
  window.sendCard = async (frame, button) => {
    const before = button.textContent, { shape, nameless } = asked();
    button.textContent = _("Drawing…");
    try {
      const { blob, words } = await pictureOf(frame.querySelector(".scene"), { shape, nameless });
      await handOver(new File([blob], named(`${frame.dataset.name}${shape === "9x16" ? "" : `-${shape}`}`, "png"), { type: "image/png" }), words);
      button.textContent = before;
    } catch {
      button.textContent = _("No picture here: take a screenshot");
    }
  };

  let filming = null;
  async function film() {
    if (filming) return filming.abort();
    const before = filmButton.textContent;
    filming = new AbortController();
    try {
      const scenes = [...stage.querySelectorAll("[data-frame]:has([data-send]):not(:has([data-quiz])) .scene")];
      const blob = await filmOf(scenes, asked(), (part) => { filmButton.textContent = _("Filming, %(percent)s %%: stop", { percent: Math.floor(100 * part) }); }, filming.signal);
      await handOver(new File([blob], named("film", blob.type.endsWith("mp4") ? "mp4" : "webm"), { type: blob.type }), "");
      said.textContent = "";
    } catch (error) {
      said.textContent = error.name === "AbortError" ? "" : _("No film here: this browser cannot record one.");
    } finally {
      filming = null;
      filmButton.textContent = before;
    }
  }
  if (options) {
    for (const opener of document.querySelectorAll("[data-opens-options]")) {
      opener.hidden = false;
      opener.addEventListener("click", () => { window.pauseStory?.(); options.showModal(); });
    }
    filmButton.hidden = !window.canFilm;
    filmButton.addEventListener("click", film);
    options.addEventListener("close", () => filming?.abort());
  }
}
