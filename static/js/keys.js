// Keys act on the current change card, else on the page. Every key has a button or link that does the same.
const ARMED = 4000;
const SETTLE = 400;
let arrived = 0;
let going = false;

const cards = () => [...document.querySelectorAll("[data-change]")];
const current = () => document.querySelector("[data-change].change--current");
const undecided = (card) => !card.matches(".change--decided");

function choose(card, { focus = true } = {}) {
  if (!card) return;
  if (card !== current()) arrived = performance.now();
  for (const other of cards()) other.classList.toggle("change--current", other === card);
  for (const link of document.querySelectorAll(".outline a[href^='#']")) {
    if (link.hash === `#${card.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (!focus) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest", behavior: "instant" });
}

function step(by, wanted = () => true) {
  const all = cards();
  const from = all.indexOf(current());
  const rest = by > 0 ? all.slice(from + 1) : all.slice(0, Math.max(from, 0)).reverse();
  choose(rest.find(wanted));
}

const firstField = (place) =>
  [...place.querySelectorAll("input:not([type=hidden]), select, textarea")].find((field) => field.checkVisibility());

function press(key) {
  const target = [current(), document].map((place) => place?.querySelector(`[data-key="${key}"]`)).find(Boolean);
  if (!target) return false;
  if (target.matches("input:not([type=checkbox]), textarea, select")) target.focus();
  else if (key === "a") approve(target);
  else target.click();
  if (target.matches("summary")) firstField(target.closest("form") ?? target.parentElement)?.focus();
  return true;
}

// A second press of the key confirms; one that comes right after arriving is a slip.
function approve(button) {
  if (performance.now() - arrived < SETTLE) return;
  if (button.dataset.armed !== undefined) {
    delete button.dataset.armed;
    button.click();
    return;
  }
  const note = document.querySelector("[data-armed-note]");
  button.dataset.armed = note.textContent = note.dataset.armedNote;
  button.focus();
  setTimeout(() => {
    delete button.dataset.armed;
    note.textContent = "";
  }, ARMED);
}

const moves = {
  j: () => step(1),
  k: () => step(-1),
  n: () => step(1, undecided),
  p: () => step(-1, undecided),
};

const switched = document.querySelector("[data-keys-switch]");
const stored = "lucid-single-keys";
if (switched) {
  switched.checked = localStorage.getItem(stored) !== "off";
  switched.addEventListener("change", () => localStorage.setItem(stored, switched.checked ? "on" : "off"));
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  if (typing) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) typing.form?.requestSubmit();
    else if (event.key === "Escape") {
      const cancel = typing.form?.querySelector("[data-cancel]");
      if (cancel) cancel.click();
      else (typing.closest("[data-change]") ?? document.body).focus();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || switched?.checked === false) return;
  let acted = true;
  if (going) document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
  else if (moves[event.key] && cards().length) moves[event.key]();
  else if (event.key !== "g") acted = /^[axeuvsoc/?]$/.test(event.key) && press(event.key);
  going = !going && event.key === "g";
  if (acted) event.preventDefault();
});

for (const kind of ["focusin", "click"]) {
  document.addEventListener(kind, (event) => choose(event.target.closest?.("[data-change]"), { focus: false }));
}

// After a decision the next undecided card is at hand; the page never loses its place.
document.addEventListener("lucid:swapped", ({ detail }) => {
  const card = detail.change && document.getElementById(detail.change);
  if (!card) return;
  if (document.activeElement !== document.body && card.contains(document.activeElement)) return;
  const field = card.querySelector("[autofocus]");
  choose(card, { focus: undecided(card) && !field });
  if (field) field.focus();
  if (undecided(card) || field) return;
  const all = cards();
  const at = all.indexOf(card);
  choose(all.slice(at + 1).find(undecided) ?? all.find(undecided) ?? card);
});

if (!current()) choose(cards().find(undecided) ?? cards()[0], { focus: false });
arrived = performance.now();
