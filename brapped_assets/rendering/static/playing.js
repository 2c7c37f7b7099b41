// The story covers the page from its first painting on: nothing jumps once it plays. Without scripts the cards stand there.
"use strict";
document.documentElement.classList.add("playing");
