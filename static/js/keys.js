// Keys act on the current change card, else on the page. Every key has a button or link that does the same.
// A key goes by the name that it has by default; which key a person presses for it stands on the body.
const ARMED = 4000;
const SETTLE = 400;
const BRIEFLY = 1500;
const named = JSON.parse(document.body.dataset.keys ?? "{}");
const confirms = document.body.dataset.confirms !== undefined;
let arrived = 0;
let going = false;
let held = "";
let decided = "";
let chosen = "";
let awaited = null;

const cards = () => [...document.querySelectorAll("[data-change]")];
const current = () => document.querySelector("[data-change].change--current");
const undecided = (card) => !card.matches(".change--decided, [data-own]"); // who wrote it waits for somebody else

function choose(card, { focus = true } = {}) {
  if (!card) return;
  if (card.id !== chosen) arrived = performance.now();
  chosen = card.id;
  for (const other of cards()) other.classList.toggle("change--current", other === card);
  for (const link of document.querySelectorAll(".outline a[href^='#']")) {
    if (link.hash === `#${card.id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  if (!focus) return;
  card.focus({ preventScroll: true });
  const { top } = card.getBoundingClientRect();
  const isRead = top >= 0 && top < innerHeight / 2; // its title is in sight, with room for what it says
  card.scrollIntoView({ block: isRead ? "nearest" : "start", behavior: "instant" });
  if (card.getBoundingClientRect().top < 0) card.scrollIntoView({ block: "start", behavior: "instant" });
}

// The cards after the last one on the page come when they are asked for; then `act` goes on.
function reach(act) {
  const place = document.querySelector(".goes-on");
  if (!place) return false;
  awaited = { place, act };
  place.dispatchEvent(new CustomEvent("reached"));
  return true;
}

function step(by, wanted = () => true) {
  const all = cards();
  const from = all.indexOf(current());
  const rest = by > 0 ? all.slice(from + 1) : all.slice(0, Math.max(from, 0)).reverse();
  const found = rest.find(wanted);
  if (found || by < 0) choose(found);
  else if (!reach(() => step(by, wanted)) && wanted === undecided) goOn();
}

function goOn() {
  const next = document.querySelector("#onward a[rel=next]");
  if (next) next.click();
  else choose(cards().find(undecided));
}

const firstField = (place) =>
  [...place.querySelectorAll("input:not([type=hidden]), select, textarea")].find((field) => field.checkVisibility());

// What is open already is gone on with: its key does not close it under whoever comes back to it.
function unfold(summary) {
  const field = () => firstField(summary.closest("form") ?? summary.parentElement);
  if (!summary.parentElement.open || !field()) summary.click();
  field()?.focus();
}

// Whoever leaves a form that a key unfolded has it folded again.
function leaveForm(field) {
  const cancel = field.form?.querySelector("[data-cancel]");
  const fold = field.form?.querySelector("details[open]:has(> summary[data-key])");
  if (cancel) return cancel.click();
  if (fold) fold.open = false;
  (field.closest("[data-change]") ?? document.getElementById("main")).focus();
}

function press(name) {
  const wide = name === "u" && cards().length ? document.getElementById(decided) : document;
  const marked = `[data-key="${name}"]`; // a field of the page goes before a link of the frame
  const target = [current(), wide]
    .map((place) => place?.querySelector(`#main ${marked}`) ?? place?.querySelector(marked))
    .find(Boolean);
  if (!target) return false;
  const byKey = target.closest("form")?.elements.by_key; // a fact beside the vote
  if (byKey) byKey.disabled = false;
  if (target.matches("input:not([type=checkbox]), textarea, select")) target.focus();
  else if (name === "a") approve(target);
  else if (target.matches("summary")) unfold(target);
  else target.click();
  return true;
}

// A second press of the key confirms; one that comes right after arriving is a slip, and is told so.
function approve(button) {
  const note = document.querySelector("[data-armed-note]");
  if (performance.now() - arrived < SETTLE) tell(button, "early", note, note.dataset.earlyNote, BRIEFLY);
  else if (!confirms || button.dataset.armed !== undefined) {
    delete button.dataset.armed;
    button.click();
  } else {
    tell(button, "armed", note, note.dataset.armedNote, ARMED);
    button.focus();
  }
}

function tell(button, name, note, text, time) {
  delete button.dataset.early;
  button.dataset[name] = note.textContent = text;
  setTimeout(() => {
    delete button.dataset[name];
    if (note.textContent === text) note.textContent = "";
  }, time);
}

const moves = {
  j: () => step(1),
  k: () => step(-1),
  n: () => step(1, undecided),
  p: () => step(-1, undecided),
};

function act(name) {
  if (document.querySelector("dialog:popover-open")) return name === "?" && press(name);
  if (!moves[name]) return press(name);
  if (cards().length) moves[name]();
  return cards().length > 0;
}

// Enter opens the marked line of a list, unless it is for what has the focus.
function follow(target) {
  const link = target.closest?.("a, button, summary, input, dialog") ? null : current()?.querySelector("[data-opens]");
  link?.click();
  return Boolean(link);
}

// By the button that comes next after the field: a form may have several.
function submit(field) {
  const { form } = field;
  const all = [...(form?.elements ?? [])];
  const button = all.slice(all.indexOf(field)).find((one) => one.type === "submit" && one.checkVisibility());
  if (button) button.click(); // htmx sends the value of a button that was pressed
  else form?.requestSubmit();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  if (typing) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(typing);
    else if (event.key === "Escape") leaveForm(typing);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && follow(event.target)) return event.preventDefault();
  const name = named[event.key];
  if (going) {
    document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
    going = false;
  } else if (name === "g") going = true;
  else if (!name || !act(name)) return;
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  held = event.target.closest?.("[data-change]")?.id ?? "";
});
// Not while something is being pressed: what belongs to the card before would go, and the button from under the pointer.
let pressing = false;
document.addEventListener("pointerdown", () => (pressing = true));
for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => (pressing = false));
const choosePressed = (event) => choose(event.target.closest?.("[data-change]"), { focus: false });
document.addEventListener("focusin", (event) => pressing || choosePressed(event));
document.addEventListener("click", choosePressed);

