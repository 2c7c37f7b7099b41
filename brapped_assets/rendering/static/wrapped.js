// Plays the cards: tap, swipe, arrows, pause. Without this script they stand one beside another.
"use strict";
{
  const stage = document.querySelector("[data-stage]");
  const frames = [...document.querySelectorAll("[data-frame]")];
  const root = document.documentElement;
  const player = stage?.querySelector("[data-player]");
  const progress = player?.querySelector("[data-progress]");
  const pauseButton = player?.querySelector("[data-pause]");
  const playButton = document.querySelector("[data-play]");
  let now = 0, outside = [];

  const isPlaying = () => root.classList.contains("playing");
  function pause(wanted) {
    player.classList.toggle("is-paused", wanted);
    pauseButton.setAttribute("aria-pressed", String(wanted));
  }
  function show(nth) {
    now = Math.max(0, Math.min(frames.length - 1, nth));
    frames.forEach((frame, other) => frame.classList.toggle("on", other === now));
    fit(frames[now]);
    // Pictures of this card and of the next one are fetched; the others when they come into sight.
    for (const frame of frames.slice(now, now + 2)) for (const image of frame.querySelectorAll("img[loading]")) image.loading = "eager";
    [...progress.children].forEach((bar, other) => {
      bar.className = other < now ? "seen" : "";
      if (other === now) { void bar.offsetWidth; bar.className = "now"; }
    });
    player.querySelector("[data-place]").textContent = _("Card %(place)s of %(many)s: %(card)s", { place: number(now + 1), many: number(frames.length), card: frames[now].getAttribute("aria-label") });
    history.replaceState(null, "", `#${frames[now].id}`);
  }
  // Where all cards are small, one is a picture with a name, and opens.
  const narrow = matchMedia("(max-width: 39.99rem)");
  function asPictures() {
    for (const frame of frames) frame.querySelector(".scene").inert = narrow.matches && !isPlaying();
  }
  function play(nth) {
    root.classList.add("playing");
    asPictures();
    player.hidden = false;
    // What stands behind the story is out of reach for the keyboard, too.
    outside = [...document.body.children].filter((part) => !part.contains(stage));
    for (const part of [...outside, ...[...stage.parentElement.children].filter((part) => part !== stage && part.tagName !== "DIALOG")]) part.inert = true;
    fit(stage);
    show(nth);
    frames[now].focus({ preventScroll: true });
  }
  function all() {
    root.classList.remove("playing");
    player.hidden = true;
    for (const part of [...outside, ...stage.parentElement.children]) part.inert = false;
    asPictures();
    fit(stage);
    history.replaceState(null, "", location.pathname + location.search);
    frames[now].scrollIntoView({ block: "center" });
    const open = frames[now].querySelector("[data-open]");
    (narrow.matches ? open : frames[now]).focus({ preventScroll: true });
  }
  window.pauseStory = () => pause(true);

  if (stage && frames.length) {
    for (const frame of frames) {
      frame.tabIndex = -1;
      progress.append(document.createElement("span"));
      const open = frame.querySelector("[data-open]");
      open.hidden = false;
      open.addEventListener("click", (event) => { event.stopPropagation(); play(frames.indexOf(frame)); });
      const button = frame.querySelector("[data-send]");
      if (!button) continue;
      button.hidden = false;
      if (sendsCards) button.textContent = _("Send");
      button.addEventListener("click", () => { pause(true); sendCard(frame, button); });
    }
    for (const quiz of stage.querySelectorAll("[data-quiz]")) {
      quiz.addEventListener("click", (event) => {
        const choice = event.target.closest("[data-right]");
        if (!choice) return;
        pause(true);
        const right = quiz.querySelector('[data-right="yes"]');
        choice.classList.add(choice === right ? "is-right" : "is-wrong");
        right.classList.add("is-right");
        quiz.querySelector("[data-answer]").textContent = choice === right ? _("You know yourself.") : _("So close.");
      });
    }
    progress.addEventListener("animationend", () => now < frames.length - 1 && show(now + 1));
    pauseButton.addEventListener("click", () => pause(!player.classList.contains("is-paused")));
    player.querySelector("[data-all]").addEventListener("click", all);
    player.querySelector("[data-back]").addEventListener("click", () => show(now - 1));
    player.querySelector("[data-next]").addEventListener("click", () => show(now + 1));
    playButton.hidden = false;
    playButton.addEventListener("click", () => play(0));
    // A card that somebody reads by keyboard, or a page nobody sees, does not run away.
    stage.addEventListener("focusin", (event) => { if (event.target.matches("a, button") && event.target.matches(":focus-visible")) pause(true); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && isPlaying()) pause(true); });
    document.addEventListener("keydown", (event) => {
      // Arrows that go from mark to mark of a drawing turn no card.
      if (!isPlaying() || document.querySelector("dialog[open]") || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const go = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: frames.length - 1 }[event.key];
      if (go !== undefined) { event.preventDefault(); show(go); }
      if (event.key === "Escape") all();
      if (event.key === " " && !event.target.closest("a, button")) { event.preventDefault(); pauseButton.click(); }
    });
    let began = null;
    stage.addEventListener("pointerdown", (event) => { began = { x: event.clientX, y: event.clientY, at: event.timeStamp }; });
    stage.addEventListener("click", (event) => {
      if (!isPlaying() || event.target.closest("a, button") || String(getSelection())) return;
      const moved = began ? event.clientX - began.x : 0;
      if (Math.abs(moved) > 30) return;
      show(event.clientX < innerWidth / 3 ? now - 1 : now + 1);
    });
    stage.addEventListener("pointerup", (event) => {
      if (!isPlaying() || !began) return;
      const [x, y] = [event.clientX - began.x, event.clientY - began.y];
      if (Math.abs(x) > 30 && Math.abs(x) > Math.abs(y)) show(x < 0 ? now + 1 : now - 1);
    });
    narrow.addEventListener("change", asPictures);
    asPictures();
    const asked = frames.findIndex((frame) => `#${frame.id}` === location.hash);
    if (stage.dataset.stage === "play" || asked >= 0) play(Math.max(asked, 0));
  }
}
