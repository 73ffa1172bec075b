// Keys for /people: s same person, a two people (the pair that has the focus, else the first), j and k to the next or last
// pair. Without it every pair still has its buttons.
"use strict";
document.documentElement.classList.add("has-keys");
const pairs = [...document.querySelectorAll("[data-pair]")];
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const at = pairs.findIndex((pair) => pair.contains(document.activeElement));
  const step = { j: 1, k: -1 }[event.key];
  if (step) pairs[Math.min(Math.max(at + step, 0), pairs.length - 1)]?.focus();
  else pairs[Math.max(at, 0)]?.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
});
