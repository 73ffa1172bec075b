// Only adds to the form: files may be dropped on it, and how much is sent is told. Without this file it works as it is.
"use strict";
for (const form of document.querySelectorAll("form.sent")) {
  const drop = form.querySelector(".drop"), input = form.querySelector("input[type=file]");
  const told = form.querySelector(".progress"), bar = told.querySelector("progress"), words = told.querySelector("span");
  const button = form.querySelector("button");

  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });

  const tell = (text) => { told.hidden = false; words.textContent = text; };
  const stop = (text) => { bar.hidden = true; button.disabled = false; tell(text); };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
    if (size > Number(form.dataset.most)) return stop(form.dataset.tooLarge);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = (100 * loaded) / total;
      tell(`${form.dataset.sending} ${Math.floor(bar.value)}%`);
    });
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* a page that is no answer of ours */ }
      if (answer.next) location.assign(answer.next);
      else stop(answer.problem || form.dataset.cutOff);
    });
    request.addEventListener("error", () => stop(form.dataset.cutOff));
    button.disabled = true;
    bar.hidden = false;
    tell(form.dataset.sending);
    request.send(new FormData(form));
  });
}
