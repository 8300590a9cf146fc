// After @ the members are offered above the field: arrows choose, Enter or Tab takes, Escape leaves. The names are those
// of the list that the form has for everybody; without this file they are chosen there, or typed.
const AT = /(?:^|[\s(])@([^@\n]{0,60})$/;
const MOST = 8;
let field = null;
let list = null;
let at = 0;

function names(form) {
  const known = form.querySelector("datalist") ?? document.querySelector("form.say datalist");
  return [...(known?.options ?? [])].map((one) => one.value);
}

function close() {
  list?.remove();
  for (const name of ["aria-controls", "aria-activedescendant", "aria-autocomplete"]) field?.removeAttribute(name);
  field = list = null;
}

function choose(index) {
  const options = [...list.children];
  at = (index + options.length) % options.length;
  options.forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
  field.setAttribute("aria-activedescendant", options[at].id);
}

function take(name) {
  const before = field.value.slice(0, field.selectionStart).replace(/@[^@\n]*$/, `@${name} `);
  field.setRangeText(before, 0, field.selectionStart, "end");
  field.focus();
  close();
}

function offer(place) {
  close();
  const typed = AT.exec(place.value.slice(0, place.selectionStart))?.[1].toLowerCase();
  if (typed === undefined) return;
  const fits = (name) => name.toLowerCase().startsWith(typed) || (typed && name.toLowerCase().includes(` ${typed}`));
  const found = names(place.form).filter(fits).slice(0, MOST);
  if (!found.length || found.every((name) => name.toLowerCase() === typed)) return;
  field = place;
  list = document.createElement("ul");
  list.className = "mentions";
  list.id = `${place.id}-names`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${CSS.escape(place.id)}"]`)?.textContent ?? "@");
  found.forEach((name, index) => {
    const option = document.createElement("li");
    option.id = `${list.id}-${index}`;
    option.setAttribute("role", "option");
    option.textContent = name;
    option.addEventListener("pointerdown", (event) => (event.preventDefault(), take(name)));
    list.append(option);
  });
  place.after(list);
  place.setAttribute("aria-autocomplete", "list");
  place.setAttribute("aria-controls", list.id);
  choose(0);
}

const acts = {
  ArrowDown: () => choose(at + 1),
  ArrowUp: () => choose(at - 1),
  Enter: () => take(list.children[at].textContent),
  Tab: () => take(list.children[at].textContent),
  Escape: close,
};

document.addEventListener("input", ({ target }) => target.matches?.("form.say textarea") && offer(target));
document.addEventListener("focusout", ({ target }) => target === field && close());
// Before the keys of the page: Escape leaves the names and not the form.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.target !== field || !acts[event.key] || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  },
  true,
);
