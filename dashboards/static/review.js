// Keys for the review pages. Everything works without them: each key presses what is on the page.
"use strict";
{
  const form = document.getElementById("decide");
  const questions = [...document.querySelectorAll("details.question")];
  let active = -1;

  const activate = (place, isSeen = true) => {
    if (!questions[place]) return;
    questions[active]?.classList.remove("active");
    active = place;
    questions[active].classList.add("active");
    questions[active].open = true;
    if (isSeen) questions[active].scrollIntoView({ block: "nearest" });
  };

  const press = (button) => {
    if (button && !button.disabled) button.click();
    return Boolean(button);
  };

  const choose = (key) => {
    const input = questions[active]?.querySelector(`input[data-key="${key}"]`);
    if (!input) return false;
    input.checked = input.type === "radio" || !input.checked;
    const next = questions.findIndex((one, place) => place > active && !one.querySelector("input:checked") && one.open);
    if (input.type === "radio" && next >= 0) activate(next);
    return true;
  };

  // With a Japanese input method on, `key` is "Process"; `code` still names the key.
  const typed = ({ key, code }) => (key.length === 1 ? key.toLowerCase() : (/^(?:Key|Digit|Numpad)(.)$/.exec(code)?.[1] ?? "").toLowerCase());

  const isWriting = (target) => target.matches("textarea, select, input[type=text]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    const isControl = event.target.matches("button, a, summary");
    if (event.key === "Enter" && !isControl && form) {
      if (!press(form.querySelector("button.main[value=confirm]"))) return;
    } else if (event.key === "ArrowDown") {
      activate(Math.min(active + 1, questions.length - 1));
    } else if (event.key === "ArrowUp") {
      activate(Math.max(active - 1, 0));
    } else {
      const key = typed(event);
      const note = document.querySelector("details.note");
      if (!/^[a-z0-9]$/.test(key)) return;
      if (!press(document.querySelector(`button[data-key="${key}"]`)) && !choose(key)) {
        if (key !== "n" || !note) return;
        note.open = true;
        note.querySelector("textarea").focus();
      }
    }
    event.preventDefault();
  });

  document.documentElement.classList.add("has-keys");
  const first = questions.findIndex((one) => one.classList.contains("asked"));
  if (questions.length) activate(first < 0 ? 0 : first, false); // the text comes first
}