// After a decision the next undecided card is at hand, after the last one the way on.
function leave(card) {
  const all = cards();
  const next = all.slice(all.indexOf(card) + 1).find(undecided);
  const waits = !next && reach(() => leave(card));
  const found = next ?? (waits ? card : all.find(undecided));
  choose(found ?? card);
  if (!found) document.querySelector("#onward a")?.focus();
}

// The page never loses its place: where a swap took the focused element away, its card has the focus.
function settle(card, isAnswer) {
  const field = card?.querySelector("[data-focus]");
  const at = document.activeElement;
  const isOn = card && (at === card || !card.contains(at)); // not where somebody is at work inside it
  if (field) {
    choose(card, { focus: false });
    field.removeAttribute("data-focus"); // of one answer, not of those after it
    field.focus();
    field.removeAttribute("data-focus"); // a later swap of something else leaves the focus where it is
  } else if (isOn && (undecided(card) || !isAnswer)) choose(card);
  else if (isOn) {
    if (card.matches(".change--decided")) decided = card.id;
    leave(card);
  } else if (at === document.body) document.getElementById(held)?.focus({ preventScroll: true });
}

document.addEventListener("lucid:swapped", ({ detail }) => {
  settle(detail.change && document.getElementById(detail.change), detail.isAnswer);
  choose(document.getElementById(chosen), { focus: false });
  if (!awaited || awaited.place.isConnected) return;
  const { act: goOnFrom } = awaited;
  awaited = null;
  goOnFrom();
});

// Another way to show the texts is asked for where one reads: the page comes back to it.
document.addEventListener("submit", ({ target }) => {
  const at = target.querySelector("[data-at]");
  if (at) at.value = current()?.id ?? "";
});

const linked = cards().find((card) => `#${card.id}` === location.hash);
const first = linked ?? current() ?? cards().find(undecided) ?? cards()[0];
choose(first, { focus: Boolean(linked) || cards().indexOf(first) > 0 }); // what is begun goes on where it was left
arrived = performance.now();
document.querySelector("[data-focus]")?.focus();
